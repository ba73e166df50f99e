/** A profile's process for tests: claims what it is told to, reports the result, and stays until it is killed. */
import { z } from 'zod';
import { claimGpus } from '../claims.ts';

const orderSchema = z.object({ folder: z.string(), ids: z.array(z.string()), profile: z.string() });

function answer(message: unknown): unknown {
  const { folder, ids, profile } = orderSchema.parse(message);
  const outcome = claimGpus(ids, { folder, profile, pid: process.pid, nowMs: 1 });
  return outcome.kind === 'claimed' ? { kind: 'claimed' } : outcome;
}

process.on('message', (message) => {
  const said = answer(message);
  setImmediate(() => {
    // A claim lasts as long as the process, even if nobody keeps the object.
    globalThis.gc?.();
    process.send?.(said);
  });
});
process.send?.('ready');
