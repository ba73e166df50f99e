/** Derives a key from BIP-39 words, and picks the words to ask for to confirm a backup. */
import { HDNodeWallet, Mnemonic } from 'ethers';
import type { Hex } from '../../protocol/hex.ts';
import type { Random } from '../../protocol/ports.ts';
import { HostError } from '../errors.ts';
import { cleanPastedText } from './pasted-text.ts';

const ENTROPY_BYTES = 16;
const QUESTIONS = 4;

/** Twelve words and the private key at Ethereum's usual path, m/44'/60'/0'/0/0. */
export function newWords(random: Random): { readonly words: readonly string[]; readonly privateKey: Hex } {
  const mnemonic = Mnemonic.fromEntropy(random.bytes(ENTROPY_BYTES));
  return { words: mnemonic.phrase.split(' '), privateKey: HDNodeWallet.fromMnemonic(mnemonic).privateKey as Hex };
}

/** @throws HostError KEY_BAD_WORDS, without the words */
export function keyOfWords(words: string): Hex {
  const phrase = cleanPastedText(words).toLowerCase();
  if (!Mnemonic.isValidMnemonic(phrase)) throw new HostError('KEY_BAD_WORDS', 'not a recovery phrase');
  return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(phrase)).privateKey as Hex;
}

/** Positions of the words to ask for, zero-based and ascending. */
export function questions({ random, count }: { readonly random: Random; readonly count: number }): number[] {
  const left = Array.from({ length: count }, (_, position) => position);
  const asked = Array.from({ length: QUESTIONS }, () => left.splice(Math.floor(random.fraction() * left.length), 1)[0] ?? 0);
  return asked.sort((a, b) => a - b);
}
