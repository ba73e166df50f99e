/** Makes new inputs from known ones. Pure. */
import type { Choices } from '../soak/choices.ts';

const TOKENS = [
  ...['null', 'true', '[]', '{}', '""', '"', '{', '[', ']', '}', ',', ':', '\\u0000', '\\ud800', '\0', '\u202e', '\ufeff'],
  ...['-1', '0', '1e999', '-0', '1e-7', '9007199254740993', '9'.repeat(60), '0.1', 'NaN', '0x', '１', '٣', ' ', '\t', '\r\n'],
  ...['"__proto__":', '"constructor":', '"toString"', '<', '</', '>', '&', '<!--', ']]>', '<!DOCTYPE a [<!ENTITY b "c">]>'],
  ...[
    '%',
    '%00',
    '%ff',
    '../',
    '..\\',
    'http://',
    '@',
    '#',
    '?',
    'ß',
    '😀',
    'IHDR',
    'IDAT',
    'PK\x03\x04',
    'PK\x01\x02',
    'PK\x05\x06',
  ],
].map((token) => new TextEncoder().encode(token));
const MAX_BYTES = 64 * 1024;

export function mutate(seed: Uint8Array, other: Uint8Array, choices: Choices): Uint8Array {
  let bytes = seed;
  for (let rounds = 1 + Math.floor(choices.fraction() ** 3 * 12); rounds > 0; rounds--) bytes = mutateOnce(bytes, other, choices);
  return bytes.subarray(0, MAX_BYTES);
}

function mutateOnce(bytes: Uint8Array, other: Uint8Array, choices: Choices): Uint8Array {
  const randomPosition = (length: number) => Math.floor(choices.fraction() * (length + 1));
  const at = randomPosition(bytes.length);
  const length = Math.ceil(choices.fraction() ** 3 * Math.max(1, bytes.length - at));
  const insert = (more: Uint8Array, skip = 0) => join(bytes.subarray(0, at), more, bytes.subarray(at + skip));
  switch (choices.oneOf(['flip', 'byte', 'token', 'over', 'cut', 'end', 'double', 'many', 'deep', 'splice', 'random'] as const)) {
    case 'flip':
    case 'byte': {
      const copy = bytes.slice();
      if (at < copy.length)
        copy[at] = choices.chance(0.5)
          ? (copy[at] ?? 0) ^ (1 << Math.floor(choices.fraction() * 8))
          : choices.oneOf([0, 1, 127, 128, 255]);
      return copy;
    }
    case 'token':
      return insert(choices.oneOf(TOKENS));
    case 'over':
      return insert(choices.oneOf(TOKENS), length);
    case 'cut':
      return insert(new Uint8Array(), length);
    case 'end':
      return bytes.subarray(0, at);
    case 'double':
      return insert(bytes.subarray(at, at + length));
    case 'many':
      return insert(repeated(bytes.subarray(at, at + Math.min(length, 16)), Math.ceil(choices.fraction() ** 2 * 2_000)));
    case 'deep':
      return insert(repeated(choices.oneOf(TOKENS), Math.ceil(choices.fraction() ** 2 * 8_000)));
    case 'splice': {
      const from = randomPosition(other.length);
      return join(bytes.subarray(0, at), other.subarray(from));
    }
    case 'random':
      return insert(
        Uint8Array.from({ length: Math.ceil(choices.fraction() * 32) }, () => Math.floor(choices.fraction() * 256)),
        length,
      );
  }
}

function repeated(part: Uint8Array, times: number): Uint8Array {
  const count = Math.min(times, Math.floor(MAX_BYTES / Math.max(1, part.length)));
  return join(...Array.from({ length: count }, () => part));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
