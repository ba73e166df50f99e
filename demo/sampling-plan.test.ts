import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { vrfOutputs } from '../protocol/vrf/ecvrf.ts';
import { isSampled } from '../protocol/vrf/sampling.ts';
import { createSamplingPlan } from './sampling-plan.ts';

const privateKey = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';

describe('createSamplingPlan', () => {
  it('gives single seeds, one group seed when asked, then single ones again', () => {
    let counter = 0;
    const random = { bytes: () => sha256(Uint8Array.of(counter++)), fraction: () => 0 };
    const plan = createSamplingPlan({ privateKey, modulus: 4, random });
    const sampled = () => isSampled(vrfOutputs(privateKey)(plan.seed()), 4);
    expect([sampled(), sampled()]).toEqual([false, false]);
    plan.setNext('group');
    expect([sampled(), sampled()]).toEqual([true, false]);
  });
});
