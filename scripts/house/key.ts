/** Which files in `worker/` name the node's private key: only those that create the signer from it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isTest, readSources } from './imports.ts';

/** Files that have to name it, and why. */
export const KEY_HOLDERS: Readonly<Record<string, string>> = {
  'worker/kit/signer.ts': 'holds it and signs with it',
  'worker/process/run-worker.ts': 'gets it in the start message, creates the signer from it, and has it redacted from every text',
  'worker/log.ts': 'knows the names by which it is redacted from a line',
};

/** The key's names, and functions that make a signature or an address from a key. */
const KEY =
  /\b(?:privateKey|private_key|secretKey|SigningKey|(?:Base)?Wallet\(|signDigest|signWalletMessage|addressOf\b.*\bsigning\/keys)/;

export interface KeyMention {
  readonly file: string;
  readonly line: number;
  readonly word: string;
}

/** Lines of the program (not of tests) that name the key but must not. */
export function keyMentions(root: string): KeyMention[] {
  return readSources(root, ['worker'])
    .filter(({ path: file }) => !isTest(file) && !(file in KEY_HOLDERS))
    .flatMap(({ path: file }) => keyMentionsIn(file, readFileSync(path.join(root, file), 'utf8')));
}

export function keyMentionsIn(file: string, text: string): KeyMention[] {
  return text.split('\n').flatMap((line, at) => {
    const word = KEY.exec(line)?.[0];
    return word === undefined ? [] : [{ file, line: at + 1, word }];
  });
}
