/**
 * Request binding in the order of the real relay: body by content type, then query, then path (which wins); then the
 * first failing field is blamed with the validator's tag. Source: RELAY_PROTOCOL 3.1.
 */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { refuseField } from '../refusal.ts';

/** What a multipart body holds once it was read; files by part name, in part order. */
export interface MultipartBody {
  readonly fields: Readonly<Record<string, string | string[]>>;
  readonly files: Readonly<Record<string, readonly Uint8Array[]>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Field types of one source. In JSON a number is a number; in forms, queries and paths everything is text. */
export interface FieldKinds {
  /** Rejects absent and ''. */
  text(): z.ZodType<string>;
  optionalText(): z.ZodType<string>;
  nullableText(): z.ZodType<string | null>;
  /** Rejects absent and 0, like Go's `required`. */
  requiredInt(): z.ZodType<number>;
  int(fallback: number): z.ZodType<number>;
  nullableInt(): z.ZodType<number | null>;
  /** Rejects absent; may be empty. */
  texts(): z.ZodType<string[]>;
  /** Decimal string or bare integer; absent = 0, as the relay's `required` does nothing on it. */
  wei(): z.ZodType<bigint>;
}

const go = (type: string) => (issue: { readonly input?: unknown }) =>
  issue.input === undefined || issue.input === null
    ? 'required'
    : `json: cannot unmarshal ${Array.isArray(issue.input) ? 'array' : typeof issue.input} into Go value of type ${type}`;

const text = z.string({ error: go('string') });
const weiText = z
  .union([text.regex(/^\d+$/, 'invalid big int'), z.number().int().nonnegative().refine(Number.isSafeInteger)], {
    error: 'invalid big int',
  })
  .transform((value) => BigInt(value));

function kinds(number: z.ZodType<number>, list: z.ZodType<string[]>): FieldKinds {
  const nonZero = number.refine((value) => value !== 0, 'required');
  return {
    text: () => text.min(1, 'required'),
    optionalText: () => text.nullish().transform((value) => value ?? ''),
    nullableText: () => text.nullish().transform((value) => value ?? null),
    requiredInt: () => nonZero,
    int: (fallback) => number.nullish().transform((value) => value ?? fallback),
    nullableInt: () => number.nullish().transform((value) => value ?? null),
    texts: () => list,
    wei: () => weiText.nullish().transform((value) => value ?? 0n),
  };
}

const JSON_KINDS = kinds(
  z.number({ error: go('uint64') }).refine(Number.isSafeInteger, 'json: cannot unmarshal number into Go value of type uint64'),
  z.array(text, { error: go('[]string') }),
);

const TEXT_KINDS = kinds(
  text
    .regex(/^\d{1,15}$/, { error: (issue) => `strconv.ParseUint: parsing ${JSON.stringify(issue.input)}: invalid syntax` })
    .transform(Number),
  z.union([z.array(text), text.transform((value) => [value])], { error: 'required' }),
);

/** `field → schema` for one endpoint; the schema depends on where the fields come from. */
export type Shape<Out extends z.ZodRawShape> = (kinds: FieldKinds) => Out;

export interface BindOptions<Out extends z.ZodRawShape> {
  readonly shape: Shape<Out>;
  readonly multipart?: MultipartBody;
  /** Routes without json tags blame the Go field names `Timestamp` and `Signature`. */
  readonly goNames?: boolean;
}

/** @throws Refusal 400 naming the first bad field. */
export function bind<Out extends z.ZodRawShape>(
  request: FastifyRequest,
  { shape, multipart, goNames = false }: BindOptions<Out>,
): z.output<z.ZodObject<Out>> {
  const isJson = request.method !== 'GET' && request.headers['content-type']?.startsWith('application/json') === true;
  const body = multipart?.fields ?? asFields(request.body);
  const merged = { ...body, ...asFields(request.query), ...asFields(request.params) };
  const result = z.object(shape(isJson ? JSON_KINDS : TEXT_KINDS)).safeParse(merged);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = String(issue?.path[0] ?? '');
  throw refuseField(goNames ? field.charAt(0).toUpperCase() + field.slice(1) : field, issue?.message ?? 'invalid');
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
