import { describe, expect, it } from 'vitest';
import { type ProfileView, profileDraftSchema, type WorkerState } from '../contract/profiles.ts';
import { type NodeView, nodeViewSchema } from '../contract/worker-channel.ts';
import { noticesBetween } from '../host/notices/node-notices.ts';
import { mustStayAwake, trayOf } from './live-state.ts';

const ADDRESS = `0x${'11'.repeat(20)}`;
const RUNNING: WorkerState = { kind: 'running', pid: 1, sinceMs: 0 };
const error = { code: 'X', message: 'x', data: {} };

function node(part: Partial<NodeView> = {}): NodeView {
  return nodeViewSchema.parse({
    revision: 1,
    address: ADDRESS,
    state: 'running',
    message: '',
    engine: 'ready',
    currentTask: null,
    relay: 'reachable',
    relayBalanceWei: null,
    error: null,
    ...part,
  });
}

function view(worker: WorkerState, of: NodeView | null, name = 'heron'): ProfileView {
  const draft = profileDraftSchema.parse({
    name,
    networkId: 'devnet',
    address: ADDRESS,
    engine: { kind: 'embedded' },
    gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 24 },
    modelIds: ['base:a'],
    stakeWei: '1',
  });
  const profile = { ...draft, id: name, createdMs: 0, stakeWord: null };
  return {
    profile,
    networkTitle: 'Devnet',
    networkMode: 'relay',
    explorerUrl: null,
    gpuName: null,
    worker,
    node: of,
    pendingRestart: false,
  };
}

const busy = node({ currentTask: '0x01' });

describe('the tray', () => {
  it.each<['idle' | 'working' | 'attention', readonly ProfileView[]]>([
    ['idle', []],
    ['idle', [view(RUNNING, node())]],
    ['working', [view(RUNNING, node()), view(RUNNING, busy)]],
    ['attention', [view(RUNNING, busy), view({ kind: 'locked' }, null)]],
    ['attention', [view(RUNNING, node({ relay: 'unreachable' }))]],
    ['attention', [view({ kind: 'backoff', failures: 1, retryAtMs: 0, error }, null)]],
  ])('is %s', (tone, views) => expect(trayOf(views).tone).toBe(tone));

  it('pauses and resumes the nodes that are taking tasks', () => {
    const left = node({ state: 'stopped', life: { kind: 'out' } });
    const { nodes } = trayOf([view(RUNNING, busy), view(RUNNING, node({ state: 'paused' })), view(RUNNING, left)]);
    expect(nodes.map(({ life: word }) => word)).toEqual(['executing', 'paused', 'out']);
    expect(nodes.map(({ controls }) => controls.filter((control) => control === 'pause' || control === 'resume'))).toEqual([
      ['pause'],
      ['resume'],
      [],
    ]);
  });
});

describe('sleep', () => {
  it.each<[boolean, WorkerState, NodeView | null]>([
    [true, RUNNING, busy],
    [true, { kind: 'stopping', sinceMs: 0 }, busy],
    [false, RUNNING, node()],
    [false, { kind: 'stopped' }, busy],
  ])('is prevented: %s', (kept, worker, of) => expect(mustStayAwake([view(worker, of)])).toBe(kept));
});

describe('a notice', () => {
  const slashed = view(RUNNING, node({ state: 'slashed' }));

  it('is shown when a node is slashed, kicked out or fails', () => {
    expect(noticesBetween(view(RUNNING, node()), slashed)).toEqual(['slashed']);
    expect(noticesBetween(view(RUNNING, node()), view(RUNNING, node({ state: 'kickedOut' })))).toEqual(['kickedOut']);
    expect(noticesBetween(view(RUNNING, node()), view({ kind: 'failed', error }, null))).toEqual(['nodeFailed']);
  });

  it('is shown once, and not for what happened before the program started', () => {
    expect(noticesBetween(slashed, slashed)).toEqual([]);
    expect(noticesBetween(null, slashed)).toEqual([]);
  });

  it('is not shown for everyday actions of the host', () => {
    expect(noticesBetween(view(RUNNING, node()), view(RUNNING, node({ state: 'paused' })))).toEqual([]);
    expect(noticesBetween(view(RUNNING, node()), view({ kind: 'stopped' }, null))).toEqual([]);
  });
});
