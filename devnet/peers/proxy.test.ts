import { expect, test } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import type { Behaviour } from './behaviour.ts';
import { createProxyPipe } from './proxy.ts';

const job = (name: 'inference' | 'download') => {
  const model = { id: 'a/b', type: 'base', variant: null };
  const task =
    name === 'inference'
      ? { task_name: name, task_type: 1, task_id: 'aa', models: [model], task_args: '{}', output_dir: '/results/aa' }
      : { task_name: name, task_type: 1, task_id: 'dd', model };
  return JSON.stringify({ task });
};
const result = (status: object) => JSON.stringify({ task_name: 'inference', task_id_commitment: 'aa', result: status });
const SUCCESS = result({ status: 'success' });
const FAILURE = result({ status: 'error', traceback: 'RuntimeError: CUDA out of memory', gpu_count: 1 });

function pipe(behaviour: Behaviour) {
  const clock = new ManualClock(0);
  const stopping = new AbortController();
  const toWorker: string[] = [];
  const toEngine: string[] = [];
  const tampered: string[] = [];
  const made = createProxyPipe({
    behaviour,
    clock,
    signal: stopping.signal,
    toWorker: (frame) => toWorker.push(frame),
    toEngine: (frame) => toEngine.push(frame),
    tamper: async (dir) => void tampered.push(dir),
  });
  return { ...made, clock, stopping, toWorker, toEngine, tampered };
}

const EVERY: Behaviour[] = [
  { kind: 'honest' },
  { kind: 'cheating' },
  { kind: 'slow', delayMs: 1000 },
  { kind: 'offline' },
  { kind: 'erroring' },
];

test.each(EVERY)('$kind: hello, welcome, keep-alive and downloads pass', async (behaviour) => {
  const { fromWorker, fromEngine, toWorker, toEngine } = pipe(behaviour);
  const hello = '{"version":"3.5.0","role":"download"}';
  await fromEngine(hello);
  for (const frame of ['{"worker_id":1}', '', job('download')]) await fromWorker(frame);
  expect(toWorker).toEqual([hello]);
  expect(toEngine).toEqual(['{"worker_id":1}', '', job('download')]);
});

test('honest: jobs and results pass unchanged', async () => {
  const { fromWorker, fromEngine, toWorker, toEngine, tampered } = pipe({ kind: 'honest' });
  await fromWorker(job('inference'));
  await fromEngine(SUCCESS);
  expect([toEngine, toWorker, tampered]).toEqual([[job('inference')], [SUCCESS], []]);
});

test('cheating: files are changed before success is reported, and failures stay failures', async () => {
  const { fromWorker, fromEngine, toWorker, tampered } = pipe({ kind: 'cheating' });
  await fromWorker(job('inference'));
  await fromEngine(FAILURE);
  expect([toWorker, tampered]).toEqual([[FAILURE], []]);
  await fromWorker(job('inference'));
  await fromEngine(SUCCESS);
  expect([toWorker, tampered]).toEqual([[FAILURE, SUCCESS], ['/results/aa']]);
});

test('slow: the engine gets the job later, or never if stopped in the meantime', async () => {
  const { fromWorker, clock, toEngine, stopping } = pipe({ kind: 'slow', delayMs: 1000 });
  const passing = fromWorker(job('inference'));
  await clock.tick(999);
  expect(toEngine).toEqual([]);
  await clock.tick(1);
  await passing;
  expect(toEngine).toEqual([job('inference')]);
  const stopped = fromWorker(job('inference'));
  stopping.abort(new Error('stop'));
  await expect(stopped).rejects.toThrow('stop');
  expect(toEngine).toHaveLength(1);
});

test('offline: the job is never answered', async () => {
  const { fromWorker, toWorker, toEngine } = pipe({ kind: 'offline' });
  await fromWorker(job('inference'));
  expect([toEngine, toWorker]).toEqual([[], []]);
});

test('erroring: the arguments are reported as invalid without asking the engine', async () => {
  const { fromWorker, toWorker, toEngine } = pipe({ kind: 'erroring' });
  await fromWorker(job('inference'));
  expect(toEngine).toEqual([]);
  expect(JSON.parse(toWorker[0] ?? '')).toMatchObject({
    task_id_commitment: 'aa',
    result: { status: 'error', traceback: expect.stringContaining('Task args invalid') },
  });
});

test('invalid frames are coded errors', async () => {
  const { fromWorker, fromEngine } = pipe({ kind: 'honest' });
  await expect(fromWorker('{"task": {"task_name": "dance"}}')).rejects.toMatchObject({ code: 'PROTOCOL_BAD_MESSAGE' });
  await expect(fromEngine('{"task_id_commitment": 1}')).rejects.toMatchObject({ code: 'PROTOCOL_BAD_MESSAGE' });
});
