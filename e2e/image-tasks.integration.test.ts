import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EMBEDDED_ENGINE, WORKER_ENTRY } from '../demo/programs.ts';
import { createSamplingPlan, type SamplingPlan } from '../demo/sampling-plan.ts';
import { type Application, createApplication } from '../devnet/application/application.ts';
import type { TaskOutcome } from '../devnet/application/outcome.ts';
import { IMAGE_MODEL, imageArguments } from '../devnet/application/samples.ts';
import { type Devnet, startDevnet } from '../devnet/devnet.ts';
import { systemClock, systemRandom } from '../devnet/system.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { WEI_PER_CNX } from '../protocol/money/wei.ts';
import { addressOf } from '../protocol/signing/keys.ts';

const MODULUS = 10;
const PAINTING = { title: '', prompt: 'a lighthouse at dusk', width: 128, height: 128, steps: 4, images: 2 };
/** GiB: what a task must require so that the cheat does not get it. */
const HONEST_VRAM = 16;

let dataDir: string;
let devnet: Devnet;
let application: Application;
let plan: SamplingPlan;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-e2e-images-'));
  const privateKey = bytesToHex(systemRandom.bytes(32));
  plan = createSamplingPlan({ privateKey, modulus: MODULUS, random: systemRandom });
  const peers = (['one', 'two', 'three', 'cheat'] as const).map((name) => ({
    name,
    behaviour: { kind: name === 'cheat' ? ('cheating' as const) : ('honest' as const) },
    gpu: { name: 'Devnet Card+Linux', vramGib: name === 'cheat' ? 8 : HONEST_VRAM },
    engine: EMBEDDED_ENGINE,
    modelIds: [`base:${IMAGE_MODEL}`],
  }));
  devnet = await startDevnet(
    {
      dataDir,
      workerEntry: WORKER_ENTRY,
      peers,
      relay: {
        samplingModulus: MODULUS,
        times: { executionMin: 60, executionMax: 60 },
        genesis: { accounts: [{ address: addressOf(privateKey), balanceWei: (100n * WEI_PER_CNX).toString() }] },
      },
    },
    { clock: systemClock, random: systemRandom, samplingSeed: () => plan.seed() },
  );
  application = createApplication({
    relayUrl: devnet.relayUrl,
    privateKey,
    clock: systemClock,
    random: systemRandom,
    samplingModulus: MODULUS,
    pollMs: 100,
  });
});

afterAll(async () => {
  await devnet.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function paint(kind: 'single' | 'group', minVramGib = HONEST_VRAM): Promise<TaskOutcome> {
  plan.setNext(kind);
  return application.runTask({
    type: 'StableDiffusion',
    args: imageArguments(PAINTING, IMAGE_MODEL, 11),
    modelIds: [`base:${IMAGE_MODEL}`],
    feeWei: WEI_PER_CNX.toString(),
    size: PAINTING.images,
    minVramGib,
  });
}

function filesOf(outcome: TaskOutcome): readonly string[] {
  return outcome.kind === 'success' ? outcome.files.map((png) => Buffer.from(png).toString('base64')) : [];
}

it('an image task goes through the whole network; the relay finds that the uploaded images match the score', async () => {
  const outcome = await paint('single');
  expect(outcome).toMatchObject({ kind: 'success', sampled: false, winner: { type: 'StableDiffusion', status: 'EndSuccess' } });
  const files = filesOf(outcome);
  expect(files).toHaveLength(PAINTING.images);
  for (const png of files) expect(Buffer.from(png, 'base64').subarray(1, 4).toString()).toBe('PNG');
});

it('three honest nodes agree on images, and a cheat among them is detected', async () => {
  const single = filesOf(await paint('single'));
  const unanimous = await paint('group');
  expect(unanimous).toMatchObject({ kind: 'success', group: { row: 'AAA', followsRules: true } });
  expect(new Set(unanimous.tasks.map(({ score }) => score)).size).toBe(1);
  expect(filesOf(unanimous)).toEqual(single);
  expect(devnet.relay.nodes().filter(({ status }) => status === 'Quit')).toEqual([]);

  const [away, cheat] = ['one', 'cheat'].map((name) => devnet.peers.find((peer) => peer.name === name));
  await away?.stop();
  const caught = await paint('group', 0);
  expect(caught).toMatchObject({ kind: 'success', group: { followsRules: true } });
  expect(caught.tasks.filter(({ status }) => status === 'EndInvalidated').map(({ selectedNode }) => selectedNode)).toEqual([
    cheat?.address,
  ]);
  await devnet.relay.followChain();
  expect(devnet.relay.stakeWei(cheat?.address ?? '')).toBe(0n);
  expect(await devnet.chain?.fundsOf(cheat?.address ?? '0x')).toMatchObject({ stakedWei: 0n });
  expect(filesOf(caught)).toEqual(single);
  const totals = devnet.relay.totals();
  expect(totals).toMatchObject({ escrowWei: 0n, totalWei: totals.issuedWei });
});
