/** Who in `worker/` names the node's private key: only what makes the signer of it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isTest, readSources } from './imports.ts';

/** What has to name it, and why. */
export const KEY_HOLDERS: Readonly<Record<string, string>> = {
  'worker/kit/signer.ts': 'holds it, and signs with it',
  'worker/process/run-worker.ts': 'takes it from the start message, makes the signer of it, and has it cut out of every text',
  'worker/log.ts': 'knows the names by which it is cut out of a line',
};

/** The key by its names, and the makers of a signature or of an address that want a key. */
const KEY =
  /\b(?:privateKey|private_key|secretKey|SigningKey|(?:Base)?Wallet\(|signDigest|signWalletMessage|addressOf\b.*\bsigning\/keys)/;

export interface KeyNamed {
  readonly file: string;
  readonly line: number;
  readonly word: string;
}

/** Lines of the program (tests are not of it) that name the key and should not. */
export function namesOfKey(root: string): KeyNamed[] {
  return readSources(root, ['worker'])
    .filter(({ path: file }) => !isTest(file) && !(file in KEY_HOLDERS))
    .flatMap(({ path: file }) => namesIn(file, readFileSync(path.join(root, file), 'utf8')));
}

export function namesIn(file: string, text: string): KeyNamed[] {
  return text.split('\n').flatMap((line, at) => {
    const word = KEY.exec(line)?.[0];
    return word === undefined ? [] : [{ file, line: at + 1, word }];
  });
}
