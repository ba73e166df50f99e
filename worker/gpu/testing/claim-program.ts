/** A profile's process for tests: claims what it is told to, says how that went, and stays until it is killed. */
import { z } from 'zod';
import { claimGpus } from '../claims.ts';

const orderSchema = z.object({ folder: z.string(), ids: z.array(z.string()), profile: z.string() });

process.on('message', (message) => {
  const { folder, ids, profile } = orderSchema.parse(message);
  const outcome = claimGpus(ids, { folder, profile, pid: process.pid, nowMs: 1 });
  // A claim must not depend on anybody keeping the object.
  globalThis.gc?.();
  process.send?.(outcome.kind === 'claimed' ? { kind: 'claimed' } : outcome);
});
process.send?.('ready');
