/**
 * Binds requests in the order of the real relay: body by content type, then query, then path (which wins); then the
 * first failing field is reported with the validator's tag. Source: RELAY_PROTOCOL 3.1, recordings of refusals.
 */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Refusal, refuseField } from '../refusal.ts';

/** The content of a multipart body; files by part name, in part order. */
export interface MultipartBody {
  readonly fields: Readonly<Record<string, string | string[]>>;
  readonly files: Readonly<Record<string, readonly Uint8Array[]>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Field types of one source. JSON has numbers; in forms, queries and paths everything is text. */
export interface FieldKinds {
  /** Rejects missing and ''. */
  text(): z.ZodType<string>;
  optionalText(): z.ZodType<string>;
  nullableText(): z.ZodType<string | null>;
  /** Signed. Rejects missing and 0, like Go's `required`. */
  requiredInt(): z.ZodType<number>;
  /** Unsigned. Rejects missing and 0. */
  requiredUint(): z.ZodType<number>;
  int(fallback: number): z.ZodType<number>;
  uint(fallback: number): z.ZodType<number>;
  nullableInt(): z.ZodType<number | null>;
  nullableUint(): z.ZodType<number | null>;
  nullableBool(): z.ZodType<boolean | null>;
  /** Rejects missing; may be empty. */
  texts(): z.ZodType<string[]>;
  /** Rejects missing and unlisted values. */
  oneOf<Value extends string>(...values: readonly [Value, ...Value[]]): z.ZodType<Value>;
  /** Decimal string or bare integer; missing = 0, because the relay's `required` has no effect on it. */
  wei(): z.ZodType<bigint>;
}

/**
 * Tags of the validator, which runs after everything was read and reports the first field in the order of the struct.
 */
const TAGS: ReadonlySet<string> = new Set(['required', 'min', 'max']);
const WRONG_TYPE = 'wrong type:';
const NOT_BIG = 'not a valid big integer: ';

const isAbsent = (input: unknown) => input === undefined || input === null;

function jsonKind(input: unknown): string {
  if (Array.isArray(input)) return 'array';
  if (typeof input === 'number') return Number.isSafeInteger(input) ? 'number' : `number ${input}`;
  return typeof input === 'boolean' ? 'bool' : typeof input;
}

/** Completed in {@link bind}, which knows the names of struct and field. */
const go = (type: string) => (issue: { readonly input?: unknown }) =>
  isAbsent(issue.input) ? 'required' : `${WRONG_TYPE}${jsonKind(issue.input)}:${type}`;

const parseError = (name: string) => (issue: { readonly input?: unknown }) =>
  isAbsent(issue.input) ? 'required' : `strconv.${name}: parsing ${JSON.stringify(issue.input)}: invalid syntax`;

const text = z.string({ error: go('string') });
const isWei = (value: unknown) =>
  typeof value === 'string' ? /^\d+$/.test(value) : Number.isSafeInteger(value) && (value as number) >= 0;
/** The real relay also reads negative numbers, and would pay with them; here they are not valid amounts. */
const weiField = z
  .custom<string | number>(isWei, {
    error: (issue) => `${NOT_BIG}${typeof issue.input === 'string' ? issue.input : JSON.stringify(issue.input)}`,
  })
  .transform((value) => BigInt(value));

interface Numbers {
  readonly int: z.ZodType<number>;
  readonly uint: z.ZodType<number>;
  readonly bool: z.ZodType<boolean>;
}

function kinds({ int, uint, bool }: Numbers, list: z.ZodType<string[]>): FieldKinds {
  const nonZero = (schema: z.ZodType<number>) => schema.refine((value) => value !== 0, 'required');
  const orNull = <Value>(schema: z.ZodType<Value>) => schema.nullish().transform((value) => value ?? null);
  return {
    text: () => text.min(1, 'required'),
    optionalText: () => text.nullish().transform((value) => value ?? ''),
    nullableText: () => orNull(text),
    requiredInt: () => nonZero(int),
    requiredUint: () => nonZero(uint),
    int: (fallback) => int.nullish().transform((value) => value ?? fallback),
    uint: (fallback) => uint.nullish().transform((value) => value ?? fallback),
    nullableInt: () => orNull(int),
    nullableUint: () => orNull(uint),
    nullableBool: () => orNull(bool),
    texts: () => list,
    oneOf: (...values) => {
      const message = `parameter has not an acceptable value, enum=[${values.join(' ')}]`;
      return z.enum(values, { error: (issue) => (isAbsent(issue.input) || issue.input === '' ? 'required' : message) });
    },
    wei: () => weiField.nullish().transform((value) => value ?? 0n),
  };
}

const jsonInteger = (type: string, least: number) =>
  z.custom<number>((value) => Number.isSafeInteger(value) && (value as number) >= least, { error: go(type) });

const JSON_KINDS = kinds(
  {
    int: jsonInteger('int64', Number.MIN_SAFE_INTEGER),
    uint: jsonInteger('uint64', 0),
    bool: z.boolean({ error: go('bool') }),
  },
  z.array(text, { error: go('[]string') }),
);

const textInteger = (name: string, form: RegExp) =>
  z
    .string({ error: parseError(name) })
    .regex(form, { error: parseError(name) })
    .transform(Number);

const TEXT_KINDS = kinds(
  {
    int: textInteger('ParseInt', /^[+-]?\d{1,15}$/),
    uint: textInteger('ParseUint', /^\d{1,15}$/),
    bool: z
      .string({ error: parseError('ParseBool') })
      .regex(/^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/, { error: parseError('ParseBool') })
      .transform((value) => /^[1tT]/.test(value)),
  },
  z.union([z.array(text), text.transform((value) => [value])], { error: 'required' }),
);

/**
 * `field → schema` for one endpoint, in the order of the relay's struct; the schema depends on the source of the
 * fields.
 */
type Shape<Out extends z.ZodRawShape> = (kinds: FieldKinds) => Out;

export interface BindOptions<Out extends z.ZodRawShape> {
  readonly shape: Shape<Out>;
  readonly multipart?: MultipartBody;
  /** Fields without json tags are reported by their Go names (`Timestamp`, `TaskType`). */
  readonly goNames?: boolean | readonly string[];
  /**
   * The struct's name and, if the signed fields are embedded in it, theirs; both are part of the message about a wrong
   * JSON type.
   */
  readonly struct?: string;
}

/** @throws Refusal 400 with the field that the relay would report. */
export function bind<Out extends z.ZodRawShape>(
  request: FastifyRequest,
  { shape, multipart, goNames = false, struct = 'Input' }: BindOptions<Out>,
): z.output<z.ZodObject<Out>> {
  const isJson = request.method !== 'GET' && request.headers['content-type']?.startsWith('application/json') === true;
  const body = multipart?.fields ?? asFields(request.body);
  const outside = { ...asFields(request.query), ...asFields(request.params) };
  const result = z.object(shape(isJson ? JSON_KINDS : TEXT_KINDS)).safeParse({ ...body, ...outside });
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ field: String(path[0] ?? ''), message }));
  // Unreadable values are reported before anything is validated.
  const { field, message } = issues.find((issue) => !TAGS.has(issue.message)) ?? issues[0] ?? { field: '', message: 'invalid' };
  if (message.startsWith(WRONG_TYPE)) throw wrongType({ struct, field, message });
  if (message.startsWith(NOT_BIG)) throw refuseField('', message);
  if (!TAGS.has(message)) throw refuseField(field in outside ? goName(field) : '', message);
  const hasGoName = goNames === true || (goNames !== false && goNames.includes(field));
  throw refuseField(hasGoName ? goName(field) : field, message);
}

/** `{ value, struct }` as encoding/json reports it; timestamp and signature are outside the embedded struct. */
function wrongType({
  struct,
  field,
  message,
}: {
  readonly struct: string;
  readonly field: string;
  readonly message: string;
}): Refusal {
  const [, value = '', type = ''] = message.split(':');
  const isOuter = field === 'timestamp' || field === 'signature';
  const path = isOuter ? field : `${struct}.${field}`;
  return refuseField(path, `json: cannot unmarshal ${value} into Go struct field ${struct}WithSignature.${path} of type ${type}`);
}

const INITIALISMS: Readonly<Record<string, string>> = { id: 'ID', gpu: 'GPU', vram: 'VRAM' };

function goName(field: string): string {
  return field
    .split('_')
    .map((word) => INITIALISMS[word] ?? word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
