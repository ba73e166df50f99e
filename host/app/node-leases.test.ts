/** A node of the whole host under a lease: waits for it, releases it when it ends, and is ended when it loses it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Profile, profileDraftSchema } from '../../contract/profiles.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { leaseName } from '../lease/leases.ts';
import { FakeLeases } from '../lease/testing/fake-leases.ts';
import { idleWorker, openTestHost } from '../testing/test-host.ts';
import { bundledModelIds } from './bundled-models.ts';
import { openNodeLeases } from './node-leases.ts';

const KEY = `0x${'1'.repeat(64)}` as const;
const NAME = leaseName(addressOf(KEY));
const PRESET = {
  ...{ id: 'nowhere', title: 'Nowhere', network: 'nowhere', relayUrl: 'http://127.0.0.1:9' },
  ...{ acceptedEngines: ['embedded' as const], samplingModulus: 10, minStakeWei: '1' },
};

it("holds a lease as long as the node's process is alive", async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'node-leases-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const server = new FakeLeases();
  const clock = new ManualClock(0);
  const signals: string[] = [];
  /** For how long each process was told it may use the key. */
  const leased: (number | null)[] = [];
  const app = await openTestHost({
    ...{ dataDir, scryptN: 2, clock, lease: { store: server.client('here'), identity: 'here' } },
    openWorker: () =>
      idleWorker({
        onSent(message, exit) {
          if (message.type === 'start') leased.push(message.leaseMs ?? null);
          if (message.type === 'lease') leased.push(message.leftMs);
          if (message.type === 'stop') exit();
        },
        onEnd: () => void signals.push('end'),
        onKill(exit) {
          signals.push('kill');
          exit();
        },
      }),
  });
  onTestFinished(() => app.close());
  const { client, parts } = app;
  await client.keys.import({ kind: 'privateKey', privateKey: KEY, store: 'keystore', passphrase: 'planted-passphrase' });
  await client.networks.add({ preset: PRESET });
  const draft = profileDraftSchema.parse({
    ...{ name: 'One', networkId: 'nowhere', address: addressOf(KEY), engine: { kind: 'embedded' }, stakeWei: '1' },
    ...{ gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 }, modelIds: bundledModelIds() },
  });
  const { id } = (await client.profiles.create({ draft })).profile;
  const worker = () => parts.supervisor.view(id).worker;
  const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 90_000 });
  const untilWorker = (kind: string) => until(() => worker().kind === kind);
  const other = server.client('there');

  const wish = { durationSeconds: 60, renewed: 'x', acquired: 'x', transitions: 0 };
  const theirs = await other.create(NAME, { ...wish, holder: 'there' });
  await client.profiles.start({ id });
  expect(worker()).toMatchObject({ kind: 'backoff', error: { code: 'LEASE_HELD', data: { holder: 'there' } } });

  if (theirs === 'taken') throw new Error('taken');
  await other.replace(NAME, { ...wish, holder: null }, theirs);
  await clock.tick(10_000);
  await untilWorker('running');
  expect(server.records.get(NAME)?.holder).toBe('here');
  expect(leased).toEqual([50_000]);
  await clock.tick(10_000);
  expect(leased).toEqual([50_000, 50_000]);

  // The connection to the API server is cut at most 10 s after a renewal: the process is asked to end 40 s after that,
  // and is killed later.
  server.cutOff.add('here');
  await clock.tick(30_000);
  expect(signals).toEqual([]);
  await clock.tick(2_000);
  expect(signals).toEqual(['end']);
  await clock.tick(10_000);
  expect(signals).toEqual(['end', 'kill']);
  await untilWorker('backoff');
  // It may already have asked for the lease again.
  expect(worker()).toMatchObject({ kind: 'backoff', error: { code: expect.stringMatching(/^LEASE_(?:LOST|UNREACHABLE)$/) } });

  server.cutOff.clear();
  await clock.tick(10_000);
  await untilWorker('running');
  await client.profiles.stop({ id });
  await until(() => server.records.get(NAME)?.holder === null);

  await client.profiles.start({ id });
  await untilWorker('running');
  expect(server.records.get(NAME)?.holder).toBe('here');
  await app.close();
  expect(server.records.get(NAME)?.holder).toBeNull();
});

it('ends every node of a key, however its address is written', async () => {
  const server = new FakeLeases();
  const clock = new ManualClock(0);
  const fenced: string[] = [];
  const leased: string[] = [];
  const address = addressOf(KEY);
  const profiles = [
    { id: 'one', address },
    { id: 'two', address: address.toLowerCase() },
  ] as Profile[];
  const silent = () => {};
  const leases = openNodeLeases(
    { store: server.client('here'), identity: 'here' },
    {
      profiles: { list: () => profiles },
      supervisor: { fence: (id) => void fenced.push(id), lease: (id) => void leased.push(id), watch: () => silent },
      clock,
      log: { debug: silent, info: silent, warn: silent, error: silent },
    },
  );
  await leases.hold(address, 'one');
  await leases.hold(address.toLowerCase(), 'two');
  await clock.tick(10_000);
  expect(leased).toEqual(['one', 'two']);
  server.cutOff.add('here');
  await clock.tick(40_000);
  expect(fenced).toEqual(['one', 'two']);
});
