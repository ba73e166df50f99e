/** Arbitraries generated from a JSON schema: valid values, and valid values that were then damaged. */
import fc from 'fast-check';

export interface JsonSchema {
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly $ref?: string;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** Valid values, with optional members sometimes left out. */
export function validValue(schema: JsonSchema, root: JsonSchema = schema): fc.Arbitrary<unknown> {
  const nested = (inner: JsonSchema) => validValue(inner, root);
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    if (target === undefined) throw new Error(`unknown reference ${schema.$ref}`);
    return nested(target);
  }
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices !== undefined) return fc.oneof(...choices.map(nested));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, nested);
    case 'array':
      return fc.array(nested(schema.items ?? {}), { maxLength: 3 });
    case 'string':
      return fc.string({ minLength: schema.minLength ?? 0, maxLength: 8 });
    case 'integer':
      return fc.integer({
        min: schema.minimum ?? (schema.exclusiveMinimum === undefined ? -1000 : schema.exclusiveMinimum + 1),
        max: schema.maximum ?? (schema.exclusiveMaximum === undefined ? 1000 : schema.exclusiveMaximum - 1),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0.001, max: schema.maximum ?? 1000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return anyJson;
  }
}

function objectOf(schema: JsonSchema, nested: (inner: JsonSchema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  if (schema.properties === undefined) return fc.dictionary(fc.string({ maxLength: 4 }), anyJson, { maxKeys: 3 });
  const members = Object.fromEntries(Object.entries(schema.properties).map(([key, inner]) => [key, nested(inner)]));
  return fc.record(members, { requiredKeys: [...(schema.required ?? [])] });
}

/** Values at and around the limits of the schemas, and of every JSON type. */
const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown[]>(null, true, false, 0, 1, -1, 0.5, 10, 11, 20, 20.5, 100, 101, 2 ** 31, 1e20, '', 'x', '5', [], {}),
  fc.constantFrom<unknown[]>('float16', '2.5.2', '3.0.0', 'canny', 'LCMScheduler', 'gaussian', [''], ['a'], [{}], {
    method: 'mlsd',
  }),
  fc.constantFrom<unknown[]>({ name: '' }, { name: 'a', extra: 1 }, { type: 'text', text: 'a' }, [{ type: 'image', base64: '' }]),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A valid value in which one to three members at any depth were replaced, removed or added. */
export function damagedValue(schema: JsonSchema): fc.Arbitrary<unknown> {
  const blow = fc.record({ at: fc.nat(), kind: fc.constantFrom('replace', 'remove', 'add' as const), value: anyJson });
  return fc
    .tuple(validValue(schema), fc.array(blow, { minLength: 1, maxLength: 3 }))
    .map(([value, blows]) =>
      blows.reduce<unknown>((current, { at, kind, value: by }) => strike(current, { at, kind, by }), value),
    );
}

interface Blow {
  readonly at: number;
  readonly kind: string;
  readonly by: unknown;
}

function strike(value: unknown, { at, kind, by }: Blow): unknown {
  const copy: unknown = structuredClone(value);
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  collect(copy, places);
  const place = places[at % Math.max(places.length, 1)];
  if (place === undefined) return by;
  if (kind === 'remove' && !Array.isArray(place.holder)) delete place.holder[place.key];
  else if (kind === 'add' && !Array.isArray(place.holder)) place.holder.extra = by;
  else place.holder[place.key] = by;
  return copy;
}

function collect(value: unknown, places: { holder: Record<string, unknown>; key: string }[]): void {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    places.push({ holder, key });
    collect(holder[key], places);
  }
}
