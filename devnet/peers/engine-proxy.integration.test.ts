import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { encodeLlmResponse } from '../../protocol/engine/llm-response.ts';
import { type Behaviour, PROXY_ENV } from './behaviour.ts';
import { LITTLE_RESPONSE } from './testing/little-engine.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

let directory: string;
let server: WebSocketServer;
const started: ChildProcess[] = [];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'proxy-'));
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
});
afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  for (const client of server.clients) client.terminate();
  server.close();
  rmSync(directory, { recursive: true });
});

/** Acts as the worker: starts the proxy and reads the hello of the engine behind it. */
async function start(behaviour: Behaviour, options: { env?: Record<string, string>; command?: string } = {}) {
  const { port } = server.address() as AddressInfo;
  const engine = {
    command: options.command ?? process.execPath,
    args: [here('./testing/little-engine.ts')],
    env: options.env ?? {},
  };
  const proxy = spawn(process.execPath, [here('./engine-proxy.ts')], {
    env: {
      PATH: process.env.PATH,
      cw_node_url: `ws://127.0.0.1:${port}/`,
      cw_worker_role: 'inference',
      [PROXY_ENV]: JSON.stringify({ behaviour, engine }),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  started.push(proxy);
  const exited = once(proxy, 'exit');
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  return { proxy, socket, exited };
}

async function nextFrame(socket: WebSocket): Promise<{ pid?: number; version?: string; result?: { status: string } }> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString());
}

const job = () => {
  const models = [{ id: 'a/b', type: 'base', variant: null }];
  const task = { task_name: 'inference', task_type: 1, task_id: 'aa', models, task_args: '{}', output_dir: directory };
  return JSON.stringify({ task });
};
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test.each([
  ['honest', true],
  ['cheating', false],
] as const)("%s: the result file is the engine's: %s", async (kind, untouched) => {
  const { socket } = await start({ kind });
  expect(await nextFrame(socket)).toMatchObject({ version: '3.5.0', role: 'inference' });
  socket.send('{"worker_id": 1}');
  socket.send(job());
  expect(await nextFrame(socket)).toMatchObject({ task_id_commitment: 'aa', result: { status: 'success' } });
  const bytes = new Uint8Array(readFileSync(join(directory, '0.json')));
  expect(Buffer.compare(bytes, encodeLlmResponse(LITTLE_RESPONSE)) === 0).toBe(untouched);
});

test.each(['SIGTERM', 'the worker is gone'])('%s ends the proxy, and its engine with it', async (how) => {
  const { proxy, socket, exited } = await start({ kind: 'offline' }, { env: { LITTLE_ENGINE: 'linger' } });
  const { pid = 0 } = await nextFrame(socket);
  expect(isAlive(pid)).toBe(true);
  if (how === 'SIGTERM') proxy.kill('SIGTERM');
  else socket.terminate();
  await exited;
  expect(isAlive(pid)).toBe(false);
});

test('an engine that dies ends the proxy', async () => {
  const { socket, exited } = await start({ kind: 'honest' });
  const { pid = 0 } = await nextFrame(socket);
  process.kill(pid, 'SIGKILL');
  await exited;
});

test('an engine that cannot be started ends the proxy', async () => {
  const { exited } = await start({ kind: 'honest' }, { command: join(directory, 'missing') });
  await exited;
});
