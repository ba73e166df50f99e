import { expect, it } from 'vitest';
import type { PreflightReport, PreflightResult } from '../../contract/preflight.ts';
import { failedChecks } from './peer.ts';

const told = { params: {}, code: 'CODE', message: 'There is no room.', remedy: 'Free 1 GiB.' };
const report = (...results: PreflightResult[]): PreflightReport => ({ atMs: 1, results, mayStart: false });

it('a peer is given up at once for a check that no waiting mends, with its words and what to do', () => {
  const disk = { id: 'disk', state: 'fail', ...told } as const;
  expect(failedChecks(report({ id: 'clock', state: 'ok', params: {} }, disk))).toEqual(['There is no room. (CODE) Free 1 GiB.']);
});

it('a relay that comes up late, a twin that is still ending, and what is only warned of are waited for', () => {
  const passing = (['relay', 'rpc', 'clock', 'balance', 'doppelganger'] as const).map(
    (id) => ({ id, state: 'fail', ...told }) as const,
  );
  expect(
    failedChecks(report(...passing, { id: 'disk', state: 'warn', ...told }, { id: 'engine', state: 'unknown', ...told })),
  ).toEqual([]);
  expect(failedChecks(null)).toEqual([]);
});
