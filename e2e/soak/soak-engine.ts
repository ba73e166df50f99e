/**
 * An engine program that costs next to nothing and answers differently each time it runs, so that a second execution of
 * a task shows as a second score. Every run is written to the file named by its first argument before it is answered.
 * It imports none of our modules, because a soak starts it thousands of times.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAME_EVERYWHERE, UNDECODABLE } from './markers.ts';

interface Task {
  readonly task_name: 'inference' | 'download';
  readonly task_id: string;
  readonly task_args: string;
  readonly output_dir: string;
}

const journal = process.argv[2] ?? '';
const socket = new WebSocket(process.env.cw_node_url ?? '');
const refusal = { status: 'error', traceback: 'Traceback\nValueError: Task args invalid', gpu_count: 1 };

function run({ task_id, task_args, output_dir }: Task): object {
  // All processes of the machine share the monotonic clock, which the proxies also use.
  appendFileSync(journal, `${JSON.stringify({ commitment: `0x${task_id}`, atNs: process.hrtime.bigint().toString() })}\n`);
  if (task_args.includes(UNDECODABLE)) return refusal;
  const content = task_args.includes(SAME_EVERYWHERE) ? 'We all agree.' : randomBytes(16).toString('hex');
  writeFileSync(join(output_dir, '0.json'), JSON.stringify({ model: 'soak', content }));
  return { status: 'success' };
}

socket.onopen = () => socket.send(JSON.stringify({ version: '3.5.0', role: process.env.cw_worker_role }));
socket.onmessage = ({ data }) => {
  const text = String(data);
  if (!text.includes('"task"')) return;
  const { task } = JSON.parse(text) as { task: Task };
  const result = task.task_name === 'inference' ? run(task) : { status: 'success' };
  socket.send(JSON.stringify({ task_name: task.task_name, task_id_commitment: task.task_id, result }));
};
socket.onclose = () => process.exit(0);
