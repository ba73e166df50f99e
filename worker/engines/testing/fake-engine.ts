/**
 * An engine program that does as told: by its arguments as a process, and by `{"fake": …}` in the task arguments as an
 * engine. It reports what happens to it as JSON lines on standard output.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { engineJobSchema } from '../../../protocol/engine/messages.ts';

export const FAKE_ARGS_INVALID = 'Traceback (most recent call last):\n  File "x.py"\nValueError: Task args invalid';
export const FAKE_MODEL_MISSING = 'Traceback (most recent call last):\n  File "x.py"\nValueError: Task model not downloaded';

const orderSchema = z.object({
  fake: z.enum([
    'success',
    'invalid',
    'missing-model',
    'error',
    'crash',
    'hang',
    'success-on-signal',
    'garbage',
    'binary',
    'wrong-id',
    'wrong-role',
    'twice',
    'reconnect',
    'reconnect-late-result',
    'replace-connection',
  ]),
});
type Order = z.output<typeof orderSchema>['fake'];
type Task = z.output<typeof engineJobSchema>['task'];

const { values: options } = parseArgs({
  options: {
    version: { type: 'string', default: '3.5.0' },
    hello: { type: 'string' },
    silent: { type: 'boolean', default: false },
    /** Says hello with the same version on every connection. */
    'same-version': { type: 'boolean', default: false },
    exit: { type: 'string' },
    'ignore-sigterm': { type: 'boolean', default: false },
    'late-on-sigterm': { type: 'boolean', default: false },
    outlive: { type: 'boolean', default: false },
    grandchild: { type: 'boolean', default: false },
    /** File for the environment as JSON, written before the first hello. */
    environment: { type: 'string' },
  },
});

// A killed worker takes its end of the pipe with it; an engine that is to outlive it must not die because of that.
process.stdout.on('error', () => {});

function logEvent(event: string, data: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...data })}\n`);
}

function result(task: Task, answer: object, id = task.task_id): string {
  return JSON.stringify({ task_name: task.task_name, task_id_commitment: id, result: answer });
}

const success = { status: 'success' };
const failure = (traceback: string) => ({ status: 'error', traceback, gpu_count: 1 });

let current: Task | null = null;
let connections = 0;

/** `afterHello` is sent without waiting for the welcome. */
function connect(afterHello?: string): void {
  const number = ++connections;
  const role = process.env.cw_worker_role;
  const version = number === 1 || options['same-version'] ? options.version : `${options.version}+${number}`;
  const socket = new WebSocket(process.env.cw_node_url ?? '');
  socket.on('open', () => {
    if (!options.silent) socket.send(options.hello ?? JSON.stringify({ version, role }));
    if (afterHello !== undefined) socket.send(afterHello);
  });
  socket.on('message', (data) => {
    const text = data.toString();
    if (text === '') {
      logEvent('keep-alive');
    } else if (text.includes('worker_id')) {
      logEvent('welcome', JSON.parse(text));
    } else {
      const { task } = engineJobSchema.parse(JSON.parse(text));
      current = task;
      perform(socket, task).catch((error: unknown) => logEvent('broken', { error: String(error) }));
      logEvent('job', { id: task.task_id, frame: text });
    }
  });
  socket.on('error', (error) => logEvent('socket-error', { message: error.message }));
  socket.on('close', () => {
    logEvent('closed', { connection: number });
    if (!options.outlive && number === connections) process.exit(0);
  });
}

async function perform(socket: WebSocket, task: Task): Promise<void> {
  if (task.task_name === 'download') {
    if (task.model.id.includes('broken')) socket.send(result(task, failure(FAKE_ARGS_INVALID)));
    else if (!task.model.id.includes('hang')) socket.send(result(task, success));
    return;
  }
  const order: Order = orderSchema.parse(JSON.parse(task.task_args)).fake;
  switch (order) {
    case 'success':
      await writeFile(join(task.output_dir, '0.json'), '{}');
      socket.send(result(task, success));
      return;
    case 'invalid':
      socket.send(result(task, failure(FAKE_ARGS_INVALID)));
      return;
    case 'missing-model':
      socket.send(result(task, failure(FAKE_MODEL_MISSING)));
      return;
    case 'error':
      socket.send(result(task, failure('RuntimeError: CUDA out of memory')));
      return;
    case 'crash':
      logEvent('last words');
      process.exit(7);
      return;
    case 'hang':
      return;
    case 'success-on-signal':
      process.once('SIGUSR2', () => socket.send(result(task, success)));
      return;
    case 'garbage':
      socket.send('{"task_name": "inference", ');
      return;
    case 'binary':
      socket.send(Buffer.from(result(task, success)));
      return;
    case 'wrong-id':
      socket.send(result(task, success, `${task.task_id.slice(2)}00`));
      return;
    case 'wrong-role':
      socket.send(JSON.stringify({ task_name: 'download', task_id_commitment: task.task_id, result: success }));
      return;
    case 'twice':
      socket.send(result(task, success));
      socket.send(result(task, failure('changed my mind')));
      return;
    case 'reconnect':
      connect();
      socket.terminate();
      return;
    case 'reconnect-late-result':
      connect(result(task, success));
      socket.terminate();
      return;
    case 'replace-connection':
      connect();
  }
}

if (import.meta.main) {
  logEvent('started', { pid: process.pid, environment: process.env });
  if (options.environment !== undefined) writeFileSync(options.environment, JSON.stringify(process.env));
  if (options.exit !== undefined) process.exit(Number(options.exit));
  if (options['ignore-sigterm'] || options['late-on-sigterm']) {
    process.on('SIGTERM', () => {
      logEvent('sigterm');
      // The worker has dropped the connection by now; a new one sends the result all the same.
      if (options['late-on-sigterm'] && current !== null) connect(result(current, success));
    });
  }
  if (options.grandchild) {
    const script = 'process.on("SIGTERM",()=>{});setInterval(()=>{},1000)';
    logEvent('grandchild', { grandchild: spawn(process.execPath, ['-e', script], { stdio: 'ignore' }).pid });
  }
  // Keeps the process alive whatever happens to its connections.
  if (options.outlive || options['ignore-sigterm'] || options.silent) setInterval(() => {}, 60_000);
  connect();
}
