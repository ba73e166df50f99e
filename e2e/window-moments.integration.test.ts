/**
 * What the screen says at each moment of a bad day, in both languages, read from two pages of the real program with its
 * own node on a network with a chain: the relay and the chain go and come back, the node's process is killed, it leaves
 * and comes back, is kicked out and slashed, is stopped, and finally the program itself is killed and restarted.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { networkPresetData } from '../contract/node-config.ts';
import type { NodeClient } from '../contract/rpc-client.ts';
import type { LifeState } from '../contract/truth/life-state.ts';
import { CHAT_MODEL } from '../devnet/application/samples.ts';
import { systemRandom } from '../devnet/system.ts';
import { openProgram } from '../headless/program.ts';
import { connectProgram, type RunningProgram, windowAddress } from '../headless/rpc/running-program.ts';
import { bytesToHex, type Hex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { en } from '../renderer/i18n/en/index.ts';
import { zhCn } from '../renderer/i18n/zh-cn/index.ts';

import { buildDesktop } from '../scripts/build-desktop.ts';
import { launchTestBrowser } from '../scripts/testing/launch-browser.ts';
import { thisPlatform } from '../worker/gpu/platform.ts';
import { type ChainNetwork, COIN_WEI, STAKE_WEI, startChainNetwork } from './support/chain-network.ts';
import { type FaultProxy, PASS, startFaultProxy } from './support/fault-proxy.ts';
import { START_WITHIN_MS } from './support/launch-shell.ts';

/** The second one is slashed, because rejoining after a kick-out takes a minute. */
const NAMES = ['Heron', 'Otter'] as const;
type Id = 'heron' | 'otter';
const PASSPHRASE = 'a heron on the ice of march';
const WAIT = { timeout: 150_000 };
const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };
const GONE = { kind: 'dropBefore' } as const;

let network: ChainNetwork;
let relayLine: FaultProxy;
let chainLine: FaultProxy;
let dataDir: string;
const addresses = new Map<Id, Hex>();
/** The node whose screens the pages show. */
let shown: Id = 'heron';
let server: ChildProcess;
let port: number;
let program: RunningProgram;
let browser: Browser;
/** One in each language. */
let pages: readonly (readonly [typeof en | typeof zhCn, Page])[];
const complaints: string[] = [];

/** As a host has set it up: keys, network and nodes exist, and nothing is running. */
async function setUp(): Promise<void> {
  const own = await openProgram({ dataDir, port: 0, windowDir: null, log });
  const { client: host } = own.app;
  const preset = networkPresetData(network.devnet.network);
  if (preset.chain === undefined) throw new Error('the network has no chain');
  const chain = { ...preset.chain, rpcUrls: [chainLine.url] };
  await host.networks.add({ preset: { ...preset, id: 'little', title: 'Little network', relayUrl: relayLine.url, chain } });
  for (const name of NAMES) {
    const privateKey = bytesToHex(systemRandom.bytes(32));
    const address = addressOf(privateKey);
    await network.devnet.fund(address, { walletWei: 2n * COIN_WEI });
    await host.keys.import({ kind: 'privateKey', privateKey, store: 'keystore', passphrase: PASSPHRASE });
    const { profile } = await host.profiles.create({
      draft: {
        ...{ name, networkId: 'little', address, stakeWei: STAKE_WEI.toString() },
        ...{ engine: { kind: 'embedded', device: 'cpu' }, modelIds: [`base:${CHAT_MODEL}`] },
        gpu: { kind: 'stated', name: `Devnet Card 24G+${thisPlatform()}`, vramGib: 24, uuids: [] },
      },
    });
    addresses.set(profile.id as Id, address);
  }
  await own.close();
}

/** The program as a separate process, with the node started. */
async function serve(at: number): Promise<void> {
  const entry = path.resolve(import.meta.dirname, '../headless/main.ts');
  const args = ['--disable-warning=ExperimentalWarning', entry, 'serve', '--json', '--data', dataDir, '--port', String(at)];
  server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: server.stdout ?? process.stdin });
  const ended = once(server, 'exit').then(() => Promise.reject(new Error('the program has ended')));
  ended.catch(() => {});
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  lines.resume();
  ({ port } = JSON.parse(String(line)) as { port: number });
  program = await connectProgram(dataDir);
}

async function start(id: Id): Promise<void> {
  await program.host.keys.unlock({ address: addressOfNode(id), passphrase: PASSPHRASE });
  await program.host.profiles.start({ id });
}

function addressOfNode(id: Id): Hex {
  const address = addresses.get(id);
  if (address === undefined) throw new Error(`there is no ${id}`);
  return address;
}

async function show(id: Id): Promise<void> {
  shown = id;
  for (const [, page] of pages) await page.evaluate(`location.hash = '#/node/${id}/overview'`);
}

async function enter(locale: string): Promise<Page> {
  const context = await browser.newContext({ locale });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT.timeout);
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(await windowAddress(dataDir));
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

beforeAll(async () => {
  if (process.env.CRYNUX_DESKTOP_AS_BUILT === undefined) await buildDesktop();
  network = await startChainNetwork();
  const { chain } = networkPresetData(network.devnet.network);
  relayLine = await startFaultProxy(network.devnet.relayUrl, { keep: () => false });
  chainLine = await startFaultProxy(String(chain?.rpcUrls[0]), { keep: () => false });
  dataDir = mkdtempSync(path.join(tmpdir(), 'moments-'));
  await setUp();
  await serve(0);
  await start('heron');
  browser = await launchTestBrowser();
  pages = [
    [en, await enter('en-GB')],
    [zhCn, await enter('zh-CN')],
  ];
}, START_WITHIN_MS * 2);
afterAll(async () => {
  await browser?.close();
  server?.kill('SIGKILL');
  await Promise.all([relayLine?.close(), chainLine?.close(), network?.close()]);
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
});
beforeEach(() => {
  complaints.length = 0;
});

/**
 * What both pages say about the node, and the word in the frame. All are checked together, because short-lived texts
 * would be gone if the pages were checked one by one.
 */
async function says(life: LifeState): Promise<void> {
  const looks = pages.flatMap(([{ overview, common }, page]) => [
    page
      .getByRole('region', { name: common.frame.node, exact: true })
      .getByRole('status')
      .filter({ hasText: overview.sentence[life] })
      .waitFor(WAIT),
    page.getByRole('banner').getByText(common.nodeState[life], { exact: true }).waitFor(WAIT),
  ]);
  await Promise.all(looks);
}

/** A sentence anywhere on the overview of both pages; without its last part if that is a time. */
async function alsoSays(text: (texts: typeof en | typeof zhCn) => string): Promise<void> {
  const looks = pages.map(([texts, page]) =>
    page
      .getByRole('main')
      .getByText(text(texts).split('{{')[0] ?? '')
      .first()
      .waitFor(WAIT),
  );
  await Promise.all(looks);
}

async function offers(...controls: readonly (keyof typeof en.overview.control)[]): Promise<void> {
  for (const [{ overview, common }, page] of pages) {
    const node = page.getByRole('region', { name: common.frame.node, exact: true });
    const wanted = controls.map((control) => overview.control[control]);
    await expect.poll(() => node.getByRole('button').allInnerTexts(), WAIT).toEqual(expect.arrayContaining(wanted));
    for (const other of ['start', 'pause', 'resume', 'rejoin', 'stop'] as const) {
      if (controls.includes(other)) continue;
      expect(await node.getByRole('button', { name: overview.control[other], exact: true }).count(), other).toBe(0);
    }
  }
}

/** Runs in a page: records every text shown from now on. */
const KEEP_WORDS = `
  globalThis.words = [];
  new MutationObserver(() => words.push(document.body.innerText)).observe(document.body, {
    ...{ childList: true, subtree: true, characterData: true },
  });`;

/** The stake on the overview. */
async function stakeIs(where: keyof typeof en.overview.hero.where): Promise<void> {
  for (const [{ overview }, page] of pages) {
    await page
      .getByRole('region', { name: overview.hero.stake, exact: true })
      .getByText(overview.hero.where[where])
      .waitFor(WAIT);
  }
}

/** The node's own contract, for what a page may not do on its own. */
const node = (): Promise<NodeClient> => program.node(shown);

async function workerPid(): Promise<number | null> {
  const ending = new AbortController();
  for await (const update of await program.host.profiles.watch({}, { signal: ending.signal })) {
    ending.abort();
    const worker = update.kind === 'snapshot' ? update.profiles[0]?.worker : undefined;
    return worker?.kind === 'running' ? worker.pid : null;
  }
  throw new Error('the program says nothing');
}

/** Kills the node's worker; resolves when another one runs. */
async function killWorker(): Promise<void> {
  const pid = (await workerPid()) ?? expect.fail('the node does not run');
  process.kill(pid, 'SIGKILL');
  await expect.poll(workerPid, WAIT).toSatisfy((running) => running !== null && running !== pid);
}

describe('what the screen says in both languages', () => {
  it('a running node: waiting, staked, and what a stop means', async () => {
    await says('waiting');
    await stakeIs('staked');
    await offers('pause', 'stop');
    await alsoSays(({ overview }) => overview.promise.stakeStays);
  });

  it('the relay goes down: cut off, with what is safe in the meantime; it comes back', async () => {
    relayLine.setPlan(() => GONE);
    await says('cutOff');
    await offers('pause', 'stop');
    relayLine.setPlan(() => PASS);
    await says('waiting');
  });

  it('the chain goes down: the node continues, stake and wallet may be out of date; it comes back', async () => {
    chainLine.setPlan(() => GONE);
    await alsoSays(({ overview }) => overview.sentence.chainDown);
    await alsoSays(({ overview }) => overview.attention.chainDown.title);
    await says('waiting');
    chainLine.setPlan(() => PASS);
    for (const [{ overview }, page] of pages)
      await page.getByText(overview.sentence.chainDown).waitFor({ ...WAIT, state: 'detached' });
  });

  it('the node’s process is killed: this is reported, and it comes back by itself', async () => {
    // It comes back a second later, so what the pages said in the meantime is recorded.
    for (const [, page] of pages) await page.evaluate(KEEP_WORDS);
    const unsaid = async () => {
      const lists = pages.map(async ([{ overview, common }, page]) => {
        const said = await page.evaluate<string>('words.join("\\n")');
        const texts = [overview.sentence.restarting, common.nodeState.restarting, overview.attention.backoff.title];
        return texts.filter((text) => !said.includes(text.split('{{')[0] ?? text));
      });
      return (await Promise.all(lists)).flat();
    };
    // A page of a busy machine may draw nothing within that second. The program waits twice as long after each further end.
    for (let ends = 0; ends < 4 && (await unsaid()).length > 0; ends++) await killWorker();
    expect(await unsaid()).toEqual([]);
    await says('waiting');
  });

  it('it leaves: no promise that the stake stays, and no dead end; it joins again', async () => {
    await (await node()).node.unstake({});
    await says('out');
    await stakeIs('notStaked');
    await offers('rejoin', 'stop');
    for (const [{ overview }, page] of pages) expect(await page.getByText(overview.promise.stakeStays).count()).toBe(0);
    await (await node()).node.resume({});
    await says('waiting');
    await stakeIs('staked');
  });

  it('it is kicked out: this is reported, with the stake being returned, and the way back', async () => {
    Object.assign(network.devnet.relay.node(addressOfNode('heron'))?.qos ?? {}, { pool: Array<number>(50).fill(0) });
    const outcome = network.runTask({ group: false, chat: true });
    await says('kickedOut');
    await outcome;
    await alsoSays(({ overview }) => overview.attention.kickedOut.title);
    await offers('rejoin', 'stop');
    await (await node()).node.resume({});
    // The relay has a minute to return the stake.
    await says('awaitingStake');
  });

  it('it is slashed: the stake was taken, before and after it is stopped', async () => {
    await start('otter');
    await show('otter');
    await says('waiting');
    expect((await network.runTask({ group: false, chat: true })).kind).toBe('success');
    const address = addressOfNode('otter');
    const task = network.devnet.relay.tasks().find(({ selectedNode }) => selectedNode?.toLowerCase() === address.toLowerCase());
    network.devnet.relay.slash({ address, commitment: task?.commitment ?? '' });
    await says('slashed');
    await stakeIs('slashed');
    await alsoSays(({ overview }) => overview.attention.slashed.title);
    await offers('rejoin', 'stop');
    await program.host.profiles.stop({ id: 'otter' });
    await says('stopped');
    await offers('start');
    // From its records, and from the chain, which the program reads by itself.
    await stakeIs('slashed');
    await alsoSays(({ overview }) => overview.sentence.barred.slashed);
    await alsoSays(({ common }) => common.node.records);
  });

  it('the program is killed: nobody can tell what its nodes are doing; a new one asks for a new address', async () => {
    server.kill('SIGKILL');
    await once(server, 'exit');
    await says('unknown');
    await offers();
    await alsoSays(({ overview }) => overview.sentence.lastSeen);
    for (const [{ connection }, page] of pages.map(([texts, page]) => [texts.common, page] as const)) {
      await page.getByText(connection.lost).waitFor(WAIT);
    }
    await serve(port);
    for (const [{ common }, page] of pages) await page.getByRole('heading', { name: common.session.title }).waitFor(WAIT);
  });

  it('none of this caused an error in a page', () => expect(complaints).toEqual([]));
});
