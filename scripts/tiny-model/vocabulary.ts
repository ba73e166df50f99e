/** A SentencePiece-style vocabulary: control tokens, all bytes, printable ASCII, then the words of a grammar. */
import type { Grammar } from './grammars.ts';
import { END } from './grammars.ts';

export interface VocabularyToken {
  readonly text: string;
  /** llama.cpp's token type: 1 normal, 2 unknown, 3 control, 6 byte. */
  readonly type: 1 | 2 | 3 | 6;
  /** `prompt` for tokens that only prompts contain. */
  readonly wordClass: string;
}

export function tinyVocabulary(grammar: Grammar): VocabularyToken[] {
  const classOf = new Map(grammar.classes.flatMap(({ name, words }) => words.map((word) => [word, name] as const)));
  const tokens: VocabularyToken[] = [
    { text: '<unk>', type: 2, wordClass: 'prompt' },
    { text: '<s>', type: 3, wordClass: 'prompt' },
    { text: '</s>', type: 3, wordClass: END },
  ];
  for (let byte = 0; byte < 256; byte++) {
    tokens.push({ text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, type: 6, wordClass: 'prompt' });
  }
  const seen = new Set<string>();
  const add = (text: string) => {
    if (seen.has(text)) return;
    seen.add(text);
    tokens.push({ text, type: 1, wordClass: classOf.get(text) ?? 'prompt' });
  };
  add('▁');
  add('\n');
  for (let code = 0x21; code <= 0x7e; code++) add(String.fromCharCode(code));
  for (const word of classOf.keys()) add(word);
  return tokens;
}
