import { expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { SystemProcessRunner } from '../kit/process-runner.ts';
import { CONTROLLERS_TIMEOUT_MS, probeControllers } from './other-cards.ts';

it('systeminformation answers from a separate process', async () => {
  const probe = await probeControllers({ runner: new SystemProcessRunner({ clock: new ManualClock(0) }) });
  // Which cards depends on the machine; that the answer fits the schema does not.
  expect(probe).toMatchObject({ kind: 'found', controllers: expect.any(Array) });
});

it('is given up if it does not answer', async () => {
  const clock = new ManualClock(0);
  const probe = probeControllers({ runner: new SystemProcessRunner({ clock }) });
  await clock.tick(CONTROLLERS_TIMEOUT_MS);
  expect(await probe).toMatchObject({ kind: 'timedOut', problem: { code: 'GPU_PROBE_TIMED_OUT' } });
});
