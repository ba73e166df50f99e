/** Short tasks that load a model and run it from end to end. */
import type { Hex } from '../../../protocol/hex.ts';
import { normaliseModelIdNode, parseModelId } from '../../../protocol/models/model-id.ts';
import type { EngineJob } from '../../engines/engine.ts';

export interface WarmUpModel {
  readonly modelId: string;
  readonly type: 'Llm' | 'StableDiffusion';
}

let count = 0;

/** A commitment that no task of a network and no self-test can have, since theirs are hashes. A new one each time. */
function warmUpCommitment(startMs: number): Hex {
  count += 1;
  return `0x${'77'.repeat(8)}${count.toString(16).padStart(16, '0')}${Math.floor(startMs).toString(16).padStart(32, '0')}`;
}

export function warmUpJob(given: {
  readonly model: WarmUpModel;
  readonly outputDir: string;
  readonly startMs: number;
  readonly timeLeftMs: () => number;
}): EngineJob {
  const { model, outputDir, startMs, timeLeftMs } = given;
  const { type, name, variant } = parseModelId(normaliseModelIdNode(model.modelId));
  const args = model.type === 'Llm' ? chatArgs(name) : imageArgs(name, variant);
  return {
    commitment: warmUpCommitment(startMs),
    type: model.type,
    models: [{ id: name, type, variant }],
    taskArgs: JSON.stringify(args),
    outputDir,
    timeLeftMs,
  };
}

function chatArgs(model: string) {
  const messages = [{ role: 'user', content: 'Say hello.' }];
  return { model, messages, generation_config: { max_new_tokens: 16, do_sample: false }, seed: 1 };
}

function imageArgs(name: string, variant: string | null) {
  return {
    base_model: { name, ...(variant === null ? {} : { variant }) },
    prompt: 'a lighthouse',
    negative_prompt: '',
    task_config: { image_width: 512, image_height: 512, steps: 4, seed: 1, num_images: 1, safety_checker: false, cfg: 0 },
  };
}
