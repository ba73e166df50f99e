/** The devnet on its chain: relay and chain start together, are saved together, and are refused separately. */
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Hex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { SLASH_RECEIVER } from './chain/deploy.ts';
import { type Devnet, type DevnetConfigInput, startDevnet } from './devnet.ts';
import { keyOf, STAKE } from './relay/testing/harness.ts';
import { systemClock, systemRandom } from './system.ts';

const workerEntry = fileURLToPath(new URL('./testing/little-worker.ts', import.meta.url));
const [app, node, delegator] = ['app', 'genesis node', 'delegator'].map((name) => addressOf(keyOf(name))) as [Hex, Hex, Hex];

let folder: string;
let devnet: Devnet | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devnet-chain-'));
});
afterEach(async () => {
  await devnet?.stop();
  rmSync(folder, { recursive: true });
});

async function start(config: Partial<DevnetConfigInput> = {}): Promise<Devnet> {
  devnet = await startDevnet(
    {
      dataDir: join(folder, 'peers'),
      statePath: join(folder, 'state'),
      workerEntry,
      peers: [{ name: 'one', engine: { command: process.execPath }, modelIds: ['base:a/b'], stakes: 'devnet' }],
      relay: {
        times: { chainScan: 3600 },
        genesis: {
          accounts: [{ address: app, balanceWei: '1000' }],
          stakes: [{ address: node, stakeWei: STAKE.toString() }],
          delegations: [{ node, delegator, stakeWei: STAKE.toString(), sharePercent: 10 }],
        },
      },
      ...config,
    },
    { clock: systemClock, random: systemRandom },
  );
  return devnet;
}

test('genesis, peers and funds are on the chain, and both halves continue where they stopped', async () => {
  const before = await start();
  const peer = before.peers[0]?.address ?? '0x';
  expect(before.network.chain).toMatchObject({
    chainId: 7411,
    rpcUrls: [before.chain?.anvil.url],
    contracts: before.chain?.contracts,
  });
  expect(await before.chain?.fundsOf(node)).toMatchObject({ stakedWei: STAKE });
  expect(await before.chain?.fundsOf(peer)).toMatchObject({ stakedWei: STAKE });
  await before.fund(app, { balanceWei: 5n, walletWei: 7n, stakeWei: STAKE });
  expect(await before.chain?.fundsOf(app)).toMatchObject({ stakedWei: STAKE });
  expect(before.relay.balanceWei(app)).toBe(1005n);
  expect([node, peer, app].map((address) => before.relay.stakeWei(address))).toEqual([STAKE, STAKE, STAKE]);
  const { totalWei, issuedWei } = before.relay.totals();
  expect(totalWei).toBe(issuedWei);
  const ledger = before.relay.ledger();
  await before.stop();

  const after = await start();
  expect(after.peers[0]?.address).toBe(peer);
  expect(after.relay.ledger()).toEqual(ledger);
  expect(after.network.chain?.contracts).toEqual(before.network.chain?.contracts);
  expect(await after.chain?.fundsOf(app)).toMatchObject({ stakedWei: STAKE });
  // It also keeps working: new events are seen once.
  await after.fund(node, { stakeWei: 3n });
  expect(after.relay.stakeWei(node)).toBe(STAKE + 3n);
  expect(await after.chain?.fundsOf(SLASH_RECEIVER)).toEqual({ walletWei: 0n, stakedWei: 0n });
});

test('continues from whatever a power cut leaves, at any instant between the chain and the books', async () => {
  const running = await start({ peers: [] });
  const { chain } = running;
  // One synchronous copy is the state of the disk at one instant, because relay and devnet are in this process.
  const cuts: { readonly folder: string; readonly stakeWei: bigint }[] = [];
  const cut = () => {
    const at = join(folder, `cut-${cuts.length}`);
    cpSync(join(folder, 'state'), at, { recursive: true });
    cuts.push({ folder: at, stakeWei: running.relay.stakeWei(node) });
  };
  cut();
  for (let wei = 1n; wei <= 3n; wei++) {
    await chain?.stakeFor(node, STAKE + wei);
    cut();
    await running.relay.followChain();
    cut();
  }
  await running.fund(app, { balanceWei: 5n, stakeWei: STAKE });
  cut();
  await running.stop();
  expect(new Set(cuts.map(({ stakeWei }) => stakeWei)).size).toBe(4);
  for (const { folder: statePath, stakeWei } of cuts) {
    const after = await start({ peers: [], statePath });
    expect(after.relay.stakeWei(node)).toBeGreaterThanOrEqual(stakeWei);
    expect((await after.chain?.fundsOf(node))?.stakedWei).toBe(after.relay.stakeWei(node));
    await after.fund(node, { stakeWei: 1n });
    expect((await after.chain?.fundsOf(node))?.stakedWei).toBe(after.relay.stakeWei(node));
    await after.stop();
  }
});

test('half a state is refused; a fresh start deletes both', async () => {
  const saved = await start({ peers: [] });
  const { relayUrl } = saved;
  await saved.stop();
  await expect(start({ peers: [], chain: false })).rejects.toMatchObject({ code: 'DEVNET_STATE_MISMATCH' });
  rmSync(join(folder, 'state', 'chain.json'));
  await expect(start({ peers: [] })).rejects.toMatchObject({ code: 'DEVNET_STATE_MISMATCH' });
  await expect(fetch(`${relayUrl}/v1/now`)).rejects.toThrow();

  const fresh = await start({ peers: [], fresh: true });
  expect(fresh.relay.balanceWei(app)).toBe(1000n);
  await fresh.stop();
  expect(existsSync(join(folder, 'state', 'chain.json'))).toBe(true);
});

test('a relay that was saved with another chain is refused', async () => {
  await (await start({ peers: [] })).stop();
  const other = mkdtempSync(join(tmpdir(), 'devnet-other-'));
  await (await start({ peers: [], statePath: other, relay: {} })).stop();
  copyFileSync(join(other, 'chain.json'), join(folder, 'state', 'chain.json'));
  rmSync(other, { recursive: true });
  await expect(start({ peers: [] })).rejects.toMatchObject({ code: 'DEVNET_STATE_MISMATCH' });
});
