import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, type Hex } from '../hex.ts';
import { assertValidScore, hammingDistance, imageScore, scoreOfFiles, scoresEqual, textScore } from './score.ts';

const vector = (name: string) => readFileSync(new URL(`../vectors/phash/${name}`, import.meta.url));

describe('scores of files', () => {
  it('of images are their hashes in order', () => {
    const files = [vector('00-rgb-256x256.png'), vector('04-gray-31x57.png')];
    expect(imageScore(files)).toBe('0xdc872ccb32c51dd4e23acfc418cd9c8b');
    expect(scoreOfFiles('StableDiffusion', files)).toBe('0xdc872ccb32c51dd4e23acfc418cd9c8b');
    expect(scoreOfFiles('FineTuneLora', files.toReversed())).toBe('0xe23acfc418cd9c8bdc872ccb32c51dd4');
  });

  it('of texts are the SHA-256 of their bytes in order', () => {
    const files = ['{"a": 1}', ''].map((text) => new TextEncoder().encode(text));
    const expected = files.map((file) => createHash('sha256').update(file).digest('hex')).join('');
    expect(textScore(files)).toBe(`0x${expected}`);
    expect(scoreOfFiles('Llm', files)).toBe(`0x${expected}`);
  });

  it('do not exist for files that are not images', () => {
    expect(() => imageScore([Buffer.from('{}')])).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_IMAGE' }));
  });
});

describe('assertValidScore', () => {
  it.each([
    ['Llm', `0x${'ab'.repeat(32)}`],
    ['Llm', `0x${'ab'.repeat(64)}`],
    ['StableDiffusion', `0x${'00'.repeat(8)}${'01'.repeat(8)}`],
    ['FineTuneLora', '0x0000000000000001'],
  ] as const)('%s %s passes', (type, score) => {
    expect(() => assertValidScore(type, score)).not.toThrow();
  });

  it.each([
    ['Llm', '0x'],
    ['Llm', ''],
    ['Llm', `0x${'ab'.repeat(31)}`],
    ['Llm', `0x${'00'.repeat(32)}`],
    ['Llm', `0x${'AB'.repeat(32)}`],
    ['Llm', 'ab'.repeat(32)],
    ['StableDiffusion', '0x0000000000000000'],
    ['StableDiffusion', `0x${'01'.repeat(12)}`],
    ['StableDiffusion', '0x'],
    ['FineTuneLora', '0xzz00000000000001'],
  ] as const)('%s %s does not', (type, score) => {
    expect(() => assertValidScore(type, score)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_SCORE' }));
  });
});

/** A score of 8-byte blocks with the given number of bits set in each. */
function blocks(...bits: number[]): Hex {
  const bytes = bits.flatMap((count) => Array.from({ length: 8 }, (_, i) => (1 << Math.min(8, Math.max(0, count - 8 * i))) - 1));
  return bytesToHex(Uint8Array.from(bytes));
}

describe('scoresEqual', () => {
  it.each([
    // CHAIN_PROTOCOL 6
    ['23 bits in one block', blocks(0), blocks(23), true],
    ['23 bits in both blocks', blocks(0, 0), blocks(23, 23), true],
    ['24 bits in one block', blocks(0), blocks(24), false],
    ['24 bits in the second block', blocks(0, 0), blocks(0, 24), false],
    ['a different number of images', blocks(0), blocks(0, 0), false],
    ['7 identical bytes', `0x${'ab'.repeat(7)}`, `0x${'ab'.repeat(7)}`, false],
    ['12 identical bytes', `0x${'ab'.repeat(12)}`, `0x${'ab'.repeat(12)}`, false],
    ['72 identical bytes', `0x${'ab'.repeat(72)}`, `0x${'ab'.repeat(72)}`, true],
    ['two empty scores', '0x', '0x', true],
  ])('images: %s', (_, a, b, equal) => {
    for (const type of ['StableDiffusion', 'FineTuneLora'] as const) {
      expect(scoresEqual(type, a, b, 24)).toBe(equal);
      expect(scoresEqual(type, b, a, 24)).toBe(equal);
    }
  });

  it('texts: the same bytes, whatever the threshold', () => {
    expect(scoresEqual('Llm', '0xab', '0xab', 0)).toBe(true);
    expect(scoresEqual('Llm', '0xab', '0xAB', 0)).toBe(true);
    expect(scoresEqual('Llm', blocks(0), blocks(1), 64)).toBe(false);
    expect(scoresEqual('Llm', '0xab', '0xabab', 64)).toBe(false);
  });

  it('a threshold of 0 makes no two images equal', () => {
    expect(scoresEqual('StableDiffusion', blocks(5), blocks(5), 0)).toBe(false);
  });

  it('is not transitive for images', () => {
    const [a, b, c] = [blocks(0), blocks(20), blocks(40)];
    expect([scoresEqual('StableDiffusion', a, b, 24), scoresEqual('StableDiffusion', b, c, 24)]).toEqual([true, true]);
    expect(scoresEqual('StableDiffusion', a, c, 24)).toBe(false);
  });

  it('refuses values that are not hex', () => {
    expect(() => scoresEqual('Llm', 'x', '0x', 24)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_HEX' }));
  });
});

it('counts different bits', () => {
  const pair = fc.tuple(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.uint8Array({ minLength: 8, maxLength: 8 }));
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const bits = [...a].map((byte, i) => (byte ^ (b[i] ?? 0)).toString(2).replaceAll('0', '').length);
      expect(hammingDistance(a, b)).toBe(bits.reduce((sum, count) => sum + count, 0));
    }),
  );
});
