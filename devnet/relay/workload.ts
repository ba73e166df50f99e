/** What a task's arguments cost; arguments that fit no workload are a failure, not a price of zero. */
import { z } from 'zod';
import { llmWorkload, sdWorkload, type Workload } from '../../protocol/tasks/pricing.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { parseWire } from '../../protocol/wire/parse.ts';

const factor = z.number().nonnegative().optional();
const sdCost = z.object({
  task_config: z.object({ num_images: factor, image_width: factor, image_height: factor, steps: factor }).default({}),
});
const llmCost = z.object({
  messages: z.array(z.looseObject({ content: z.unknown().optional() })).default([]),
  template_args: z.unknown().optional(),
  tools: z.unknown().optional(),
  generation_config: z.object({ max_new_tokens: z.number().nullish() }).nullish(),
});

/** @throws ProtocolError PROTOCOL_BAD_MESSAGE, PROTOCOL_BAD_TASK_ARGS */
export function workloadOf(task: { readonly type: TaskType; readonly timeoutSeconds: number }, args: unknown): Workload {
  switch (task.type) {
    case 'StableDiffusion':
      return sdWorkload(parseWire(sdCost, args, 'task_args').task_config);
    case 'Llm':
      return llmWorkload(parseWire(llmCost, args, 'task_args'), pngPixels);
    case 'FineTuneLora':
      return { type: 'FineTuneLora', timeoutSeconds: task.timeoutSeconds };
  }
}

/** Pixels by the PNG header. The real relay also measures jpeg, gif and webp; here they cost no pixels. */
function pngPixels(base64: string): number {
  const bytes = Buffer.from(base64, 'base64');
  const isPng = bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47;
  return isPng ? bytes.readUInt32BE(16) * bytes.readUInt32BE(20) : 0;
}
