import { expect, it } from 'vitest';
import { conditionParams } from './condition-params.ts';

const words = {
  language: 'en',
  notKnown: 'not known',
  stateText: (state: string) => `<${state}>`,
  meaningOf: (code: string) => `${code}!`,
};

it('turns whatever a condition contains into words and numbers', () => {
  expect(conditionParams({ health: 0.12345, share: 0.0312, queued: 12_345, state: 'backoff', version: '2.5.0' }, words)).toEqual({
    health: '0.12',
    share: '3.12%',
    queued: '12,345',
    state: '<backoff>',
    version: '2.5.0',
    endsAt: 'not known',
  });
  expect(
    conditionParams({ guards: ['GPU_TOO_HOT', 'B'], others: ['1', '2', '3'], missing: [], health: null }, words),
  ).toMatchObject({
    guards: 'GPU_TOO_HOT! and B!',
    others: '1, 2, and 3',
    missing: 'not known',
    health: 'not known',
    share: 'not known',
  });
  expect(conditionParams({ endsAtMs: Date.UTC(2026, 0, 2, 12) }, words).endsAt).toMatch(/26/);
});
