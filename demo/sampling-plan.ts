/**
 * Decides which of the demo's tasks are validated as groups. On a real network this is left to chance (one task in a
 * hundred), which is too rare for a demo of a minute, so its relay searches for a seed for which the application's VRF
 * gives the wanted result. Everything after the seed, including proof and check, is unchanged.
 */
import { bytesToHex, type Hex } from '../protocol/hex.ts';
import type { Random } from '../protocol/ports.ts';
import { vrfOutputs } from '../protocol/vrf/ecvrf.ts';
import { isSampled } from '../protocol/vrf/sampling.ts';

export interface SamplingPlan {
  /** Kind of validation for the next task that the application creates; single unless changed. */
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
