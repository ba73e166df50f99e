import { describe, expect, it } from 'vitest';
import type { ProfileView } from '../../../contract/profiles.ts';
import { aboutProcess, isHealthy } from './doctor.ts';

const ERROR = { code: 'STORE_BUSY', message: 'DATA/node.sqlite is held', data: {} };
const PROFILE = { name: 'mine', address: `0x${'12'.repeat(20)}` } as ProfileView['profile'];
const view = (worker: ProfileView['worker'], node: Partial<NonNullable<ProfileView['node']>> | null = null) =>
  ({ profile: PROFILE, worker, node }) as Parameters<typeof aboutProcess>[0];

describe('the doctor, about the process of a node', () => {
  it.each([
    ['failed', view({ kind: 'failed', error: ERROR })],
    ['that ends again and again', view({ kind: 'backoff', failures: 2, retryAtMs: 1, error: ERROR })],
    ['that is started again', view({ kind: 'starting', sinceMs: 1, after: ERROR })],
    ['that lives, but only since it was started again', view({ kind: 'running', pid: 1, sinceMs: 1, after: ERROR })],
    ['whose key is locked', view({ kind: 'locked' })],
    ['that failed inside', view({ kind: 'running', pid: 1, sinceMs: 1 }, { state: 'failed', message: 'It ends.', error: ERROR })],
    [
      'that was slashed',
      view({ kind: 'running', pid: 1, sinceMs: 1 }, { state: 'slashed', message: 'It was slashed.', error: ERROR }),
    ],
  ])('%s is something wrong, with what to do about it', (_what, given) => {
    const findings = aboutProcess(given);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ about: 'mine', state: 'fail', remedy: expect.stringMatching(/\w/) });
    expect(isHealthy(findings)).toBe(false);
  });

  it('that is stopped or in order has nothing to tell', () => {
    expect(aboutProcess(view({ kind: 'running', pid: 1, sinceMs: 1, after: ERROR }, { state: 'running', error: null }))).toEqual(
      [],
    );
    expect(aboutProcess(view({ kind: 'stopped' }))).toEqual([]);
    expect(aboutProcess(view({ kind: 'running', pid: 1, sinceMs: 1 }, { state: 'running', error: null }))).toEqual([]);
  });

  it('with a passing error is warned about', () => {
    const findings = aboutProcess(
      view({ kind: 'running', pid: 1, sinceMs: 1 }, { state: 'running', message: 'x', error: ERROR }),
    );
    expect(findings).toMatchObject([{ state: 'warn' }]);
    expect(isHealthy(findings)).toBe(true);
  });
});
