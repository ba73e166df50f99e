import { expect, it } from 'vitest';
import type { PreflightReport, PreflightResult } from '../../contract/preflight.ts';
import { failedChecks } from './peer.ts';

const told = { params: {}, code: 'CODE', message: 'There is no room.', remedy: 'Free 1 GiB.' };
const report = (...results: PreflightResult[]): PreflightReport => ({ atMs: 1, results, mayStart: false });

it('a peer fails at once on a check that waiting cannot fix, with its message and remedy', () => {
  const disk = { id: 'disk', state: 'fail', ...told } as const;
  expect(failedChecks(report({ id: 'clock', state: 'ok', params: {} }, disk))).toEqual(['There is no room. (CODE) Free 1 GiB.']);
});

it('a relay that starts late, a twin that is still ending, and warnings are waited for', () => {
  const passing = (['relay', 'rpc', 'clock', 'balance', 'doppelganger'] as const).map(
    (id) => ({ id, state: 'fail', ...told }) as const,
  );
  expect(
    failedChecks(report(...passing, { id: 'disk', state: 'warn', ...told }, { id: 'engine', state: 'unknown', ...told })),
  ).toEqual([]);
  expect(failedChecks(null)).toEqual([]);
});
