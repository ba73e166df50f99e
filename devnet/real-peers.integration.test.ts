import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addressOf } from '../protocol/signing/keys.ts';
import { createApplication } from './application/application.ts';
import { type Devnet, startDevnet } from './devnet.ts';
import type { Behaviour } from './peers/behaviour.ts';
import { FEE, keyOf, planSampling } from './relay/testing/harness.ts';
import { systemClock, systemRandom } from './system.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const engine = {
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', at('../worker/engines/embedded/main.ts')],
  env: { cw_embedded_device: 'cpu' },
};
const MODEL = 'crynux-devnet/tiny-chat';
const SPEC = {
  type: 'Llm',
  args: JSON.stringify({
    model: MODEL,
    messages: [{ role: 'user', content: 'Count to three.' }],
    generation_config: { max_new_tokens: 12, do_sample: false },
  }),
  modelIds: [`base:${MODEL}`],
  feeWei: FEE,
} as const;

let dataDir: string;
let devnet: Devnet | undefined;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'real-peers-'));
});
afterEach(async () => {
  await devnet?.stop();
  rmSync(dataDir, { recursive: true });
});

async function networkOf(peers: Readonly<Record<string, Behaviour>>, { sampled = false, executionMax = 60 } = {}) {
  const samplingModulus = sampled ? 1 : 1_000_000;
  devnet = await startDevnet(
    {
      dataDir,
      chain: false,
      workerEntry: at('../worker/main.ts'),
      relay: {
        samplingModulus,
        times: { executionMin: 1, executionMax },
        genesis: { accounts: [{ address: addressOf(keyOf('app')), balanceWei: 10n * FEE }] },
      },
      peers: Object.entries(peers).map(([name, behaviour]) => ({ name, behaviour, engine, modelIds: SPEC.modelIds.slice() })),
    },
    {
      clock: systemClock,
      random: systemRandom,
      samplingSeed: planSampling(['app'], { modulus: samplingModulus, sampled, seed: 'real' }),
    },
  );
  const application = createApplication({
    relayUrl: devnet.relayUrl,
    privateKey: keyOf('app'),
    clock: systemClock,
    random: systemRandom,
    samplingModulus,
    pollMs: 100,
  });
  return { application, peers: devnet.peers, relay: devnet.relay };
}

test('a group of real workers agrees, and the cheat among them is slashed', async () => {
  const { application, peers, relay } = await networkOf(
    { one: { kind: 'honest' }, two: { kind: 'slow', delayMs: 300 }, cheat: { kind: 'cheating' } },
    { sampled: true },
  );
  const outcome = await application.runTask(SPEC);
  expect(outcome).toMatchObject({ kind: 'success', group: { row: 'AAB', followsRules: true } });
  const slashed = relay.nodes().filter((node) => node.status === 'Quit');
  expect(slashed.map((node) => node.address)).toEqual([peers.find((peer) => peer.name === 'cheat')?.address]);
  const totals = relay.totals();
  expect(totals).toMatchObject({ escrowWei: 0n, totalWei: totals.issuedWei });
});

test('an erroring peer ends a single task with a reported error', async () => {
  const { application } = await networkOf({ erroring: { kind: 'erroring' } });
  expect(await application.runTask(SPEC)).toMatchObject({ kind: 'errorReported' });
});

test('an offline peer lets its task time out, and reports nothing', async () => {
  const { application } = await networkOf({ offline: { kind: 'offline' } }, { executionMax: 3 });
  expect(await application.runTask(SPEC)).toMatchObject({ kind: 'aborted', reason: 'Timeout' });
});
