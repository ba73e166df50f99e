/**
 * An engine program that answers every text job with the same response, and every image job with the same image. Like
 * other engines, it reports too large a seed as an invalid argument. LITTLE_ENGINE=linger: it survives SIGTERM and a
 * lost connection.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { encodeLlmResponse, type LlmResponse } from '../../../protocol/engine/llm-response.ts';
import { engineJobSchema, type InferenceJob, TASK_ARGS_INVALID } from '../../../protocol/engine/messages.ts';
import { TASK_TYPE } from '../../../protocol/tasks/status.ts';

export const LITTLE_RESPONSE: LlmResponse = {
  model: 'little',
  choices: [{ finish_reason: 'length', message: { role: 'assistant', content: 'Two and two make four.' }, index: 0 }],
  usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
};

const argsSchema = z.object({
  seed: z.number().optional(),
  task_config: z.object({ num_images: z.number() }).optional(),
});
const SIDE = 64;

function littleImage(): Uint8Array {
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => (at * 7 + (at >> 6)) % 256);
  return encode({ width: SIDE, height: SIDE, data, channels: 3, depth: 8 });
}

/** The result as the engine reports it. */
function run({ task_type, task_args, output_dir }: InferenceJob): object {
  const args = argsSchema.safeParse(JSON.parse(task_args)).data ?? {};
  if ((args.seed ?? 0) > Number.MAX_SAFE_INTEGER) {
    return { status: 'error', traceback: `ValueError: ${TASK_ARGS_INVALID}`, gpu_count: 1 };
  }
  if (task_type === TASK_TYPE.Llm) writeFileSync(join(output_dir, '0.json'), encodeLlmResponse(LITTLE_RESPONSE));
  else {
    for (let at = 0; at < (args.task_config?.num_images ?? 1); at++) writeFileSync(join(output_dir, `${at}.png`), littleImage());
  }
  return { status: 'success' };
}

function serve(): void {
  const socket = new WebSocket(process.env.cw_node_url ?? '');
  socket.on('open', () => socket.send(JSON.stringify({ version: '3.5.0', role: process.env.cw_worker_role, pid: process.pid })));
  socket.on('message', (data) => {
    const text = data.toString();
    if (!text.includes('"task"')) return;
    const { task } = engineJobSchema.parse(JSON.parse(text));
    const result = task.task_name === 'inference' ? run(task) : { status: 'success' };
    socket.send(JSON.stringify({ task_name: task.task_name, task_id_commitment: task.task_id, result }));
  });
  socket.on('close', () => {
    if (process.env.LITTLE_ENGINE !== 'linger') process.exit(1);
  });
}

if (import.meta.main) {
  if (process.env.LITTLE_ENGINE === 'linger') {
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 60_000);
  }
  serve();
}
