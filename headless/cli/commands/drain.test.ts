import { describe, expect, it } from 'vitest';
import type { ProfilesUpdate, ProfileView, WorkerState } from '../../../contract/profiles.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import type { NodeView } from '../../../contract/worker-channel.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import { nodeView, profileView } from '../../metrics/testing/views.ts';
import { drain, isDrained } from './drain.ts';

const TASK = `0x${'ab'.repeat(32)}`;
const ERROR = { code: 'WORKER_EXITED', message: 'it ended', data: {} };
const running = (pid = 7): WorkerState => ({ kind: 'running', pid, sinceMs: 0 });
const PAUSED = nodeView({ state: 'paused', wanted: 'paused' });

function named(id: string, worker: WorkerState, node: Partial<NodeView> | null): ProfileView {
  const view = profileView(worker, node === null ? null : nodeView(node));
  return { ...view, profile: { ...view.profile, id, name: id } };
}

/** A program whose profiles the test controls. */
function world(...profiles: ProfileView[]) {
  let tell: (update: ProfilesUpdate) => void = () => {};
  async function* watch(_input: unknown, { signal }: { signal: AbortSignal }): AsyncGenerator<ProfilesUpdate> {
    const waiting: ProfilesUpdate[] = [{ kind: 'snapshot', revision: 0, profiles }];
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else {
        const told = Promise.withResolvers<ProfilesUpdate>();
        tell = told.resolve;
        signal.addEventListener('abort', () => told.reject(signal.reason));
        waiting.push(await told.promise);
      }
    }
  }
  const host = { profiles: { watch: async (...args: Parameters<typeof watch>) => watch(...args) } } as unknown as HostClient;
  const [asked, said]: [string[], string[]] = [[], []];
  const clock = new ManualClock(0);
  const begin = (stop = false, ids = profiles.map(({ profile }) => profile.id)) =>
    drain(
      { host, clock, say: (text) => said.push(text), act: async (id) => void asked.push(id) },
      { ids, timeoutMs: 60_000, stop },
    );
  const change = async (profile: ProfileView) => {
    await new Promise((resolve) => setImmediate(resolve));
    tell({ kind: 'changed', revision: 1, profile });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begin, change, clock, asked, said };
}

describe('drain', () => {
  it('pauses every node that takes tasks, and waits for its last task', async () => {
    const busy = { state: 'running', currentTask: TASK } as const;
    const { begin, change, asked, said } = world(
      named('busy', running(), busy),
      named('idle', running(), { state: 'running' }),
      named('off', { kind: 'stopped' }, null),
      named('out', running(), { state: 'slashed' }),
    );
    let isOver = false;
    const drained = begin().then(() => {
      isOver = true;
    });
    await change(named('busy', running(), { ...busy, state: 'pausing', wanted: 'paused' }));
    expect(asked).toEqual(['busy', 'idle']);
    await change(named('idle', running(), PAUSED));
    expect([isOver, said]).toEqual([false, ['idle has no task']]);
    await change(named('busy', running(), PAUSED));
    await drained;
    expect(asked).toEqual(['busy', 'idle']);
  });

  it('pauses a node again if its process restarted after a crash', async () => {
    const { begin, change, asked } = world(named('a', running(7), { state: 'running', currentTask: TASK }));
    const drained = begin();
    await change(named('a', { kind: 'backoff', failures: 1, retryAtMs: 0, error: ERROR }, null));
    await change(named('a', running(8), { state: 'running', currentTask: TASK }));
    expect(asked).toEqual(['a', 'a']);
    await change(named('a', running(8), PAUSED));
    await drained;
  });

  it('says which nodes still have work when the time is up', async () => {
    const { begin, clock, change } = world(
      named('cut-off', running(), { state: 'running', relay: 'unreachable', currentTask: TASK }),
      named('paused', running(), PAUSED),
    );
    const drained = begin();
    drained.catch(() => {});
    await change(named('paused', running(), PAUSED));
    await clock.tick(60_000);
    await expect(drained).rejects.toMatchObject({ code: 'HEADLESS_DRAIN_LATE', data: { nodes: ['cut-off'] } });
  });

  it('stops them if asked to, and waits for each process to end', async () => {
    const { begin, change, asked } = world(named('a', running(), PAUSED));
    const drained = begin(true);
    await change(named('a', { kind: 'stopping', sinceMs: 0 }, PAUSED));
    expect(asked).toEqual(['a']);
    await change(named('a', { kind: 'stopped' }, null));
    await drained;
  });

  it('has nothing to wait for without a node', async () => {
    await world().begin();
  });
});

it.each([
  ['paused', true, { state: 'paused', wanted: 'paused' }],
  ['paused, and waiting for the end of its task', false, { state: 'paused', wanted: 'paused', currentTask: TASK }],
  ['pausing', false, { state: 'pausing', wanted: 'paused' }],
  ['kept out by a check', true, { state: 'starting', wanted: 'paused', life: { kind: 'notCleared' } }],
  [
    'still being checked, and perhaps already a member',
    false,
    { state: 'starting', wanted: 'paused', life: { kind: 'checking' } },
  ],
  ['kicked out', true, { state: 'kickedOut' }],
] as const)('a node that is %s: %s', (_, drained, node) => {
  expect(isDrained(named('a', running(), node), false)).toBe(drained);
});
