/**
 * The canonical JSON text of a value, which both signer and relay can compute: the output of Go's encoding/json after
 * `Marshal → Unmarshal into interface{} → Marshal` (RELAY_PROTOCOL 2.1, 2.2).
 */
import { ProtocolError } from '../errors.ts';

/** Deeper than any payload of the network; also stops cyclic values. */
const MAX_DEPTH = 256;

/** The relay verifies `go`; node 3.5.0 signs `python`, which is the same without the five extra escapes. */
export type CanonicalStyle = 'go' | 'python';

const GO_ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * Keys sorted by UTF-8 bytes at every level, no whitespace, Go's escapes; members that are `undefined` are left out. Money
 * must already be a decimal string: bigint is refused, as is everything else that JSON cannot represent.
 * @throws ProtocolError PROTOCOL_BAD_MESSAGE for a value that is not plain JSON data.
 */
export function canonicalJson(value: unknown, style: CanonicalStyle = 'go'): string {
  const text = encode(value, 0);
  // These five characters can only occur inside string literals, so one pass over the whole text is enough.
  return style === 'go' ? text.replace(/[<>&\u2028\u2029]/g, (char) => GO_ESCAPES[char] ?? char) : text;
}

function encode(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw notJson(`nested deeper than ${MAX_DEPTH} levels`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return encodeString(value);
  if (typeof value === 'number') return encodeNumber(value);
  if (Array.isArray(value)) return `[${value.map((item) => encode(item, depth + 1)).join(',')}]`;
  if (isPlainObject(value)) return encodeObject(value, depth);
  throw notJson(`a ${typeof value} is not JSON`);
}

/** Go turns a lone surrogate into U+FFFD on the first marshal and prints that character raw on the second. */
function encodeString(value: string): string {
  return JSON.stringify(value.toWellFormed());
}

/** JavaScript also prints Go's shortest float text, with an exponent from 1e21 up and below 1e-6. */
function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) throw notJson(`${value} is not JSON`);
  return JSON.stringify(value);
}

function encodeObject(value: Readonly<Record<string, unknown>>, depth: number): string {
  const members = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.set(key.toWellFormed(), member);
  }
  const sorted = [...members].sort(([a], [b]) => compareUtf8(a, b));
  return `{${sorted.map(([key, member]) => `${encodeString(key)}:${encode(member, depth + 1)}`).join(',')}}`;
}

/** UTF-8 byte order is code point order; plain UTF-16 order would put astral characters before U+E000–U+FFFF. */
function compareUtf8(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  if (at >= a.length || at >= b.length) return a.length - b.length;
  return codePointRank(a.charCodeAt(at)) - codePointRank(b.charCodeAt(at));
}

function codePointRank(unit: number): number {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  return isSurrogate ? unit + 0x10000 : unit;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function notJson(why: string): ProtocolError {
  return new ProtocolError('PROTOCOL_BAD_MESSAGE', `payload to sign: ${why}`, { what: 'payload to sign', field: '' });
}
