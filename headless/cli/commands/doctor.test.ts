import { describe, expect, it } from 'vitest';
import type { ProfileView } from '../../../contract/profiles.ts';
import { gpuProblem } from '../../../worker/gpu/errors.ts';
import { card as gpuCard } from '../../../worker/gpu/testing/card.ts';
import { cardFindings, isHealthy, processFindings } from './doctor.ts';

const ERROR = { code: 'STORE_BUSY', message: 'DATA/node.sqlite is held', data: {} };
const PROFILE = { name: 'mine', address: `0x${'12'.repeat(20)}` } as ProfileView['profile'];
const view = (worker: ProfileView['worker'], node: Partial<NonNullable<ProfileView['node']>> | null = null) =>
  ({ profile: PROFILE, worker, node }) as Parameters<typeof processFindings>[0];

describe("the doctor, about a node's process", () => {
  it.each([
    ['failed', view({ kind: 'failed', error: ERROR })],
    ['that keeps crashing', view({ kind: 'backoff', failures: 2, retryAtMs: 1, error: ERROR })],
    ['that is being restarted', view({ kind: 'starting', sinceMs: 1, after: ERROR })],
    ['that is running, but only since a restart', view({ kind: 'running', pid: 1, sinceMs: 1, after: ERROR })],
    ['whose key is locked', view({ kind: 'locked' })],
    ['that failed', view({ kind: 'running', pid: 1, sinceMs: 1 }, { state: 'failed', message: 'It ends.', error: ERROR })],
    [
      'that was slashed',
      view({ kind: 'running', pid: 1, sinceMs: 1 }, { state: 'slashed', message: 'It was slashed.', error: ERROR }),
    ],
  ])('%s reports a failure and what to do about it', (_what, given) => {
    const findings = processFindings(given);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ about: 'mine', state: 'fail', remedy: expect.stringMatching(/\w/) });
    expect(isHealthy(findings)).toBe(false);
  });

  it('reports nothing about a node that is stopped or in order', () => {
    expect(
      processFindings(view({ kind: 'running', pid: 1, sinceMs: 1, after: ERROR }, { state: 'running', error: null })),
    ).toEqual([]);
    expect(processFindings(view({ kind: 'stopped' }))).toEqual([]);
    expect(processFindings(view({ kind: 'running', pid: 1, sinceMs: 1 }, { state: 'running', error: null }))).toEqual([]);
  });

  it('warns about a temporary error', () => {
    const findings = processFindings(
      view({ kind: 'running', pid: 1, sinceMs: 1 }, { state: 'running', message: 'x', error: ERROR }),
    );
    expect(findings).toMatchObject([{ state: 'warn' }]);
    expect(isHealthy(findings)).toBe(true);
  });
});

describe('the doctor, about cards', () => {
  const inventory = (given: Partial<Parameters<typeof cardFindings>[0]>) =>
    cardFindings({ atMs: 0, cards: [], problems: [], ...given });
  const refused = (code: 'GPU_MIG_ENABLED' | 'GPU_NO_MEMORY_SIZE') =>
    gpuCard({ index: 0, name: 'the card', unusable: gpuProblem(code) });

  it('lists the usable ones, and what was found out about them', () => {
    const problems = [gpuProblem('GPU_SLOW_READING', '4.2 s')];
    expect(inventory({ cards: [gpuCard({ index: 0, name: 'A' }), gpuCard({ index: 1, name: 'B' })], problems })).toMatchObject([
      { state: 'ok', message: 'A, B' },
      {
        state: 'warn',
        message: expect.stringMatching(/slow.*4\.2 s \(GPU_SLOW_READING\)/),
        remedy: expect.stringContaining('-pm 1'),
      },
    ]);
  });

  it.each([
    ['GPU_MIG_ENABLED', /MIG/, /-mig 0/],
    ['GPU_NO_MEMORY_SIZE', /memory/, /another card/],
  ] as const)('says why a card cannot be used, and what to do: %s', (code, why, remedy) => {
    const findings = inventory({ cards: [refused(code)] });
    expect(findings[0]).toMatchObject({ state: 'warn', message: 'no usable card' });
    expect(findings[1]).toMatchObject({
      state: 'warn',
      message: expect.stringMatching(why),
      remedy: expect.stringMatching(remedy),
    });
    expect(findings[1]?.message).toContain('the card');
  });

  it('says only once why no card could be read, and nothing about integrated graphics', () => {
    const noDriver = gpuProblem('GPU_NO_DRIVER');
    const cards = [
      gpuCard({ index: 0, unusable: noDriver }),
      gpuCard({ index: 0, unusable: noDriver }),
      gpuCard({ index: 2, vendor: 'intel', unusable: gpuProblem('GPU_NOT_ISOLATABLE') }),
    ];
    expect(inventory({ cards, problems: [noDriver] })).toHaveLength(2);
  });
});
