import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonicalJson', () => {
  it.each<[string, unknown, string]>([
    ['scalars', [null, true, false, 0, -1, 'x'], '[null,true,false,0,-1,"x"]'],
    ['keys sorted at every level', { b: { d: 1, c: 2 }, a: [{ z: 1, y: 2 }] }, '{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}'],
    ['a prefix before its extension', { ab: 1, a: 2, '': 3 }, '{"":3,"a":2,"ab":1}'],
    ['undefined members left out', { a: undefined, b: 1 }, '{"b":1}'],
    ['escapes of Go', '<a href="x">&</a>\u2028\u2029', '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u003c/a\\u003e\\u2028\\u2029"'],
    ['the same escapes in keys', { '<': 1, '&': 2 }, '{"\\u0026":2,"\\u003c":1}'],
    ['short escapes', '"\\/\b\f\n\r\t', '"\\"\\\\/\\b\\f\\n\\r\\t"'],
    ['other control characters', '\u0000\u0001\u001f\u007f', '"\\u0000\\u0001\\u001f\u007f"'],
    ['everything else raw', 'é猫😀', '"é猫😀"'],
    ['lone surrogates as Go leaves them', 'a\ud800b\udc00', '"a\ufffdb\ufffd"'],
    [
      'integers up to 1e21 in digits',
      [2 ** 53, 1e20, 123456789012345680000],
      '[9007199254740992,100000000000000000000,123456789012345680000]',
    ],
    ['floats with the exponents of Go', [0.000001, 1e-7, 1.5e-9, 1e21, 1.25e22], '[0.000001,1e-7,1.5e-9,1e+21,1.25e+22]'],
    ['a key that objects treat specially', JSON.parse('{"__proto__":1,"a":2}'), '{"__proto__":1,"a":2}'],
  ])('%s', (_, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('sorts by UTF-8 bytes, not by UTF-16 units', () => {
    expect(canonicalJson({ '😀': 1, '\uffee': 2, z: 3 })).toBe('{"z":3,"\uffee":2,"😀":1}');
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 4 }), { minLength: 2 }), (keys) => {
        const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])), 'python');
        const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(text).toBe(`{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`);
      }),
    );
  });

  it('does not depend on the order of keys, and represents the same value', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .map(([key, member]) => [key, reversed(member)])
          .reverse(),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('leaves the five characters raw in the style of the Python node', () => {
    expect(canonicalJson({ a: '<&>\u2028\u2029' }, 'python')).toBe('{"a":"<&>\u2028\u2029"}');
  });

  it.each<[string, unknown]>([
    ['bigint', { fee: 1n }],
    ['not finite', [Number.NaN]],
    ['infinite', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['undefined in a list', [undefined]],
    ['function', { a: () => 1 }],
    ['class instance', { a: new Date(0) }],
  ])('refuses values that JSON cannot represent: %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_MESSAGE' }));
  });

  it('refuses cycles instead of overflowing', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => canonicalJson(cycle)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_MESSAGE' }));
  });
});
