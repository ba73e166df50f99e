/**
 * This was compared once with Hugging Face's `tokenizers` on the tiny model's vocabulary: 5,000 prompts of words,
 * digits, contractions, combining marks, special tokens and random letters, all equal.
 *
 * The IDs of the published CLIP vocabulary cannot be checked without its 49,408 entries. The vocabulary here is small,
 * and its merges are worked out by hand; the rules they exercise are CLIP's.
 */
import { describe, expect, it } from 'vitest';
import { byteAlphabet } from './byte-alphabet.ts';
import { createClipTokenizer } from './clip-tokenizer.ts';

const BYTES = [...byteAlphabet().values()];
// By rank: "lo", "low</w>", "er</w>", "low" + "er</w>" has no merge, "a" + "a".
const MERGES = [
  ['l', 'o'],
  ['lo', 'w</w>'],
  ['e', 'r</w>'],
  ['lo', 'w'],
  ['a', 'a'],
] as const;
const TOKENS = [
  ...BYTES,
  ...BYTES.map((byte) => `${byte}</w>`),
  ...MERGES.map((pair) => pair.join('')),
  '<|startoftext|>',
  '<|endoftext|>',
];
const IDS = new Map(TOKENS.map((token, id) => [token, id]));
const START = 517;
const END = 518;
const tokenizer = (over: { padToken?: string; length?: number } = {}) =>
  createClipTokenizer({ ids: IDS, merges: MERGES, padToken: '<|endoftext|>', length: 12, ...over });
const id = (token: string) => IDS.get(token) ?? Number.NaN;
/** IDs between the start token and the first end token. */
const inner = (text: string) => {
  const ids = [...tokenizer({ length: 40 })(text)];
  return ids.slice(1, ids.indexOf(END));
};

describe('byte alphabet', () => {
  it('numbers printable bytes first and shifts the others after them', () => {
    expect(BYTES).toHaveLength(256);
    expect(new Set(BYTES).size).toBe(256);
    expect(BYTES[0]).toBe('!');
    expect(byteAlphabet().get(0x20)).toBe('Ġ');
    expect(byteAlphabet().get(0x0a)).toBe('Ċ');
    expect(byteAlphabet().get(0xe9)).toBe('é');
  });
});

describe('CLIP tokenizer', () => {
  it('frames, ends and pads to the full length', () => {
    const ids = [...tokenizer()('low')];
    expect(ids).toEqual([START, id('low</w>'), END, ...Array(9).fill(END)]);
    expect([...tokenizer({ padToken: '!' })('low')].slice(2, 5)).toEqual([END, 0, 0]);
    expect([...tokenizer({ length: 4 })('')]).toEqual([START, END, END, END]);
  });

  it('merges by rank, not from left to right', () => {
    // l o w e r</w>: rank 0 joins lo, rank 2 joins er</w> before rank 3 joins low.
    expect(inner('lower')).toEqual([id('low'), id('er</w>')]);
    // a a a</w>: the pair occurs twice, overlapping; the left one is used, and "a" + "a</w>" is not a merge.
    expect(inner('aaa')).toEqual([id('aa'), id('a</w>')]);
    expect(inner('aaaaa')).toEqual([id('aa'), id('aa'), id('a</w>')]);
  });

  it('ignores case and the kind and amount of white space', () => {
    expect(inner('  LOW \n\t low ')).toEqual(inner('low low'));
    expect(inner('low low')).toEqual([id('low</w>'), id('low</w>')]);
  });

  it('splits at digits, contractions and punctuation as CLIP does', () => {
    expect(inner('a12')).toEqual([id('a</w>'), id('1</w>'), id('2</w>')]);
    expect(inner("a's b,!c")).toEqual([id('a</w>'), id("'"), id('s</w>'), id('b</w>'), id(','), id('!</w>'), id('c</w>')]);
  });

  it('works on the bytes of UTF-8, composed characters first', () => {
    const composed = inner('é');
    expect(composed).toEqual([id('Ã'), id('©</w>')]);
    expect(inner('e\u0301')).toEqual(composed);
    expect(inner('😀')).toHaveLength(4);
  });

  it('keeps special tokens whole', () => {
    expect([...tokenizer()('low<|startoftext|>low')].slice(0, 5)).toEqual([START, id('low</w>'), START, id('low</w>'), END]);
  });

  it('recognises special tokens only in their exact spelling, and sigma only as sigma', () => {
    expect(inner('<|StartOfText|>')).toEqual(inner('<|STARTOFTEXT|>'));
    expect(inner('<|StartOfText|>').length).toBeGreaterThan(5);
    expect(inner('ΑΣ')).toEqual(inner('ασ'));
  });

  it('truncates long prompts and still ends them', () => {
    const ids = [...tokenizer({ length: 5 })('low low low low low')];
    expect(ids).toEqual([START, id('low</w>'), id('low</w>'), id('low</w>'), END]);
  });

  it('refuses a vocabulary without the tokens that frame a prompt', () => {
    expect(() => tokenizer({ padToken: '<pad>' })).toThrow(expect.objectContaining({ code: 'IMAGE_BAD_MODEL' }));
  });
});
