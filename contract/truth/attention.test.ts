import { describe, expect, it } from 'vitest';
import type { LastWord } from '../life.ts';
import type { WorkerState } from '../profiles.ts';
import { ATTENTION_KINDS, type AttentionFacts, attentionItems } from './attention.ts';
import { nodeTruth } from './node-truth.ts';

const error = { code: 'WORKER_EXITED', message: 'gone', data: {} };
const calm = {
  profile: { worker: { kind: 'running', pid: 1, sinceMs: 0 }, pendingRestart: false },
  node: { state: 'running', error: null, engineError: null, gpu: null, chain: { kind: 'reachable', sinceMs: 0 } },
  key: { backedUp: true },
  qos: null,
  money: null,
  checks: null,
  update: null,
} as unknown as AttentionFacts;

/** Including the truth derived from the facts. */
const kinds = (facts: Omit<AttentionFacts, 'truth'>, lastWord: LastWord | null = null) => {
  const { profile, node } = facts;
  const truth = nodeTruth({ worker: profile.worker, node, lastWord, nowMs: 0 });
  return attentionItems({ ...facts, truth }).map(({ kind }) => kind);
};
const withWorker = (worker: WorkerState) => ({ ...calm, profile: { ...calm.profile, worker } });

describe('what needs the host', () => {
  it('is nothing while all is well, and unknown facts are no reason to worry', () => {
    expect(kinds(calm)).toEqual([]);
    expect(kinds({ ...calm, node: null, key: null })).toEqual([]);
  });

  it('does not mention the backup of an imported key: its owner has, or had, a copy', () => {
    const withKey = (key: object) => kinds({ ...calm, key } as unknown as AttentionFacts);
    expect(withKey({ backedUp: false, imported: true })).toEqual([]);
    expect(withKey({ backedUp: false, imported: false })).toEqual(['notBackedUp']);
  });

  it('is ordered by the cost of ignoring it', () => {
    const all = {
      ...calm,
      profile: { ...calm.profile, worker: { kind: 'failed', error }, pendingRestart: true },
      node: { ...calm.node, error },
      key: { backedUp: false },
      qos: { exclusion: { state: 'excluded' }, belowKickOut: true },
      money: { conflicts: 1, unbooked: 0 },
      checks: { results: [{ id: 'disk', state: 'warn', code: 'X', message: 'x' }] },
      update: { kind: 'ready', version: '2' },
    } as unknown as AttentionFacts;
    // Its records show that it was slashed before its process failed.
    const seen = kinds(all, { barred: 'slashed', relayBalance: null });
    expect(seen[0]).toBe('slashed');
    expect(seen.at(-1)).toBe('update');
    expect(seen).toEqual(ATTENTION_KINDS.filter((kind) => seen.includes(kind)));
    expect(seen).toHaveLength(10);
  });

  it('includes a chain that does not answer, only once', () => {
    const node = { ...calm.node, chain: { kind: 'unreachable', sinceMs: 1 }, error: { ...error, code: 'CHAIN_UNREACHABLE' } };
    expect(kinds({ ...calm, node } as unknown as AttentionFacts)).toEqual(['chainDown']);
  });

  it('asks for the host’s confirmation if a second machine may have the key', () => {
    for (const state of ['fail', 'unknown']) {
      const checks = { results: [{ id: 'doppelganger', state, code: 'PREFLIGHT_FOREIGN_MEMBER', message: 'x' }] };
      expect(kinds({ ...calm, checks } as unknown as AttentionFacts)).toEqual(['doppelganger']);
    }
  });

  it('distinguishes a crash that is retried from one that is not', () => {
    expect(kinds(withWorker({ kind: 'failed', error }))).toEqual(['workerFailed']);
    expect(kinds(withWorker({ kind: 'backoff', failures: 1, retryAtMs: 0, error }))).toEqual(['backoff']);
    expect(kinds(withWorker({ kind: 'locked' }))).toEqual(['locked']);
  });
});
