import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevnetConfigInput, startDevnet } from './devnet.ts';
import { systemClock, systemRandom } from './system.ts';

const workerEntry = fileURLToPath(new URL('./testing/little-worker.ts', import.meta.url));
const engine = { command: process.execPath };
const deps = { clock: systemClock, random: systemRandom };

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'devnet-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const peer = (name: string, modelIds = ['base:a/b']) => ({ name, engine, modelIds, stakeWei: 5n });
const config = (peers: DevnetConfigInput['peers']): DevnetConfigInput => ({
  chain: false,
  dataDir,
  workerEntry,
  ...(peers && { peers }),
});
const isAlive = (pid = 0) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('peers start with their own key and stake, and are gone after the stop', async () => {
  const seen: string[] = [];
  const devnet = await startDevnet(config([peer('one'), peer('two')]), {
    ...deps,
    onPeer: (name, node) => seen.push(`${name} ${node.state}`),
  });
  const [one, two] = devnet.peers;
  expect(seen.toSorted()).toEqual(['one running', 'two running']);
  expect(one?.address).not.toBe(two?.address);
  expect(devnet.relay.stakeWei(one?.address ?? '')).toBe(5n);
  expect(one?.worker.node()?.message).toBe(`joined ${devnet.relayUrl}`);
  const pids = devnet.peers.map((started) => started.worker.pid);
  expect(pids.every(isAlive)).toBe(true);
  await Promise.all([devnet.stop(), devnet.stop()]);
  expect(pids.some(isAlive)).toBe(false);
  await expect(fetch(`${devnet.relayUrl}/v1/now`)).rejects.toThrow();
});

test('a peer that ignores the stop is killed', async () => {
  const devnet = await startDevnet(config([peer('deaf', ['base:deaf'])]), deps);
  const pid = devnet.peers[0]?.worker.pid;
  await devnet.stop();
  expect(isAlive(pid)).toBe(false);
});

test('if one peer fails, nothing is left running', async () => {
  const pids: number[] = [];
  const start = startDevnet(config([peer('good'), peer('bad', ['base:fatal'])]), {
    ...deps,
    onPeer: (_, node) => pids.push(node.revision),
  });
  await expect(start).rejects.toMatchObject({ code: 'DEVNET_PEER_FAILED', data: { peer: 'bad' } });
  expect(pids).toEqual([1]);
});

test.each([
  ['a bad port', { dataDir: 'x', workerEntry: 'x', port: 99_999 }, 'port'],
  ['a name that is a path', { dataDir: 'x', workerEntry: 'x', peers: [peer('../up')] }, 'peers.0.name'],
  ['two with the same name', { dataDir: 'x', workerEntry: 'x', peers: [peer('one'), peer('one')] }, 'peers'],
  ['a negative balance', { dataDir: 'x', workerEntry: 'x', relay: { defaultStakeWei: '-1' } }, 'relay.defaultStakeWei'],
])('%s is refused', async (_, bad, field) => {
  await expect(startDevnet(bad, deps)).rejects.toMatchObject({ code: 'DEVNET_BAD_CONFIG', data: { field } });
});
