import { describe, expect, it } from 'vitest';
import type { NodeConfigInput } from './node-config.ts';
import type { NodeView, ToWorkerInput } from './worker-channel.ts';
import { createWorkerClient, type WorkerExit, type WorkerListeners } from './worker-client.ts';

const VIEW: NodeView = {
  revision: 1,
  address: `0x${'11'.repeat(20)}`,
  state: 'starting',
  message: '',
  engine: 'starting',
  currentTask: null,
  relay: 'unknown',
  relaySinceMs: null,
  chain: { kind: 'unknown', sinceMs: null },
  wanted: null,
  engineError: null,
  warmUp: null,
  relayBalanceWei: null,
  error: null,
  gpu: null,
  life: null,
  stake: null,
  preflight: null,
};
const CONFIG = {} as NodeConfigInput;
const KEY = `0x${'22'.repeat(32)}`;

function setUp(listeners: WorkerListeners = {}) {
  const sent: ToWorkerInput[] = [];
  let deliver: (message: unknown) => void = () => {};
  let end: (exit: WorkerExit) => void = () => {};
  const client = createWorkerClient(
    {
      pid: 1,
      send: (message) => sent.push(message),
      onMessage: (listener) => {
        deliver = listener;
      },
      onExit: (listener) => {
        end = listener;
      },
    },
    listeners,
  );
  return { client, sent, deliver: (message: unknown) => deliver(message), end: (exit: WorkerExit) => end(exit) };
}

describe('createWorkerClient', () => {
  it('resolves the start only when the node is running: alive is not ready', async () => {
    const { client, sent, deliver } = setUp();
    const started = client.start(CONFIG, KEY);
    deliver({ type: 'alive', pid: 1 });
    deliver({ type: 'node', node: VIEW });
    deliver({ type: 'node', node: { ...VIEW, revision: 2, state: 'running' } });
    await expect(started).resolves.toMatchObject({ state: 'running' });
    expect(sent.map((message) => message.type)).toEqual(['start']);
  });

  it('drops a view that is older than the last one', () => {
    const { client, deliver } = setUp();
    deliver({ type: 'node', node: { ...VIEW, revision: 5, state: 'running' } });
    deliver({ type: 'node', node: { ...VIEW, revision: 4, state: 'starting' } });
    expect(client.node()?.state).toBe('running');
  });

  it('rejects all open calls when the process ends, and everything afterwards', async () => {
    const { client, end } = setUp();
    const started = client.start(CONFIG, KEY);
    const view = client.until(() => false);
    end({ code: null, signal: 'SIGKILL' });
    await expect(started).rejects.toMatchObject({ code: 'WORKER_EXITED', data: { signal: 'SIGKILL' } });
    await expect(view).rejects.toMatchObject({ code: 'WORKER_EXITED' });
    await expect(client.until(() => false)).rejects.toMatchObject({ code: 'WORKER_EXITED' });
    await expect(client.stop({ quitNetwork: false })).resolves.toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('passes on the code of a fatal error', async () => {
    const { client, deliver } = setUp();
    const started = client.start(CONFIG, KEY);
    deliver({ type: 'fatal', error: { code: 'ENGINE_NOT_ACCEPTED', message: 'no' } });
    await expect(started).rejects.toMatchObject({ code: 'WORKER_FATAL', data: { reason: 'ENGINE_NOT_ACCEPTED' } });
  });

  it('reports a message that does not fit the contract and continues', () => {
    const errors: string[] = [];
    const { client, deliver } = setUp({ onError: (error) => errors.push(error.code) });
    deliver({ type: 'node', node: { ...VIEW, state: 'wat' } });
    deliver('garbage');
    deliver({ type: 'node', node: VIEW });
    expect(errors).toEqual(['WORKER_BAD_ANSWER', 'WORKER_BAD_ANSWER']);
    expect(client.node()).toEqual(VIEW);
  });
});
