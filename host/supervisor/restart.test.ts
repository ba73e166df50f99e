import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RESTART_LIMITS, restartAfter } from './restart.ts';

const error = { code: 'WORKER_EXITED', message: '', data: {} };

describe('a process that ended by itself', () => {
  it.each([
    [0, 1_000, 1],
    [1, 2_000, 2],
    [4, 16_000, 5],
    [20, 300_000, 21],
  ])('after %i failures in a row waits at most %i ms', (failures, ms, next) => {
    const most = restartAfter({ failures, ranMs: 0, error, fraction: 1 });
    expect(most).toEqual({ kind: 'after', ms, failures: next });
    expect(restartAfter({ failures, ranMs: 0, error, fraction: 0 })).toEqual({ ...most, ms: ms / 2 });
  });

  it('waits no longer than the cap, and longer after more failures, whatever happens', () => {
    const end = fc.record({
      failures: fc.integer({ min: 0, max: 10_000 }),
      ranMs: fc.integer({ min: 0, max: RESTART_LIMITS.stableMs - 1 }),
      fraction: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(end, (given) => {
        const now = restartAfter({ ...given, error });
        const next = restartAfter({ ...given, failures: given.failures + 1, error });
        if (now.kind === 'never' || next.kind === 'never') return false;
        const bounded = now.ms >= RESTART_LIMITS.baseMs / 2 && now.ms <= RESTART_LIMITS.capMs;
        return bounded && next.ms >= now.ms && now.failures === given.failures + 1;
      }),
    );
  });

  it('retries a lease within ten seconds, however often that has failed', () => {
    const held = { ...error, code: 'LEASE_HELD' };
    expect(restartAfter({ failures: 500, ranMs: 0, error: held, fraction: 1 })).toMatchObject({ ms: 10_000 });
  });

  it('resets the count after running well', () => {
    const end = { failures: 9, error, fraction: 1 };
    expect(restartAfter({ ...end, ranMs: RESTART_LIMITS.stableMs })).toMatchObject({ ms: 1_000, failures: 1 });
    expect(restartAfter({ ...end, ranMs: RESTART_LIMITS.stableMs - 1 })).toMatchObject({ failures: 10 });
  });

  it.each(['WORKER_BAD_MESSAGE', 'STORE_OTHER_KEY', 'ENGINE_NOT_ACCEPTED', 'GPU_REPORT_MISMATCH'])(
    'because of %s is never restarted, however long it ran',
    (code) => {
      const end = { failures: 0, fraction: 0, error: { ...error, code } };
      expect(restartAfter({ ...end, ranMs: 0 })).toEqual({ kind: 'never' });
      expect(restartAfter({ ...end, ranMs: RESTART_LIMITS.stableMs * 2 })).toEqual({ kind: 'never' });
    },
  );

  it.each(['STORE_IN_USE', 'GPU_TAKEN', 'UNEXPECTED'])('because of %s is restarted, since the cause may pass', (code) => {
    expect(restartAfter({ failures: 0, ranMs: 0, fraction: 0, error: { ...error, code } }).kind).toBe('after');
  });
});
