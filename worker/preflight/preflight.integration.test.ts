/** The checks against the devnet's relay over HTTP, a real store and a real disk. */

import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createHarness, keyOf, llmResult, START_MS } from '../../devnet/relay/testing/harness.ts';
import { createSigner } from '../kit/signer.ts';
import { NetworkClock } from '../networks/network-clock.ts';
import { RelayNetwork } from '../networks/relay/relay-network.ts';
import { RelayReader } from '../networks/relay/relay-reader.ts';
import { EVENT_PAGE } from '../networks/task-network.ts';
import { openStore, type Store } from '../store/store.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { preflightChecks } from './checks.ts';
import { claimJoin, doppelgangerFacts } from './join-claim.ts';
import { runPreflight } from './run-preflight.ts';

async function devnet() {
  const harness = createHarness({ nodes: ['n1'] });
  const relayUrl = await harness.relay.listen();
  const connection = { relayUrl, signer: createSigner(keyOf('n1')), clock: new NetworkClock(harness.clock) };
  const [network, reader] = [new RelayNetwork(connection), new RelayReader(connection)];
  onTestFinished(async () => {
    await network.close();
    await reader.close();
    await harness.relay.close();
  });
  return { harness, network, reader };
}
type Devnet = Awaited<ReturnType<typeof devnet>>;

function store(dir = tempDir()): Store {
  const opened = openStore(dir, START_MS);
  onTestFinished(() => opened.close());
  return opened;
}

/** Reads every event, like the node's feed. */
async function catchUp({ network }: Devnet, own: Store): Promise<void> {
  if (own.events.cursor() === null) own.events.startAt(await network.latestEventId());
  for (let page = 0; page < 10; page++) {
    const rows = await network.eventsAfter(own.events.cursor() ?? 0);
    own.events.record(rows, START_MS);
    if (rows.length < EVENT_PAGE) return;
  }
}

async function doppelganger({ harness, reader, network }: Devnet, own: Store, confirmedAlone = false) {
  const { clock } = harness;
  const checks = preflightChecks({
    clock,
    relayNow: () => network.now(),
    chain: null,
    engine: { kind: 'embedded', accepted: ['embedded'] },
    models: async () => ({ configured: ['base:a/b'], missing: [] }),
    // A directory that does not exist yet counts as on its parent's disk.
    disk: { path: join(tempDir(), 'not', 'yet'), needs: { minimumBytes: 1, comfortableBytes: 1 } },
    doppelganger: () => doppelgangerFacts({ store: own, network: reader, confirmedAlone }),
  });
  const { results, mayStart } = await runPreflight({ checks, clock });
  expect(results.slice(0, -1).map((result) => result.state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  const last = results.at(-1);
  return { mayStart, code: last === undefined || last.state === 'ok' ? null : last.code };
}

it('a first start, a start after a stop, and one after a crash right after the join', async () => {
  const net = await devnet();
  const own = store();
  expect(await doppelganger(net, own)).toEqual({ mayStart: true, code: null });
  await catchUp(net, own);
  claimJoin(own);
  await net.harness.actor('n1').join();
  // Killed before the event of the join was read.
  expect(await doppelganger(net, own)).toEqual({ mayStart: true, code: null });
  await catchUp(net, own);
  expect(await doppelganger(net, own)).toEqual({ mayStart: true, code: null });
});

it('a machine with the same key and an empty data directory does not start', async () => {
  const net = await devnet();
  const first = store();
  await catchUp(net, first);
  claimJoin(first);
  await net.harness.actor('n1').join();
  const second = store();
  expect(await doppelganger(net, second)).toEqual({ mayStart: false, code: 'PREFLIGHT_FOREIGN_MEMBER' });
  expect(await doppelganger(net, second, true)).toEqual({ mayStart: true, code: null });
});

it('nor does one whose twin has worked meanwhile, although it once joined itself', async () => {
  const net = await devnet();
  const { actor, relay } = net.harness;
  const own = store();
  await catchUp(net, own);
  claimJoin(own);
  await actor('n1').join();
  await catchUp(net, own);
  const task = await actor('app').createTask();
  relay.runRound();
  expect(await doppelganger(net, own)).toEqual({ mayStart: true, code: null });
  await actor('n1').score(task.commitment, llmResult('four').score);
  expect(await doppelganger(net, own)).toEqual({ mayStart: false, code: 'PREFLIGHT_FOREIGN_ACTS' });
});

it('a twin that joined again and left causes a warning', async () => {
  const net = await devnet();
  const node = net.harness.actor('n1');
  const own = store();
  await catchUp(net, own);
  claimJoin(own);
  await node.join();
  await catchUp(net, own);
  const quit = () => node.post(`/v1/node/${node.address}/quit`, { address: node.address });
  await quit();
  expect(await doppelganger(net, own)).toEqual({ mayStart: true, code: null });
  await node.join();
  expect(await doppelganger(net, own)).toEqual({ mayStart: false, code: 'PREFLIGHT_FOREIGN_ACTS' });
  await quit();
  expect(await doppelganger(net, own)).toEqual({ mayStart: true, code: 'PREFLIGHT_KEY_USED_ELSEWHERE' });
});

it('a relay that is gone: its checks report it, and nobody starts on a guess', async () => {
  const net = await devnet();
  const own = store();
  await net.harness.relay.close();
  const { clock } = net.harness;
  const { results, mayStart } = await runPreflight({
    clock,
    checks: preflightChecks({
      clock,
      relayNow: () => net.network.now(),
      chain: null,
      engine: { kind: 'embedded', accepted: ['embedded'] },
      models: async () => ({ configured: ['base:a/b'], missing: [] }),
      disk: { path: tempDir(), needs: { minimumBytes: 1, comfortableBytes: 1 } },
      doppelganger: () => doppelgangerFacts({ store: own, network: net.reader, confirmedAlone: false }),
    }),
  });
  const states = results.map((result) => [result.id, result.state, result.state === 'ok' ? null : result.code]);
  expect(states).toEqual([
    ['clock', 'unknown', 'RELAY_UNREACHABLE'],
    ['relay', 'fail', 'RELAY_UNREACHABLE'],
    ['engine', 'ok', null],
    ['models', 'ok', null],
    ['disk', 'ok', null],
    ['doppelganger', 'unknown', 'RELAY_UNREACHABLE'],
  ]);
  expect(mayStart).toBe(false);
});
