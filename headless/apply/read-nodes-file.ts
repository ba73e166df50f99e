/** Parses a nodes file and reports every problem with its line. */
import path from 'node:path';
import { type Document, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { plainText } from '../../contract/plain-text.ts';
import { readTextArgument } from '../cli/file-argument.ts';
import { HeadlessError } from '../errors.ts';
import { type NodesContent, nodesFileSchema } from './nodes-file.ts';

export type FieldPath = readonly (string | number)[];

export interface NodesFile {
  readonly content: NodesContent;
  /** Whether it has a `nodes` field, even an empty one. */
  readonly declaresNodes: boolean;
  /** Folder that relative paths in the file start from. */
  readonly folder: string;
  /** `nodes.yaml:12:5 nodes[0].stake`, for messages. */
  readonly place: (field: FieldPath) => string;
}

/** Values for `$(name)` in texts of the file. */
export type Variables = Readonly<Record<string, string>>;

/** Parentheses, as in Kubernetes: braces would start a YAML mapping, and Helm and Ansible use them. */
const VARIABLE = /\$\(([^)]*)\)/g;

/** @throws HeadlessError HEADLESS_BAD_ARGUMENT if it cannot be read, HEADLESS_APPLY_WRONG with all problems */
export function readNodesFile(file: string, variables: Variables): NodesFile {
  return parseNodesFile({ text: readTextArgument(file, '<file>'), file, variables });
}

/** @throws HeadlessError HEADLESS_APPLY_WRONG */
export function parseNodesFile(given: {
  readonly text: string;
  readonly file: string;
  readonly variables: Variables;
}): NodesFile {
  const { text, file, variables } = given;
  const lineCounter = new LineCounter();
  // Every scalar stays a string: `0x…` is not parsed as a number, nor `22:00` as minutes.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${path.basename(file)}:${line}:${col}`;
  };
  const broken = [...document.errors, ...document.warnings].map(({ message, pos: [offset] }) => `${at(offset)} ${message}`);
  if (broken.length > 0) throw fileError(file, broken);
  const unknown = substitute(document, variables).map(({ offset, problem }) => `${at(offset)} ${problem}`);
  if (unknown.length > 0) throw fileError(file, unknown);
  const place = (field: FieldPath) => `${at(offsetOf(document, field))} ${fieldText(field)}`.trimEnd();
  const parsed = nodesFileSchema.safeParse(contentOf(document, file));
  const declaresNodes = document.hasIn(['nodes']);
  if (parsed.success) return { content: parsed.data, declaresNodes, folder: path.dirname(path.resolve(file)), place };
  const issues = issuesOf(parsed.error.issues).toSorted((a, b) => offsetOf(document, a.field) - offsetOf(document, b.field));
  throw fileError(
    file,
    issues.map(({ field, message }) => `${place(field)}: ${message}`),
  );
}

/** @throws HeadlessError HEADLESS_APPLY_WRONG if aliases expand too far or refer to nothing */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw fileError(file, [`${path.basename(file)}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function fileError(file: string, found: readonly string[]): HeadlessError {
  const problems = found.map(plainText);
  return new HeadlessError('HEADLESS_APPLY_WRONG', problems.join('\n'), { file, problems });
}

/** Substitutes variables. @returns those that have no value */
function substitute(document: Document, variables: Variables): { readonly offset: number; readonly problem: string }[] {
  const problems: { offset: number; problem: string }[] = [];
  visit(document, {
    Scalar(key, scalar) {
      const { value, range } = scalar;
      if (key === 'key' || typeof value !== 'string') return;
      scalar.value = value.replace(VARIABLE, (whole, name: string) => {
        const known = Object.hasOwn(variables, name) ? variables[name] : undefined;
        if (known === undefined)
          problems.push({ offset: range?.[0] ?? 0, problem: `$(${name}): give it a value with --set ${name}=…` });
        return known ?? whole;
      });
    },
  });
  return problems;
}

interface Issue {
  readonly field: FieldPath;
  readonly message: string;
}

function issuesOf(issues: readonly z.core.$ZodIssue[], above: FieldPath = []): Issue[] {
  return issues.flatMap((issue) => {
    const field = [...above, ...(issue.path as FieldPath)];
    if (issue.code === 'invalid_union') return issuesOf(closest(issue.errors), field);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...field, key], message: 'there is no such field' }));
    }
    if (issue.code === 'invalid_key') return [{ field, message: 'there is no such field' }];
    return [
      {
        field,
        message: issue.code === 'invalid_type' && issue.message.endsWith('received undefined') ? 'is missing' : issue.message,
      },
    ];
  });
}

/** For a union, reports the alternative that was meant: the one whose problem lies deepest inside the value. */
function closest(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const depth = (issues: readonly z.core.$ZodIssue[]) =>
    Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'invalid_type' ? 0 : 0.5)));
  return forms.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
}

/** Position of the field, or of the closest enclosing field that is in the file. */
function offsetOf(document: Document, field: FieldPath): number {
  for (let length = field.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(field.slice(0, length), true);
    if (isNode(node) && node.range != null && !(length === 0 && isScalar(node))) return node.range[0];
  }
  return 0;
}

function fieldText(field: FieldPath): string {
  return field.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('');
}
