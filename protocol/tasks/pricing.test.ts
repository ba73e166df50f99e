import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimatedSeconds, llmWorkload, sdWorkload, taskPriority, vramWeight } from './pricing.ts';

const seconds = (workload: Parameters<typeof estimatedSeconds>[0], modelSwitch = false) =>
  estimatedSeconds(workload, { modelSwitch });

describe('workload and estimate', () => {
  it('of an image task with defaults is 90 s', () => {
    expect(sdWorkload({})).toEqual({ type: 'StableDiffusion', pixelSteps: 6 * 512 * 512 });
    expect(seconds(sdWorkload({}))).toBe(90);
    expect(seconds(sdWorkload({ num_images: 1, steps: 25, image_width: 1024, image_height: 1024 }))).toBe(1030);
  });

  it('of an image task without pixels is refused', () => {
    expect(() => sdWorkload({ steps: 0 })).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_TASK_ARGS' }));
  });

  it('of an LLM task counts the escaped UTF-8 bytes of exactly three members', () => {
    const args = {
      model: 'ignored',
      messages: [{ role: 'user', content: '1 < 2 é' }],
      generation_config: { max_new_tokens: 10 },
    };
    const text = '{"messages":[{"content":"1 \\u003c 2 é","role":"user"}],"template_args":null,"tools":null}';
    const workload = llmWorkload(args, () => 0);
    expect(workload).toEqual({ type: 'Llm', textInputBytes: text.length + 1, imageCount: 0, imagePixels: 0, maxNewTokens: 10 });
    expect(seconds(workload)).toBeCloseTo(30 + 0.0001 * (text.length + 1) + 1, 9);
    expect(seconds(workload, true) - seconds(workload)).toBeCloseTo(120, 9);
  });

  it('of an LLM task with images excludes their base64 from the bytes and counts pixels', () => {
    const block = (base64: string) => ({ type: 'image', base64 });
    const message = (...images: string[]) => ({ messages: [{ role: 'user', content: images.map(block) }] });
    const workload = llmWorkload(message('AAAA', 'BBBBBBBB'), (base64) => base64.length * 250_000);
    expect(workload).toMatchObject({ imageCount: 2, imagePixels: 3_000_000, maxNewTokens: 256 });
    expect(workload.textInputBytes).toBe(
      '{"messages":[{"content":[{"type":"image"},{"type":"image"}],"role":"user"}],"template_args":null,"tools":null}'.length,
    );
    expect(seconds(workload)).toBeCloseTo(30 + workload.textInputBytes * 0.0001 + 25.6 + 20 + 15, 9);
  });

  it('of a fine-tune task is its timeout, and of any task at least a second', () => {
    expect(seconds({ type: 'FineTuneLora', timeoutSeconds: 3_600 })).toBe(3_600);
    expect(seconds({ type: 'FineTuneLora', timeoutSeconds: 0 })).toBe(1);
  });
});

describe('queue priority', () => {
  it('weighs VRAM by the pinned GPU if there is one, never below 8 GiB', () => {
    expect(vramWeight({ requiredGpu: '', requiredGpuVramGib: 80, minVramGib: 4 })).toBe(1);
    expect(vramWeight({ requiredGpu: '', requiredGpuVramGib: 80, minVramGib: 12 })).toBe(1.5);
    expect(vramWeight({ requiredGpu: 'A100+Linux', requiredGpuVramGib: 80, minVramGib: 4 })).toBe(10);
  });

  it('is exact beyond the precision of a double', () => {
    expect(taskPriority({ feeWei: 10n ** 18n + 89n, seconds: 90, vramWeight: 1 })).toBe((10n ** 18n + 89n) / 90n);
    expect(taskPriority({ feeWei: 3n, seconds: 1, vramWeight: 1.5 })).toBe(2n);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.integer({ min: 4, max: 30_000 }), (feeWei, quarters) => {
        expect(taskPriority({ feeWei, seconds: quarters / 4, vramWeight: 1 })).toBe((feeWei * 4n) / BigInt(quarters));
      }),
    );
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d seconds', (bad) => {
    expect(() => taskPriority({ feeWei: 1n, seconds: bad, vramWeight: 1 })).toThrow(
      expect.objectContaining({ code: 'PROTOCOL_BAD_AMOUNT' }),
    );
  });
});
