/**
 * Acts as an engine to the worker, and as a worker to the real engine: forwards frames, except where the behaviour says
 * otherwise. Source of the frames: RELAY_PROTOCOL 9.2.
 */

import { engineJobSchema, engineResultSchema, TASK_ARGS_INVALID } from '../../protocol/engine/messages.ts';
import type { Clock } from '../../protocol/ports.ts';
import { parseWireJson } from '../../protocol/wire/parse.ts';
import type { Behaviour } from './behaviour.ts';
import { tamperWithResults } from './tamper.ts';

export interface ProxyPorts {
  readonly behaviour: Behaviour;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly toWorker: (frame: string) => void;
  readonly toEngine: (frame: string) => void;
  /** Default: {@link tamperWithResults}. */
  readonly tamper?: (outputDir: string) => Promise<void>;
}

export interface ProxyPipe {
  fromWorker(frame: string): Promise<void>;
  fromEngine(frame: string): Promise<void>;
}

/** Both functions @throws ProtocolError PROTOCOL_BAD_MESSAGE if a frame is not part of the protocol. */
export function createProxyPipe({
  behaviour,
  clock,
  signal,
  toWorker,
  toEngine,
  tamper = tamperWithResults,
}: ProxyPorts): ProxyPipe {
  const outputDirs = new Map<string, string>();

  async function handleJob(frame: string): Promise<void> {
    const { task } = parseWireJson(engineJobSchema, frame, 'engine job');
    // Downloads produce no result, so every peer performs them.
    if (task.task_name !== 'inference') return toEngine(frame);
    outputDirs.set(task.task_id, task.output_dir);
    switch (behaviour.kind) {
      case 'offline':
        return;
      case 'erroring': {
        const traceback = `Traceback (most recent call last):\nValueError: ${TASK_ARGS_INVALID}`;
        const result = { status: 'error', traceback, gpu_count: 1 };
        return toWorker(JSON.stringify({ task_name: 'inference', task_id_commitment: task.task_id, result }));
      }
      case 'slow':
        await clock.sleep(behaviour.delayMs, signal);
        return toEngine(frame);
      case 'honest':
      case 'cheating':
        return toEngine(frame);
    }
  }

  return {
    async fromWorker(frame) {
      // The welcome and the keep-alives.
      if (frame === '' || !frame.includes('"task"')) return toEngine(frame);
      return handleJob(frame);
    },
    async fromEngine(frame) {
      if (!frame.includes('"task_id_commitment"')) return toWorker(frame);
      const message = parseWireJson(engineResultSchema, frame, 'engine result');
      const outputDir = outputDirs.get(message.task_id_commitment);
      outputDirs.delete(message.task_id_commitment);
      const isSuccess = message.task_name === 'inference' && message.result.status === 'success';
      if (behaviour.kind === 'cheating' && isSuccess && outputDir !== undefined) await tamper(outputDir);
      toWorker(frame);
    },
  };
}
