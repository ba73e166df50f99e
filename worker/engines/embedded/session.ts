/** The engine's side of the engine protocol. Source: RELAY_PROTOCOL 9.2, 9.3. */
import { WebSocket } from 'ws';
import type { EngineJobFrame, EngineResult, EngineRole } from '../../../protocol/engine/messages.ts';
import { engineJobSchema, engineWelcomeSchema } from '../../../protocol/engine/messages.ts';
import { parseWireJson } from '../../../protocol/wire/parse.ts';
import { tracebackOf } from './traceback.ts';

/** The release of the official worker whose protocol and arguments this engine follows; networks compare it. */
export const ENGINE_VERSION = '3.5.0';

export type EngineTask = EngineJobFrame['task'];

export interface EngineSessionInput {
  readonly url: string;
  readonly role: EngineRole;
  /** Runs one job; an error that it throws becomes the job's traceback. */
  readonly perform: (task: EngineTask) => Promise<void>;
  readonly gpuCount: number;
}

/** Serves one connection, one job after the other. Resolves with the reason when it has ended. */
export function serveWorker({ url, role, perform, gpuCount }: EngineSessionInput): Promise<string> {
  const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: 10_000 });
  let welcomed = false;
  let jobs: Promise<void> = Promise.resolve();

  const run = async (task: EngineTask) => {
    const result: EngineResult = {
      task_name: task.task_name,
      task_id_commitment: task.task_id,
      result: await perform(task).then(
        () => ({ status: 'success' as const }),
        (error: unknown) => ({ status: 'error' as const, traceback: tracebackOf(error), gpu_count: gpuCount }),
      ),
    };
    socket.send(JSON.stringify(result));
  };
  const receive = (text: string) => {
    if (text === '') return;
    if (!welcomed) {
      parseWireJson(engineWelcomeSchema, text, 'engine welcome');
      welcomed = true;
      return;
    }
    const { task } = parseWireJson(engineJobSchema, text, 'engine job');
    if (task.task_name === role) jobs = jobs.then(() => run(task));
  };

  return new Promise((resolve) => {
    let reason = 'the connection was closed';
    socket.on('open', () => socket.send(JSON.stringify({ version: ENGINE_VERSION, role })));
    socket.on('message', (data) => {
      try {
        receive(data.toString());
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        socket.terminate();
      }
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => resolve(reason));
  });
}
