import { expect, it } from 'vitest';
import { LIFE_STATES } from '../../contract/truth/life-state.ts';
import { notReadyLines, readinessOf } from './readiness.ts';
import { nodeView, profileView } from './testing/views.ts';

const RUNNING = { kind: 'running', pid: 7, sinceMs: 0 } as const;
const ERROR = { code: 'WORKER_EXITED', message: 'it ended', data: {} };

const held = (...codes: string[]) =>
  nodeView({
    state: 'paused',
    gpu: {
      ...{ report: { reportedName: 'card', reportedVramGib: 8 }, uuids: [], sample: null, problem: null, selfTest: null },
      acceptance: { accept: false, reasons: codes.map((code) => ({ code, message: '', remedy: '', detail: '' })) },
    },
  });

it.each([
  ['a node that waits for tasks', 'ready', profileView(RUNNING, nodeView({ state: 'running' }))],
  ['one that its host has paused', 'ready', profileView(RUNNING, nodeView({ state: 'paused', wanted: 'paused' }))],
  ['one outside its schedule', 'ready', profileView(RUNNING, held('GPU_OUTSIDE_SCHEDULE'))],
  ['one that is too hot', 'notReady', profileView(RUNNING, held('GPU_OUTSIDE_SCHEDULE', 'GPU_TOO_HOT'))],
  ['one that is cut off', 'notReady', profileView(RUNNING, nodeView({ state: 'running', relay: 'unreachable' }))],
  ['one that was slashed', 'notReady', profileView(RUNNING, nodeView({ state: 'slashed' }))],
  ['a process that has not reported its node', 'notReady', profileView(RUNNING, null)],
  ['one whose key is locked', 'notReady', profileView({ kind: 'locked' }, null)],
  ['one that has failed', 'notReady', profileView({ kind: 'failed', error: ERROR }, null)],
  ['one that ends', 'notReady', profileView({ kind: 'stopping', sinceMs: 0 }, nodeView({ state: 'stopping' }))],
  ['one that nobody has started', 'notStarted', profileView({ kind: 'stopped' }, null)],
] as const)('%s: %s', (_, kind, view) => {
  expect(readinessOf(view).kind).toBe(kind);
});

it('names nodes by their profile, and the state of each in one word', () => {
  const views = [profileView({ kind: 'locked' }, null), profileView({ kind: 'stopped' }, null)];
  const lines = notReadyLines(views);
  expect(lines).toEqual(['mine: locked']);
  expect(LIFE_STATES).toContain(lines[0]?.split(': ')[1]);
});
