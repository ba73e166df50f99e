/**
 * CLIP's byte-level BPE tokenizer, as described by the tokenizer.json of CLIP models: NFC, white space to one space,
 * lower case, words split by CLIP's pattern, the last letter of a word marked with `</w>`.
 */
import { byteAlphabet } from './byte-alphabet.ts';
import { ImageError } from './errors.ts';

const START = '<|startoftext|>';
const END = '<|endoftext|>';
const WORD_END = '</w>';
/** They are kept whole if a prompt contains them in exactly this spelling. */
const SPECIAL = /(<\|startoftext\|>|<\|endoftext\|>)/;
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu;

export interface ClipVocabulary {
  readonly ids: ReadonlyMap<string, number>;
  /** Best first. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Pads short prompts: the end token in SD 1.x, `!` in SD 2.x and Turbo. */
  readonly padToken: string;
  /** Start and end token included. */
  readonly length: number;
}

/** @returns exactly `length` IDs; longer prompts are truncated. */
export type ClipTokenizer = (text: string) => Int32Array;

/** @throws ImageError IMAGE_BAD_MODEL if a token that every prompt needs is missing. */
export function createClipTokenizer({ ids, merges, padToken, length }: ClipVocabulary): ClipTokenizer {
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id === undefined) throw new ImageError('IMAGE_BAD_MODEL', `the vocabulary has no ${token}`);
    return id;
  };
  const [start, end, pad] = [idOf(START), idOf(END), idOf(padToken)];
  const rank = new Map(merges.map(([left, right], index) => [`${left} ${right}`, index]));
  const alphabet = byteAlphabet();
  const encoder = new TextEncoder();

  const encodePiece = (piece: string): number[] => {
    const letters = Array.from(encoder.encode(piece), (byte) => alphabet.get(byte) ?? '');
    letters.push(`${letters.pop()}${WORD_END}`);
    // CLIP's unknown token is its end token.
    return mergeAll(letters, rank).map((token) => ids.get(token) ?? end);
  };

  return (text) => {
    // Odd positions are special tokens, even ones are the text between them.
    const encoded = text.split(SPECIAL).map((part, i) => (i % 2 === 1 ? [idOf(part)] : piecesOf(part).flatMap(encodePiece)));
    const tokens = encoded.flat().slice(0, length - 2);
    const row = new Int32Array(length).fill(pad);
    row.set([start, ...tokens, end]);
    return row;
  };
}

function piecesOf(text: string): string[] {
  // Letter by letter: as a whole, the Greek final sigma would become a different letter.
  const lower = Array.from(text.normalize('NFC').replace(/\s+/gu, ' '), (letter) => letter.toLowerCase());
  return lower.join('').match(PIECES) ?? [];
}

/** Joins the best-ranked neighbours everywhere in the word at once, until there are none left. */
function mergeAll(letters: readonly string[], rank: ReadonlyMap<string, number>): string[] {
  let tokens = [...letters];
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 1; i < tokens.length; i++) best = Math.min(best, rank.get(`${tokens[i - 1]} ${tokens[i]}`) ?? best);
    if (best === Number.POSITIVE_INFINITY) return tokens;
    const merged: string[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] ?? '';
      const pairs = rank.get(`${token} ${tokens[i + 1]}`) === best;
      merged.push(pairs ? `${token}${tokens[i + 1]}` : token);
      if (pairs) i++;
    }
    tokens = merged;
  }
}
