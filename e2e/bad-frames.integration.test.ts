/**
 * Invalid frames on every transport, to a host and to a node in the middle of a task: each closes its connection with a
 * code, no process ends, and the task is paid. Covers WebSocket, the channel of a forked worker, and message ports of
 * the desktop.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ConnectTarget } from '../contract/bridge.ts';
import { PORT_CHANNEL } from '../contract/message-port.ts';
import type { ProfileView, WorkerState } from '../contract/profiles.ts';
import type { HostClient, NodeClient } from '../contract/rpc-client.ts';
import { BAD_FRAMES, randomFrames, TOO_LARGE_FRAME } from '../contract/testing/bad-frames.ts';
import { systemRandom } from '../devnet/system.ts';
import { readAddress } from '../headless/rpc/address-file.ts';
import { connectProgram, type RunningProgram } from '../headless/rpc/running-program.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { ELECTRON, launchShell, START_WITHIN_MS } from './support/launch-shell.ts';
import { type LittleNetwork, startLittleNetwork } from './support/little-network.ts';
import { pageClients } from './support/page-client.ts';
import type { RunningShell } from './support/running-shell.ts';

const PASSPHRASE = 'a heron on the ice of march';
const MADE = randomFrames(40);
/** Enough words that the frames below arrive while the task is running. */
const LONG_TASK = 192;

async function untilBusy(node: NodeClient): Promise<string> {
  const ending = new AbortController();
  for await (const { currentTask } of await node.node.watch({}, { signal: ending.signal })) {
    if (currentTask === null) continue;
    ending.abort();
    return currentTask;
  }
  return expect.fail('the node has ended');
}

describe('over WebSockets, and on to a worker over its channel', () => {
  let network: LittleNetwork;
  let dataDir: string;
  let program: ChildProcess;
  let running: RunningProgram;
  let profileId: string;

  beforeAll(async () => {
    network = await startLittleNetwork();
    dataDir = await mkdtemp(path.join(tmpdir(), 'frames-'));
    const entry = path.join(import.meta.dirname, '..', 'headless', 'main.ts');
    const args = ['--disable-warning=ExperimentalWarning', entry, 'run', '--data', dataDir, '--json'];
    program = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ready = Promise.withResolvers<void>();
    program.once('exit', (code) => ready.reject(new Error(`the program ended with ${code}`)));
    createInterface({ input: program.stdout ?? process.stdin }).on('line', () => ready.resolve());
    await ready.promise;
    running = await connectProgram(dataDir);
    profileId = await startNode(running.host, network);
  });
  afterAll(async () => {
    running?.close();
    const ended = new Promise((resolve) => program.once('exit', resolve));
    program?.kill('SIGTERM');
    await ended;
    await network?.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  /** How the program reacts to a frame: the close code and reason, or null if it continues. */
  async function said(where: string, frame: string | Buffer): Promise<{ code: number; reason: string }> {
    const { port, token } = readAddress(dataDir) ?? expect.fail('no address');
    const socket = new WebSocket(`ws://127.0.0.1:${port}${where}`, { headers: { authorization: `Bearer ${token}` } });
    const closed = new Promise<{ code: number; reason: string }>((resolve, reject) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
      socket.once('error', reject);
    });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(frame);
    // For frames that are invalid only by chance, any answer or the requested close is fine.
    socket.once('message', () => socket.close(1000, 'answered'));
    if (frame === '' || typeof frame !== 'string' || MADE.includes(frame)) socket.send('{');
    return closed;
  }

  it('the worker continues with its task, and so does the host', async () => {
    const node = await running.node(profileId);
    const outcome = network.runTask(LONG_TASK);
    const commitment = await untilBusy(node);
    for (const where of ['/rpc/host', `/rpc/node/${profileId}`]) {
      for (const [what, frame] of Object.entries(BAD_FRAMES)) {
        expect([where, what, await said(where, frame)]).toEqual([where, what, { code: 1007, reason: 'RPC_BAD_FRAME' }]);
      }
      for (const frame of MADE) expect([1000, 1007]).toContain((await said(where, frame)).code);
      expect(await said(where, Buffer.from('{}'))).toEqual({ code: 1003, reason: 'RPC_BAD_FRAME' });
      expect((await said(where, TOO_LARGE_FRAME)).code).toBe(1009);
    }
    // Everybody else's connections and the worker's process are the same as before.
    expect((await node.tasks.detail({ commitment })).executions).toHaveLength(1);
    expect(await outcome).toMatchObject({ kind: 'success' });
    expect(program.exitCode).toBeNull();
  });
});

describe.runIf(ELECTRON === null)('over message ports of the desktop', () => {
  let network: LittleNetwork;
  let shell: RunningShell;
  beforeAll(async () => {
    network = await startLittleNetwork();
    shell = await launchShell();
  }, START_WITHIN_MS);
  afterAll(async () => {
    await shell?.close();
    await network?.close();
  });

  /** Each frame on its own port. */
  function throwAt(target: ConnectTarget, frames: readonly string[]): Promise<void> {
    const given = JSON.stringify({ target, frames, channel: PORT_CHANNEL });
    return shell.page.evaluate<void>(`(async ({ target, frames, channel }) => {
      // What is no text at all, too.
      const all = [...frames, {}, null, 7, new Uint8Array(8), [{ i: '1' }]];
      for (const frame of all) {
        const id = 2_000_000 + Math.floor(Math.random() * 1e9);
        const port = await new Promise((resolve) => {
          addEventListener('message', function take({ data, ports }) {
            if (data.type !== channel || data.id !== id) return;
            removeEventListener('message', take);
            resolve(ports[0]);
          });
          crynux.connect({ id, target });
        });
        port.postMessage(frame);
      }
    })(${given})`);
  }

  it('the worker continues with its task, and so does the shell', async () => {
    const clients = await pageClients(shell.page);
    // A page needs a person's confirmation to add a network.
    await shell.order({ do: 'answerDialog', button: 1 });
    const profileId = await startNode(clients.host, network);
    const node = await clients.node(profileId);
    const worker = await workerOf(clients.host);
    const outcome = network.runTask(LONG_TASK);
    await untilBusy(node);
    const frames = [...Object.values(BAD_FRAMES), TOO_LARGE_FRAME];
    const targets: readonly ConnectTarget[] = [{ kind: 'host' }, { kind: 'node', profileId }];
    for (const target of targets) {
      await throwAt(target, [...frames, ...MADE]);
      // A new connection works as before.
      const again = await clients.node(profileId);
      expect(await again.checks.last({})).toHaveProperty('report');
      expect(await clients.host.app.info({})).toMatchObject({ shell: 'electron' });
    }
    expect(await outcome).toMatchObject({ kind: 'success' });
    expect(await workerOf(clients.host)).toEqual(worker);
    expect(shell.output()).toContain('RPC_BAD_FRAME');
  });
});

/** The worker of the only profile. */
async function workerOf(host: HostClient, fits: (view: ProfileView) => boolean = () => true): Promise<WorkerState> {
  const ending = new AbortController();
  for await (const update of await host.profiles.watch({}, { signal: ending.signal })) {
    const [view] = update.kind === 'snapshot' ? update.profiles : update.kind === 'changed' ? [update.profile] : [];
    if (view === undefined || !fits(view)) continue;
    ending.abort();
    return view.worker;
  }
  return expect.fail('there is no profile');
}

async function startNode(host: HostClient, network: LittleNetwork): Promise<string> {
  const privateKey = bytesToHex(systemRandom.bytes(32));
  await host.keys.import({ kind: 'privateKey', privateKey, store: 'keystore', passphrase: PASSPHRASE });
  await host.networks.add({ preset: network.preset });
  const draft = network.draft({ name: 'Heron', address: addressOf(privateKey) });
  const { profile } = await host.profiles.create({ draft });
  await host.profiles.start({ id: profile.id });
  await workerOf(host, ({ node }) => node?.state === 'running');
  return profile.id;
}
