/**
 * Decides which of the demo's tasks are validated as groups. On a real network chance does (one task in a hundred);
 * a demo of a minute can't wait for it, so its relay looks for a seed that the application's VRF turns the right way.
 * Everything behind the seed, proof and check included, is as it always is.
 */
import { bytesToHex, type Hex } from '../protocol/hex.ts';
import type { Random } from '../protocol/ports.ts';
import { vrfOutputs } from '../protocol/vrf/ecvrf.ts';
import { isSampled } from '../protocol/vrf/sampling.ts';

export interface SamplingPlan {
  /** Kind of validation of the next task that the application creates; single until said otherwise. */
  setNext(kind: 'single' | 'group'): void;
  /** For the relay: the seed of the task that is being created. */
  seed(): Hex;
}

export function createSamplingPlan(options: {
  readonly privateKey: Hex;
  readonly modulus: number;
  readonly random: Random;
}): SamplingPlan {
  let group = false;
  const outputFor = vrfOutputs(options.privateKey);
  return {
    setNext(kind) {
      group = kind === 'group';
    },
    seed() {
      for (;;) {
        const seed = bytesToHex(options.random.bytes(32));
        if (isSampled(outputFor(seed), options.modulus) !== group) continue;
        group = false;
        return seed;
      }
    },
  };
}
