/**
 * A hostile page with everything a page can have, against a node on a real chain: it sets no beneficial address,
 * withdraws nothing and confirms nothing in the host's name, over WebSockets and over ports of the desktop's window.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { networkPresetData } from '../contract/node-config.ts';
import { protocolsFor, SESSION_PATH, TOKEN_SCHEME } from '../contract/page-session.ts';
import type { ProfileDraftInput } from '../contract/profiles.ts';
import { createHostClient, createNodeClient, type HostClient, type NodeClient } from '../contract/rpc-client.ts';
import { errorOf } from '../contract/rpc-errors.ts';
import { CHAT_MODEL } from '../devnet/application/samples.ts';
import { systemClock, systemRandom } from '../devnet/system.ts';
import { runCli } from '../headless/cli/cli.ts';
import { openProgram, type Program } from '../headless/program.ts';
import { connectProgram } from '../headless/rpc/running-program.ts';
import { socketPort } from '../host/rpc/socket-port.ts';
import { bytesToHex, type Hex } from '../protocol/hex.ts';
import { addressOf, checksumAddress } from '../protocol/signing/keys.ts';
import { thisPlatform } from '../worker/gpu/platform.ts';
import { type ChainNetwork, CNX, COIN_WEI, STAKE_WEI, startChainNetwork } from './support/chain-network.ts';
import { ELECTRON, launchShell, START_WITHIN_MS } from './support/launch-shell.ts';
import { pageClients } from './support/page-client.ts';
import type { RunningShell } from './support/running-shell.ts';

const THIEF = checksumAddress(`0x${'bad0'.repeat(10)}`);
const COLD = checksumAddress(`0x${'cc'.repeat(20)}`);
const PASSPHRASE = 'a heron on the ice of march';
const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };

let network: ChainNetwork;
beforeAll(async () => {
  network = await startChainNetwork();
});
afterAll(() => network?.close());

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: unknown) => errorOf(error).code,
  );

/** @param host a client that may add a network, unless it already exists */
async function startNode(host: HostClient, name = 'Heron'): Promise<{ readonly profileId: string; readonly address: Hex }> {
  const made = await makeNode(host, name);
  await host.profiles.start({ id: made.profileId });
  await untilAlive(host, made.profileId);
  return made;
}

async function makeNode(host: HostClient, name: string): Promise<{ readonly profileId: string; readonly address: Hex }> {
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const address = addressOf(privateKey);
  await network.devnet.fund(address, { walletWei: COIN_WEI, balanceWei: 50n * CNX });
  await host.keys.import({ kind: 'privateKey', privateKey, store: 'keystore', passphrase: PASSPHRASE });
  if (!(await host.networks.list({})).networks.some(({ id }) => id === 'little'))
    await host.networks.add({ preset: { ...networkPresetData(network.devnet.network), id: 'little', title: 'Little network' } });
  const draft: ProfileDraftInput = {
    name,
    networkId: 'little',
    address,
    engine: { kind: 'embedded', device: 'cpu' },
    gpu: { kind: 'stated', name: `Devnet Card 24G+${thisPlatform()}`, vramGib: 24, uuids: [] },
    modelIds: [`base:${CHAT_MODEL}`],
    stakeWei: STAKE_WEI.toString(),
  };
  const { profile } = await host.profiles.create({ draft });
  return { profileId: profile.id, address };
}

async function untilAlive(host: HostClient, id: string): Promise<void> {
  const ending = new AbortController();
  for await (const update of await host.profiles.watch({}, { signal: ending.signal })) {
    const views = update.kind === 'snapshot' ? update.profiles : update.kind === 'changed' ? [update.profile] : [];
    if (!views.some(({ profile, worker, node }) => profile.id === id && worker.kind === 'running' && node !== null)) continue;
    ending.abort();
    return;
  }
}

/** Both steps, as a page's script would perform them. */
async function setBenefit(node: NodeClient, address: string) {
  const act = { kind: 'setBenefitAddress', address } as const;
  const { confirmation } = await node.money.prepareChainAct({ act });
  return node.money.confirmChainAct({ act, confirmation: confirmation?.id ?? '' });
}

const benefitOf = async (node: NodeClient) => (await node.money.stake({})).benefitAddress;

describe('over WebSockets, with the session of a page', () => {
  let dataDir: string;
  let program: Program;
  let node: NodeClient;
  let host: HostClient;
  let key: Hex;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'page-money-'));
    const windowDir = path.join(dataDir, 'window');
    await mkdir(windowDir);
    await writeFile(path.join(windowDir, 'index.html'), '<!doctype html>');
    program = await openProgram({ dataDir: path.join(dataDir, 'data'), port: 0, windowDir, log });
    const { profileId, address } = await startNode(program.app.client);
    key = address;
    const origin = `http://127.0.0.1:${program.port}`;
    const token = new URL(program.windowAddress() ?? '').hash.split('=')[1] ?? '';
    const entered = await fetch(origin + SESSION_PATH, {
      method: 'POST',
      headers: { origin, authorization: `${TOKEN_SCHEME} ${token}` },
    });
    const { secret } = (await entered.json()) as { secret: string };
    const connect = async (target: string) => {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc/${target}`, protocolsFor(secret), { origin });
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return socketPort(socket);
    };
    node = createNodeClient(await connect(`node/${profileId}`));
    host = createHostClient(await connect('host'));
  }, START_WITHIN_MS);
  afterAll(async () => {
    await program?.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  it('sets no beneficial address: the act waits for a person, and nothing a page sends counts as a confirmation', async () => {
    const theft = code(setBenefit(node, THIEF));
    await expect
      .poll(() => program.app.parts.acts.pending())
      .toMatchObject([
        {
          question: {
            name: 'setBenefitAddress',
            address: key,
            facts: { node: 'Heron', network: 'Little network', address: THIEF },
          },
        },
      ]);
    const id = program.app.parts.acts.pending()[0]?.id ?? '';
    // It even knows the id.
    expect(await code(host.acts.confirm({ id }))).toBe('ACT_NOT_FOR_PAGES');
    expect(await code(host.acts.pending({}))).toBe('ACT_NOT_FOR_PAGES');
    // While one is pending, no other question can be asked that could be mistaken for it.
    expect(await code(node.node.unstake({}))).toBe('ACT_NOT_CONFIRMED');
    expect(await code(node.checks.confirmAlone({}))).toBe('ACT_NOT_CONFIRMED');
    expect(await benefitOf(node)).toBeNull();
    program.app.parts.acts.refuse(id);
    expect(await theft).toBe('ACT_NOT_CONFIRMED');
    expect(await benefitOf(node)).toBeNull();
  });

  it('withdraws nothing: a withdrawal waits for a person, who sees what arrives, what it costs and where it goes', async () => {
    const amountWei = (3n * CNX).toString();
    const withdraw = async () => {
      const { confirmation } = await node.money.prepareWithdrawal({ amountWei });
      return node.money.confirmWithdrawal({ amountWei, confirmation: confirmation?.id ?? '' });
    };
    for (const [answer, result] of [
      ['no', 'ACT_NOT_CONFIRMED'],
      [key.slice(-4), 'done'],
    ] as const) {
      const wanted = code(withdraw());
      await expect.poll(() => program.app.parts.acts.pending().length).toBe(1);
      const { said } = await cli(['confirm'], answer);
      for (const shown of ['Withdraw money', '3 CNX', 'Fee', `Destination: ${key}`, 'cannot be undone'])
        expect(said).toContain(shown);
      if (result !== 'done') program.app.parts.acts.refuse(program.app.parts.acts.pending()[0]?.id ?? '');
      expect(await wanted).toBe(result);
      expect((await node.money.withdrawals({})).withdrawals).toHaveLength(result === 'done' ? 1 : 0);
    }
  });

  it('the command line performs the same acts with its own questions, and shows their outcome', async () => {
    const otter = await startNode(program.app.client, 'Otter');
    const at = ['--node', 'Otter'];
    expect((await cli(['beneficial-address', 'show', ...at], null)).said).toContain('It is not set');
    expect(await cli(['beneficial-address', 'set', COLD, ...at], 'dadada')).toMatchObject({ code: 3 });
    expect(await cli(['beneficial-address', 'set', COLD, ...at], null)).toMatchObject({ code: 3 });
    expect(await cli(['beneficial-address', 'set', COLD, ...at], COLD.slice(-6))).toMatchObject({ code: 0 });
    expect((await cli(['beneficial-address', 'show', ...at], null)).said).toContain(COLD);
    expect(await cli(['delegator-share', '--set', '12', ...at], 'no')).toMatchObject({ code: 3 });
    expect(await cli(['delegator-share', '--set', '12', ...at], 'yes')).toMatchObject({ code: 0 });
    expect((await cli(['delegator-share', ...at], null)).said).toBe('12 %');
    expect(await cli(['withdraw', '2', ...at], 'yes')).toMatchObject({ code: 0, said: expect.stringContaining(COLD) });
    const kept = await cli(['retention', 'show', ...at], null);
    for (const shown of ['7 days', 'results', 'cases', 'unreadable events', 'ever']) expect(kept.said).toContain(shown);
    expect(await cli(['retention', 'set', ...at], null)).toMatchObject({ code: 2 });
    expect(await cli(['retention', 'set', '--gib', '0', ...at], null)).toMatchObject({ code: 2 });
    expect((await cli(['retention', 'set', '--days', '3', '--gib', '0.5', ...at], null)).said).toContain('3 days, and 0.5 GiB');
    expect((await cli(['retention', 'prune', '--json', ...at], null)).said).toContain('"unreadableEver":0');
    const set = [
      'profile',
      'change',
      'Otter',
      '--models-folder',
      dataDir,
      '--hub',
      'https://hub.example',
      '--mirror',
      'https://m.example',
    ];
    expect(await cli(set, null)).toMatchObject({ code: 0 });
    const profile = program.app.parts.profiles.get(otter.profileId);
    expect(profile.models).toMatchObject({
      directory: dataDir,
      hubUrl: 'https://hub.example',
      mirrorUrls: ['https://m.example'],
    });
    expect(profile.retention).toEqual({ days: 3, resultsGib: 0.5 });
    expect((await cli(['pause', 'Otter'], null)).said).toMatch(/^Otter: /);
    await program.app.client.profiles.stop({ id: otter.profileId });
  });

  /** Runs one command at a terminal where this is typed; null = nobody is there. */
  async function cli(args: readonly string[], answer: string | null): Promise<{ code: number; said: string }> {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    const ask = async (question: string) => {
      say(question);
      return answer ?? '';
    };
    const terminal = { out: say, note: say, ask: answer === null ? null : ask, signal: new AbortController().signal };
    const code = await runCli([...args, '--data', path.join(dataDir, 'data')], { terminal, clock: systemClock });
    return { code, said: said.join('\n') };
  }

  it('sets it when a person confirms it on the command line, with all its facts in view', async () => {
    const wanted = code(setBenefit(node, COLD));
    await expect.poll(() => program.app.parts.acts.pending().length).toBe(1);
    const running = await connectProgram(path.join(dataDir, 'data'));
    const { acts } = await running.host.acts.pending({});
    const facts = acts[0]?.question.facts ?? {};
    expect(facts).toMatchObject({ address: COLD, call: 'setBenefitAddress' });
    for (const fact of ['contract', 'mostGasWei', 'chainId']) expect(facts[fact]).toBeTruthy();
    await running.host.acts.confirm({ id: acts[0]?.id ?? '' });
    running.close();
    expect(await wanted).toBe('done');
    expect(await benefitOf(node)).toBe(COLD);
  });
});

describe.runIf(ELECTRON === null)('over ports of the desktop’s window', () => {
  let shell: RunningShell;
  beforeAll(async () => {
    shell = await launchShell();
  }, START_WITHIN_MS);
  afterAll(() => shell?.close());

  it('stakes nothing, and sets no beneficial address, that nobody has confirmed in the dialog of the main process', {
    timeout: START_WITHIN_MS,
  }, async () => {
    const clients = await pageClients(shell.page);
    await shell.order({ do: 'answerDialog', button: 1 });
    const { profileId } = await makeNode(clients.host, 'Heron');
    expect(await code(clients.host.profiles.start({ id: profileId }))).toBe('ACT_NOT_CONFIRMED');
    await shell.order({ do: 'answerDialog', button: 1 });
    await clients.host.profiles.start({ id: profileId });
    await untilAlive(clients.host, profileId);
    const node = await clients.node(profileId);
    expect(await code(setBenefit(node, THIEF))).toBe('ACT_NOT_CONFIRMED');
    expect(await benefitOf(node)).toBeNull();
    const dialogs = (await shell.state()).journal.filter((line) => line.startsWith('dialog: '));
    expect(dialogs).toHaveLength(4);
    for (const shown of ['Start the node with the stake in its settings', 'Heron', 'New stake: 400 CNX'])
      expect(dialogs[1]).toContain(shown);
    for (const shown of ['permanently', THIEF, 'Heron', 'cannot be undone']) expect(dialogs[3]).toContain(shown);

    await shell.order({ do: 'answerDialog', button: 1 });
    expect(await code(setBenefit(node, COLD))).toBe('done');
    expect(await benefitOf(node)).toBe(COLD);
  });
});
