/** The private key has one holder, and any other file that names it is reported. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KEY_HOLDERS, keyMentions, keyMentionsIn } from './key.ts';

it('no file of worker/ but its holders names the private key', () => {
  expect(keyMentions(process.cwd())).toEqual([]);
  expect(Object.keys(KEY_HOLDERS).filter((file) => !existsSync(file))).toEqual([]);
});

it.for([
  ['an option', 'readonly privateKey: Hex;'],
  ["somebody else's setting", 'const { private_key } = settings;'],
  ['a signature of its own', 'const bytes = signDigest(digest, key);'],
  ['a message signed past the signer', 'signWalletMessage(text, key)'],
  ['the library', 'const key = new SigningKey(hex);'],
  ['a wallet', 'const wallet = new Wallet(hex);'],
  ['an address derived from it', "import { addressOf } from '../../protocol/signing/keys.ts';"],
])('sees %s', ([, line = '']) => {
  expect(keyMentionsIn('worker/store/store.ts', `const a = 1;\n${line}\n`)).toMatchObject([
    { file: 'worker/store/store.ts', line: 2 },
  ]);
});

it('accepts a file that uses a signer', () => {
  expect(
    keyMentionsIn('worker/node/open-node.ts', 'const { address, publicKey } = signer;\nsigner.signMessage(text);\n'),
  ).toEqual([]);
});
