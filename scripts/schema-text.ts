/** Writes schemas in a readable notation similar to TypeScript: `{ id: string, limit?: number }`. */
import { z } from 'zod';

type JsonSchema = z.core.JSONSchema.JSONSchema;
export type Direction = 'input' | 'output';

export interface SchemaText {
  readonly text: string;
  /** Names of the types that it uses, directly or indirectly, with their own texts. */
  readonly types: ReadonlyMap<string, string>;
}

/** Names for schemas that are used in more than one place. A schema without a name is written inline. */
export function namesOf(modules: readonly Readonly<Record<string, unknown>>[]): z.core.$ZodRegistry<{ id: string }> {
  const names = z.registry<{ id: string }>();
  const taken = new Set<string>();
  for (const [name, value] of modules.flatMap((module) => Object.entries(module))) {
    if (!name.endsWith('Schema') || !(value instanceof z.ZodType) || names.has(value)) continue;
    const id = name.charAt(0).toUpperCase() + name.slice(1, -'Schema'.length);
    if (taken.has(id)) throw new Error(`two schemas are called ${id}`);
    taken.add(id);
    names.add(value, { id });
  }
  return names;
}

/**
 * What travels as JSON in that direction: a field with a default may be omitted from an input, never from an output.
 */
export function schemaText(schema: z.ZodType, io: Direction, names: z.core.$ZodRegistry<{ id: string }>): SchemaText {
  const { $defs = {}, ...json } = z.toJSONSchema(schema, { io, metadata: names, unrepresentable: 'any' });
  const types = Object.entries($defs).map(([name, definition]) => [name, definitionText(definition)] as const);
  return { text: textOf(json), types: new Map(types) };
}

const LINE = 110;

/** For a named type: over several lines if one would be too long. */
function definitionText(schema: JsonSchema): string {
  const text = textOf(schema);
  if (text.length <= LINE) return text;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => `\n  | ${textOf(choice)}`).join('');
  if (schema.type !== 'object') return text;
  return `{\n${fieldsOf(schema)
    .map((field) => `  ${field},\n`)
    .join('')}}`;
}

function textOf(schema: JsonSchema | boolean): string {
  if (typeof schema === 'boolean') return schema ? 'any' : 'never';
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'any';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(textOf).join(' | ');
  if (schema.allOf !== undefined) return schema.allOf.map(textOf).join(' & ');
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  if (schema.type === 'array') return arrayText(schema);
  if (schema.type === 'object') return objectText(schema);
  return schema.type === 'integer' ? 'number' : (schema.type ?? 'any');
}

function arrayText({ items, prefixItems }: JsonSchema): string {
  if (prefixItems !== undefined) return `[${prefixItems.map(textOf).join(', ')}]`;
  const item = items === undefined || Array.isArray(items) ? 'any' : textOf(items);
  return item.includes(' ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
}

function objectText(schema: JsonSchema): string {
  const fields = fieldsOf(schema);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function fieldsOf({ properties = {}, required = [], additionalProperties }: JsonSchema): string[] {
  const fields = Object.entries(properties).map(
    ([name, value]) => `${name}${required.includes(name) ? '' : '?'}: ${textOf(value)}`,
  );
  if (typeof additionalProperties === 'object') {
    fields.push(`[name]: ${textOf(additionalProperties)}`);
  }
  return fields;
}
