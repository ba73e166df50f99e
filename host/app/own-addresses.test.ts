/**
 * The beneficial address can only be set once and protects the money from a stolen key, so it must not be an address
 * whose key is on this machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { profileDraftSchema } from '../../contract/profiles.ts';
import type { ToWorkerInput } from '../../contract/worker-channel.ts';
import type { Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { openTestHost, recordingWorker } from '../testing/test-host.ts';
import { bundledModelIds } from './bundled-models.ts';

const PASSPHRASE = 'planted-passphrase';
const keyOf = (digit: string): Hex => `0x${digit.repeat(64)}`;
const imported = (digit: string) =>
  ({ kind: 'privateKey', privateKey: keyOf(digit), store: 'keystore', passphrase: PASSPHRASE }) as const;
const PRESET = {
  id: 'nowhere',
  title: 'Nowhere',
  network: 'nowhere',
  relayUrl: 'http://127.0.0.1:9',
  acceptedEngines: ['embedded' as const],
  samplingModulus: 10,
  minStakeWei: '1',
};

it('a node knows the addresses of all keys of the program, those at its start and later ones', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'own-addresses-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const told: ToWorkerInput[] = [];
  const app = await openTestHost({ dataDir, scryptN: 2, openWorker: () => recordingWorker(told) });
  onTestFinished(() => app.close());
  const { client } = app;
  for (const digit of ['1', '2']) await client.keys.import(imported(digit));
  await client.networks.add({ preset: PRESET });
  const { profile } = await client.profiles.create({
    draft: profileDraftSchema.parse({
      name: 'One',
      networkId: 'nowhere',
      address: addressOf(keyOf('1')),
      engine: { kind: 'embedded' },
      gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 },
      modelIds: bundledModelIds(),
      stakeWei: '1',
    }),
  });
  await client.profiles.start({ id: profile.id });
  expect(told).toMatchObject([{ type: 'start', ownAddresses: [addressOf(keyOf('1')), addressOf(keyOf('2'))] }]);
  await client.keys.import(imported('3'));
  const made = await client.keys.create({ store: 'keystore', passphrase: PASSPHRASE });
  await client.keys.archive({ address: addressOf(keyOf('2')) });
  const all = [...['1', '2', '3'].map((digit) => addressOf(keyOf(digit))), made.key.address];
  expect(told.at(-1)).toEqual({ type: 'ownAddresses', addresses: all });
});
