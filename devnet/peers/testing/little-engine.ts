/** An engine program that answers every job with one response. LITTLE_ENGINE=linger: it survives SIGTERM and a lost connection. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { encodeLlmResponse, type LlmResponse } from '../../../protocol/engine/llm-response.ts';
import { engineJobSchema } from '../../../protocol/engine/messages.ts';

export const LITTLE_RESPONSE: LlmResponse = {
  model: 'little',
  choices: [{ finish_reason: 'length', message: { role: 'assistant', content: 'Two and two make four.' }, index: 0 }],
  usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
};

function serve(): void {
  const socket = new WebSocket(process.env.cw_node_url ?? '');
  socket.on('open', () => socket.send(JSON.stringify({ version: '3.5.0', role: process.env.cw_worker_role, pid: process.pid })));
  socket.on('message', (data) => {
    const text = data.toString();
    if (!text.includes('"task"')) return;
    const { task } = engineJobSchema.parse(JSON.parse(text));
    if (task.task_name === 'inference') writeFileSync(join(task.output_dir, '0.json'), encodeLlmResponse(LITTLE_RESPONSE));
    const result = { status: 'success' };
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
