/**
 * The program that a peer's worker starts as its engine. It starts the real engine, forwards frames between the two,
 * and ends as soon as either of them ends; the engine never outlives it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { serialiseError } from '../../protocol/errors.ts';
import { parseWireJson } from '../../protocol/wire/parse.ts';
import { DevnetError } from '../errors.ts';
import { systemClock } from '../system.ts';
import { PROXY_ENV, type ProxyConfig, proxyConfigSchema } from './behaviour.ts';
import { createProxyPipe } from './proxy.ts';

const PARENT_CHECK_MS = 1000;
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 3000;

async function main(): Promise<void> {
  const config = parseWireJson(proxyConfigSchema, readConfig(), PROXY_ENV);
  const stopping = new AbortController();
  const stop = (why: string) => stopping.abort(new Error(why));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  watchParent(() => stop('the parent is gone'));

  const upstream = new WebSocket(process.env.cw_node_url ?? '');
  upstream.on('close', () => stop('the worker is gone'));
  upstream.on('error', (error) => stop(error.message));
  const opened = await Promise.race([once(upstream, 'open').then(() => true), untilAborted(stopping.signal).then(() => false)]);
  if (opened) await runEngine({ config, upstream, stopping, stop });
}

interface Session {
  readonly config: ProxyConfig;
  readonly upstream: WebSocket;
  readonly stopping: AbortController;
  readonly stop: (why: string) => void;
}

/** Returns when either side has ended and the engine's process is gone. */
async function runEngine(session: Session): Promise<void> {
  const { engine } = session.config;
  const path = `/${randomBytes(16).toString('hex')}/`;
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path });
  server.once('connection', (downstream) => connect(session, downstream));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const child = spawn(engine.command, engine.args, {
    env: { ...process.env, ...engine.env, cw_node_url: `ws://127.0.0.1:${port}${path}` },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      logError(new DevnetError('DEVNET_PROXY_FAILED', `engine: ${error.message}`, { command: engine.command }));
      resolve();
    });
  }).then(() => session.stop('the engine is gone'));
  await untilAborted(session.stopping.signal);
  await endChild(child, exited);
}

function connect({ config, upstream, stopping, stop }: Session, downstream: WebSocket): void {
  const pipe = createProxyPipe({
    behaviour: config.behaviour,
    clock: systemClock,
    signal: stopping.signal,
    toWorker: (frame) => upstream.send(frame),
    toEngine: (frame) => downstream.send(frame),
  });
  const forward = (handle: (frame: string) => Promise<void>) => (data: WebSocket.RawData) => {
    handle(data.toString()).catch((error: unknown) => {
      if (stopping.signal.aborted) return;
      logError(error);
      stop('a frame could not be forwarded');
    });
  };
  downstream.on('close', () => stop('the engine has hung up'));
  downstream.on('error', (error) => stop(error.message));
  upstream.on('message', forward(pipe.fromWorker));
  downstream.on('message', forward(pipe.fromEngine));
}

function readConfig(): string {
  const text = process.env[PROXY_ENV];
  if (text !== undefined) return text;
  throw new DevnetError('DEVNET_PROXY_FAILED', `${PROXY_ENV} is not set`);
}

/** If the worker is killed, this process gets another parent. */
function watchParent(onExit: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onExit();
  }, PARENT_CHECK_MS).unref();
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function endChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(kill);
}

function logError(error: unknown): void {
  process.stderr.write(`${JSON.stringify({ event: 'failed', ...serialiseError(error) })}\n`);
}

if (import.meta.main) {
  main()
    .catch((error: unknown) => {
      logError(error);
      process.exitCode = 2;
    })
    .finally(() => process.exit());
}
