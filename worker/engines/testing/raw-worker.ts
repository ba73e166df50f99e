/** A worker's end of the engine protocol without supervision: for what an engine does if a worker misbehaves. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { PROGRAMS } from '../../../platform/programs.ts';
import { SYSTEM } from '../../../platform/system.ts';
import type { EngineHello, EngineJobFrame, EngineResult } from '../../../protocol/engine/messages.ts';
import { engineHelloSchema, engineResultSchema } from '../../../protocol/engine/messages.ts';
import { engineProgram } from '../engine-program.ts';
import { engineEnvironment } from '../environment.ts';
import { programFile } from './program-file.ts';

export interface RawWorker {
  readonly folder: string;
  readonly hello: EngineHello;
  readonly pid: number;
  send(frame: string): void;
  run(task: EngineJobFrame['task']): Promise<EngineResult>;
  /** The program's exit code; null = ended by a signal. */
  readonly exit: Promise<number | null>;
  hangUp(): void;
  close(): Promise<void>;
}

/** Starts the embedded engine with a bare server. `url` replaces the server's. */
export function spawnEmbedded(input: {
  folder: string;
  url: string;
  gpuUuids?: readonly string[];
  role?: 'inference' | 'download';
}) {
  const embeddedEngine = programFile(PROGRAMS.embeddedEngine);
  const program = engineProgram({ kind: 'embedded' }, join(input.folder, 'models'), { ...PROGRAMS, embeddedEngine });
  const child = spawn(program.command, program.args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: engineEnvironment({
      role: input.role ?? 'inference',
      nodeUrl: input.url,
      relayUrl: 'http://127.0.0.1:9',
      engineDir: input.folder,
      modelsDir: program.modelsDir,
      resultsDir: input.folder,
      gpuUuids: input.gpuUuids ?? [],
      executorMode: 'device_map',
      patches: { kind: 'none', emptyListUrl: 'http://127.0.0.1:9' },
      logLevel: 'info',
      extra: program.env,
      inherited: process.env,
      system: SYSTEM,
    }),
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return { child, exit, errors: () => errors };
}

export async function startRawWorker(): Promise<RawWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'raw-worker-'));
  await mkdir(join(folder, 'out'));
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { child, exit } = spawnEmbedded({ folder, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  const next = async () => JSON.parse(String((await once(socket, 'message'))[0])) as unknown;
  const hello = engineHelloSchema.parse(await next());
  return {
    folder,
    hello,
    pid: child.pid ?? 0,
    exit,
    send: (frame) => socket.send(frame),
    async run(task) {
      const answer = next();
      socket.send(JSON.stringify({ task }));
      return engineResultSchema.parse(await answer);
    },
    hangUp: () => socket.terminate(),
    async close() {
      socket.terminate();
      await exit;
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
