/**
 * A small CLIP vocabulary: every byte, the merges of byte-pair training on a list of words, and the two special tokens.
 */
import { byteAlphabet } from '../../worker/engines/embedded/images/byte-alphabet.ts';

const WORDS = `a an the of in on with and at by over under near
photo painting drawing picture portrait landscape abstract night day morning
red blue green yellow white black golden silver purple orange dark bright soft
cat dog horse bird fish tree forest river mountain sea sky cloud sun moon star city house castle garden flower robot
small large old young beautiful detailed quality high low blurry watermark text`.split(/\s+/);

export interface Vocabulary {
  /** Token → id, in CLIP's order. */
  readonly ids: Readonly<Record<string, number>>;
  /** Best first. */
  readonly merges: readonly (readonly [string, string])[];
}

export function tinyVocabulary(mergeCount: number): Vocabulary {
  const merges = trainMerges(mergeCount);
  const bytes = [...byteAlphabet().values()];
  const tokens = [
    ...bytes,
    ...bytes.map((byte) => `${byte}</w>`),
    ...merges.map((pair) => pair.join('')),
    '<|startoftext|>',
    '<|endoftext|>',
  ];
  return { ids: Object.fromEntries(tokens.map((token, id) => [token, id])), merges };
}

function trainMerges(count: number): [string, string][] {
  let words: string[][] = WORDS.map((word) => [...word.slice(0, -1), `${word.at(-1)}</w>`]);
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const best = mostFrequentPair(words);
    if (best === null) break;
    merges.push(best);
    words = words.map((word) => join(word, best));
  }
  return merges;
}

/** Ties go to the pair that is first in code point order. */
function mostFrequentPair(words: readonly (readonly string[])[]): [string, string] | null {
  const counts = new Map<string, number>();
  for (const word of words) {
    for (const [i, token] of word.slice(1).entries())
      counts.set(`${word[i]} ${token}`, (counts.get(`${word[i]} ${token}`) ?? 0) + 1);
  }
  const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const [left, right] = ranked[0]?.[0].split(' ') ?? [];
  return left === undefined || right === undefined ? null : [left, right];
}

function join(word: readonly string[], [left, right]: readonly [string, string]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < word.length; i++) {
    const token = word[i] ?? '';
    const pairs = token === left && word[i + 1] === right;
    joined.push(pairs ? left + right : token);
    if (pairs) i++;
  }
  return joined;
}
