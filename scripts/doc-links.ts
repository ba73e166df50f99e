/**
 * What the documents point at: links to files and headings, and files of the repository that they name in code. A link
 * that leads nowhere is a document that has rotted.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export interface DeadLink {
  /** Path of the document from the root. */
  readonly document: string;
  /** Counts from 1. */
  readonly line: number;
  /** As it is written. */
  readonly target: string;
  readonly why: 'no such file' | 'no such heading' | 'outside of the repository';
}

const FENCE = /^\s*(`{3,}|~{3,})/;
const INLINE_CODE = /`([^`]+)`/g;
/** `[text](target)` and `![text](target)`, without a title. */
const INLINE_LINK = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
/** `[name]: target` on a line of its own. */
const REFERENCE = /^\s{0,3}\[[^\]]+\]:\s*(\S+)/;
/** A file of the repository named in code: `worker/store/store.ts`. Files of other programs, and patterns, are not meant. */
const NAMED_FILE = /^[\w.-]+(?:\/[\w.-]+)+\.(?:tsx?|mjs|json|md|ya?ml|html|css|sol|plist|service)$/;

/** @param documents paths from the root. @param rooms top-level folders of the repository. */
export function deadLinks({
  root,
  documents,
  rooms,
}: {
  readonly root: string;
  readonly documents: readonly string[];
  readonly rooms: ReadonlySet<string>;
}): DeadLink[] {
  const headings = new Map<string, ReadonlySet<string>>();
  const headingsOf = (file: string): ReadonlySet<string> => {
    const known = headings.get(file) ?? anchorsIn(readFileSync(file, 'utf8'));
    headings.set(file, known);
    return known;
  };
  return documents.flatMap((document) => {
    const whyDead = (target: string): DeadLink['why'] | null => {
      const [place = '', anchor] = target.split('#', 2);
      const file =
        place === '' ? path.join(root, document) : path.resolve(root, path.dirname(document), decodeURIComponent(place));
      if (path.relative(root, file).startsWith('..')) return 'outside of the repository';
      if (!existsSync(file)) return 'no such file';
      if (anchor === undefined || !file.endsWith('.md') || statSync(file).isDirectory()) return null;
      return headingsOf(file).has(anchor) ? null : 'no such heading';
    };
    return prose(readFileSync(path.join(root, document), 'utf8')).flatMap(({ line, text }) => {
      const code = [...text.matchAll(INLINE_CODE)].map(([, content]) => content ?? '');
      const named = code.filter((one) => NAMED_FILE.test(one) && rooms.has(one.split('/', 1)[0] ?? ''));
      const dead: DeadLink[] = named
        .filter((target) => !existsSync(path.join(root, target)))
        .map((target) => ({ document, line, target, why: 'no such file' }));
      for (const target of linksIn(text)) {
        const why = whyDead(target);
        if (why !== null) dead.push({ document, line, target, why });
      }
      return dead;
    });
  });
}

function linksIn(text: string): string[] {
  const plain = text.replace(INLINE_CODE, (code) => code.replace(/[[\]()]/g, ' '));
  const reference = REFERENCE.exec(plain)?.[1];
  const all = [
    ...[...plain.matchAll(INLINE_LINK)].map(([, target]) => target ?? ''),
    ...(reference === undefined ? [] : [reference]),
  ];
  return all.filter((target) => !/^[a-z][a-z+.-]*:/i.test(target));
}

/** Lines outside of fenced code. */
function prose(markdown: string): { readonly line: number; readonly text: string }[] {
  let fence: string | null = null;
  return markdown.split('\n').flatMap((text, index) => {
    const mark = FENCE.exec(text)?.[1] ?? null;
    if (fence === null && mark !== null) {
      fence = mark;
      return [];
    }
    if (fence === null) return [{ line: index + 1, text }];
    if (mark?.startsWith(fence) === true) fence = null;
    return [];
  });
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsIn(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const { text } of prose(markdown)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    anchors.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return anchors;
}
