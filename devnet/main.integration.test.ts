import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addressOf } from '../protocol/signing/keys.ts';
import { createRelayClient } from './application/relay-client.ts';
import { type FromDevnet, fromDevnetSchema, type ToDevnetInput } from './channel.ts';
import { keyOf } from './relay/testing/harness.ts';
import { systemClock } from './system.ts';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
const workerEntry = fileURLToPath(new URL('./testing/little-worker.ts', import.meta.url));
const options = { execArgv: ['--disable-warning=ExperimentalWarning'] };

let dataDir: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'devnet-main-'));
});
afterEach(() => {
  if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true });
});

const config = () => ({
  chain: false as const,
  dataDir,
  workerEntry,
  peers: [{ name: 'one', engine: { command: process.execPath }, modelIds: ['base:a/b'] }],
});

function connect() {
  const process = fork(entry, [], options);
  child = process;
  const seen: FromDevnet[] = [];
  const waiting = new Set<() => void>();
  process.on('message', (raw) => {
    seen.push(fromDevnetSchema.parse(raw));
    for (const wake of waiting) wake();
  });
  /** The first message of a kind, past or future. */
  const next = async <Type extends FromDevnet['type']>(type: Type): Promise<Extract<FromDevnet, { type: Type }>> => {
    for (;;) {
      const found = seen.find((message): message is Extract<FromDevnet, { type: Type }> => message.type === type);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  return { process, next, send: (message: ToDevnetInput) => process.send(message), exited: once(process, 'exit') };
}

/** Starts the program by hand and reads its lines; every message must match its schema. */
function byHand(...args: string[]) {
  const started = spawn(process.execPath, [...options.execArgv, entry, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  async function* messages(): AsyncGenerator<FromDevnet> {
    for await (const line of createInterface({ input: started.stdout })) yield fromDevnetSchema.parse(JSON.parse(line));
  }
  return { process: started, messages: messages(), exited: once(started, 'exit') };
}

test('start, fund, stop over the channel', async () => {
  const { send, next, exited } = connect();
  await next('alive');
  send({ type: 'start', config: config() });
  const { relayUrl, peers } = await next('ready');
  expect(peers).toMatchObject([{ name: 'one', behaviour: { kind: 'honest' } }]);
  expect(await next('peer')).toMatchObject({ name: 'one', state: 'running' });
  send({ type: 'fund', id: 7, address: addressOf(keyOf('app')), balanceWei: '12', stakeWei: '5' });
  expect(await next('funded')).toEqual({ type: 'funded', id: 7 });
  const client = createRelayClient({ relayUrl, privateKey: keyOf('app'), clock: systemClock });
  expect(await client.balanceWei()).toBe(12n);
  send({ type: 'stop' });
  await next('stopped');
  expect(await exited).toEqual([0, null]);
  await expect(client.balanceWei()).rejects.toMatchObject({ code: 'DEVNET_RELAY_UNREACHABLE' });
});

test('bad messages are answered, a bad start is fatal', async () => {
  const { process, send, next, exited } = connect();
  await next('alive');
  process.send({ type: 'dance' });
  expect(await next('error')).toMatchObject({ error: { code: 'DEVNET_BAD_MESSAGE' } });
  send({
    type: 'start',
    config: { ...config(), peers: [{ ...config().peers[0], name: 'bad', engine: { command: 'x' }, modelIds: ['base:fatal'] }] },
  });
  expect(await next('fatal')).toMatchObject({ error: { code: 'DEVNET_PEER_FAILED' } });
  expect(await exited).toEqual([2, null]);
});

test('it ends with its parent', async () => {
  const { process, send, next, exited } = connect();
  await next('alive');
  send({ type: 'start', config: config() });
  await next('ready');
  process.disconnect();
  await exited;
});

test('started by hand it prints JSON lines and ends on a signal', async () => {
  const file = join(dataDir, 'devnet.json');
  writeFileSync(file, JSON.stringify({ ...config(), chain: {}, statePath: join(dataDir, 'state') }));
  const { process, messages, exited } = byHand('--config', file);
  for await (const message of messages) {
    if (message.type !== 'ready') continue;
    expect(message.preset.chain).toMatchObject({ chainId: 7411 });
    expect((await fetch(message.explorerUrl)).status).toBe(200);
    process.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
  expect(existsSync(join(dataDir, 'state', 'chain.json'))).toBe(true);
});

test('started by hand with --chain it provides a network whose tasks are on a chain', async () => {
  const file = join(dataDir, 'devnet.json');
  const scripted = [{ name: 'one', manner: 'cheating', modelIds: ['base:a/b'] }];
  writeFileSync(file, JSON.stringify({ dataDir, workerEntry, scripted }));
  const { process, messages, exited } = byHand('--chain', '--config', file);
  for await (const message of messages) {
    if (message.type !== 'ready') continue;
    const { preset, peers, relayUrl, explorerUrl } = message;
    expect(preset).toMatchObject({ mode: 'chain', relayUrl, samplingModulus: 10, taskChain: { chainId: 7411 } });
    expect(peers).toMatchObject([{ name: 'one', behaviour: { kind: 'cheating' } }]);
    const shown = (await (await fetch(new URL('state.json', explorerUrl))).json()) as { accounts: unknown[] };
    expect(shown.accounts).toMatchObject([{ name: 'one', status: 'Available', stake: '400' }]);
    process.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
});

test('started by hand without a configuration it says so', async () => {
  const { messages, exited } = byHand();
  const lines: FromDevnet[] = [];
  for await (const message of messages) lines.push(message);
  expect(lines).toMatchObject([{ type: 'fatal', error: { code: 'DEVNET_BAD_CONFIG' } }]);
  expect(await exited).toEqual([2, null]);
});
