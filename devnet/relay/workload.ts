/** What a task's arguments cost. Arguments that match no workload are an error, not a price of zero. */
import { z } from 'zod';
import { llmWorkload, sdWorkload, type Workload } from '../../protocol/tasks/pricing.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { parseWire } from '../../protocol/wire/parse.ts';
import { imagePixels } from './image-size.ts';
import { exception } from './refusal.ts';

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

/** @throws ProtocolError PROTOCOL_BAD_MESSAGE, PROTOCOL_BAD_TASK_ARGS, and Refusal for an image that cannot be read */
export function workloadOf(task: { readonly type: TaskType; readonly timeoutSeconds: number }, args: unknown): Workload {
  switch (task.type) {
    case 'StableDiffusion':
      return sdWorkload(parseWire(sdCost, args, 'task_args').task_config);
    case 'Llm':
      return llmWorkload(parseWire(llmCost, args, 'task_args'), pixelsOf);
    case 'FineTuneLora':
      return { type: 'FineTuneLora', timeoutSeconds: task.timeoutSeconds };
  }
}

/** The real relay measures every image before it accepts the task, and refuses what it cannot read. */
function pixelsOf(base64: string): number {
  const text = base64.trim();
  // Go's decoder only accepts padded base64.
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replace(/[\r\n]/g, ''))) {
    throw exception(`decode llm image base64: illegal base64 data at input byte ${illegalAt(text)}`);
  }
  const pixels = imagePixels(Buffer.from(text, 'base64'));
  if (pixels === null) throw exception('read llm image dimensions: image: unknown format');
  return pixels;
}

function illegalAt(text: string): number {
  const at = text.search(/[^A-Za-z0-9+/=\r\n]/);
  return at === -1 ? text.length : at;
}
