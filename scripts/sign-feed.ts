/**
 * `npm run sign-feed -- FILE…`: writes FILE.sig next to each channel file (`latest-linux.yml`), with the release key, a
 * PEM file named by CRYNUX_UPDATE_PRIVATE_KEY. `npm run sign-feed -- --make-key FILE` creates one and prints the public
 * half.
 */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const [first, ...rest] = process.argv.slice(2);
if (first === '--make-key' && rest[0] !== undefined) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(rest[0], privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
  process.stdout.write(`CRYNUX_UPDATE_PUBLIC_KEY=${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}\n`);
} else {
  const file = process.env.CRYNUX_UPDATE_PRIVATE_KEY;
  if (file === undefined || first === undefined) {
    process.stderr.write('usage: CRYNUX_UPDATE_PRIVATE_KEY=key.pem npm run sign-feed -- FILE…\n');
    process.exit(2);
  }
  const key = createPrivateKey(readFileSync(file));
  for (const name of [first, ...rest]) {
    writeFileSync(`${name}.sig`, `${sign(null, readFileSync(name), key).toString('base64')}\n`);
    process.stdout.write(`${name}.sig\n`);
  }
}
