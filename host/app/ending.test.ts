/** How long nodes may take to finish their tasks when the program ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { profileDraftSchema } from '../../contract/profiles.ts';
import type { Hex } from '../../protocol/hex.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { idleWorker, openTestHost } from '../testing/test-host.ts';
import { bundledModelIds } from './bundled-models.ts';

const KEY: Hex = `0x${'1'.repeat(64)}`;
const PRESET = {
  ...{ id: 'nowhere', title: 'Nowhere', network: 'nowhere', relayUrl: 'http://127.0.0.1:9' },
  ...{ acceptedEngines: ['embedded' as const], samplingModulus: 10, minStakeWei: '1' },
};

/** A program with a node whose task never finishes: its process ends only when it is told to hurry. */
async function running() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'ending-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const heard: string[] = [];
  const clock = new ManualClock(0);
  const app = await openTestHost({
    ...{ dataDir, clock, scryptN: 2 },
    openWorker: () =>
      idleWorker({
        onSent: ({ type }) => void heard.push(type),
        onEnd(exit) {
          heard.push('hurry');
          exit();
        },
        onKill: () => void heard.push('kill'),
      }),
  });
  const { client } = app;
  await client.keys.import({ kind: 'privateKey', privateKey: KEY, store: 'keystore', passphrase: 'planted-passphrase' });
  await client.networks.add({ preset: PRESET });
  const draft = profileDraftSchema.parse({
    ...{ name: 'One', networkId: 'nowhere', address: addressOf(KEY), engine: { kind: 'embedded' }, stakeWei: '1' },
    ...{ gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 }, modelIds: bundledModelIds() },
  });
  const { profile } = await client.profiles.create({ draft });
  await client.profiles.start({ id: profile.id });
  return { app, clock, heard };
}

it.each([
  [undefined, 60_000],
  [900_000, 900_000],
  [0, 0],
])('a grace period of %s ms: the task is interrupted after %s ms, not before', async (graceMs, patienceMs) => {
  const { app, clock, heard } = await running();
  const closed = app.close(graceMs);
  await clock.tick(Math.max(0, patienceMs - 1));
  expect(heard).toEqual(['start', 'stop', ...(patienceMs === 0 ? ['hurry'] : [])]);
  await clock.tick(1);
  await closed;
  expect(heard).toEqual(['start', 'stop', 'hurry']);
});
