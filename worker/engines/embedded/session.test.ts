import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { type EngineTask, serveWorker } from './session.ts';

async function worker() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const performed: string[] = [];
  const perform = (task: EngineTask) => {
    performed.push(task.task_id);
    return Promise.resolve();
  };
  const over = serveWorker({ url, role: 'inference', perform, gpuCount: 0 });
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  const hello = JSON.parse(String((await once(socket, 'message'))[0]));
  return { socket, hello, performed, over };
}

const inference = (id: string) => ({
  task: { task_name: 'inference', task_type: 1, task_id: id, models: [], task_args: '{}', output_dir: '/x' },
});
const model = { id: 'm', type: 'base', variant: null };

it('9.2 other role: a job for the other role is silently dropped', async () => {
  const { socket, hello, performed, over } = await worker();
  expect(hello).toMatchObject({ role: 'inference' });
  socket.send('{"worker_id":1}');
  socket.send(JSON.stringify({ task: { task_name: 'download', task_type: 1, task_id: 'd', model } }));
  socket.send('');
  socket.send(JSON.stringify(inference('a1')));
  expect(JSON.parse(String((await once(socket, 'message'))[0]))).toEqual({
    task_name: 'inference',
    task_id_commitment: 'a1',
    result: { status: 'success' },
  });
  expect(performed).toEqual(['a1']);
  socket.close();
  await over;
});

it('9.3 refused: if nobody listens, the session ends', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const over = serveWorker({ url: `ws://127.0.0.1:${port}/`, role: 'inference', perform: () => Promise.resolve(), gpuCount: 0 });
  expect(await over).toContain('ECONNREFUSED');
});
