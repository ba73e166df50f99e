/**
 * Run on a session bus of its own: prints what the real keychain does as one line of JSON. Argument: full, or force =
 * without checking the backend.
 */

import { homedir } from 'node:os';
import { SYSTEM } from '../../../platform/system.ts';
import { systemClock } from '../../../worker/kit/system-clock.ts';
import { isHostError } from '../../errors.ts';
import { createKeychain } from '../keychain.ts';
import { keychainBackendProblem } from '../keychain-backend.ts';

const KEY = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const ADDRESS = '0xd075aB490857256e6fc85d75d8315e7c9914e008';

const electronBackend = null;
const { keychain: rules } = SYSTEM.desktop;
const facts = { ...rules, env: process.env, homeDir: homedir(), electronBackend };
const keychain = createKeychain({
  clock: systemClock,
  name: rules.name,
  backendProblem: () => (process.argv[2] === 'force' ? null : keychainBackendProblem(facts)),
  patienceMs: 10_000,
});

const get = () =>
  keychain.get({ address: ADDRESS, passphrase: null }).catch((error: unknown) => (isHostError(error) ? error.code : 'other'));

const problem = (await keychain.problem())?.code ?? null;
const results: unknown[] = [];
if (problem === null) {
  results.push(await get());
  await keychain.put({ address: ADDRESS, privateKey: KEY, passphrase: null });
  results.push(await get(), await keychain.addresses());
  const archived = await keychain.archive(ADDRESS);
  results.push(archived.startsWith(`${ADDRESS}.archived-`), await keychain.addresses(), await get());
}
process.stdout.write(`${JSON.stringify({ problem, results })}\n`);
process.exit(0);
