/** Inference jobs: arguments checked, model found, answer generated, response file written. RELAY_PROTOCOL 6.3, 7.2. */
import { access, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTaskArgs } from '../../../protocol/args/index.ts';
import { encodeLlmResponse } from '../../../protocol/engine/llm-response.ts';
import type { InferenceJob } from '../../../protocol/engine/messages.ts';
import { taskTypeFromNumber } from '../../../protocol/tasks/status.ts';
import { EngineError } from '../errors.ts';
import type { Catalogue, GgufModel } from '../models/catalogue.ts';
import { isOnDisk } from '../models/files.ts';
import { generateAnswer } from './llm/answer.ts';
import { llmRequest } from './llm/request.ts';
import type { LlmRuntime } from './llm/runtime.ts';
import type { EngineTask } from './session.ts';
import { unsupported } from './traceback.ts';

export function createInferenceRole(input: { runtime: LlmRuntime; catalogue: Catalogue }): (task: EngineTask) => Promise<void> {
  const started = new Set<string>();
  return async (task) => {
    if (task.task_name !== 'inference') return;
    // Law 3: a second run of the same task, whoever asks for it, is not made.
    if (started.has(task.task_id)) throw new EngineError('ENGINE_JOB_REPEATED', `task ${task.task_id} ran before`);
    started.add(task.task_id);
    await perform(input, task);
  };
}

async function perform({ runtime, catalogue }: { runtime: LlmRuntime; catalogue: Catalogue }, job: InferenceJob): Promise<void> {
  const type = taskTypeFromNumber(job.task_type) ?? unsupported(`task type ${job.task_type}`);
  if (type !== 'Llm') unsupported(`task type ${type}`);
  const args = parseTaskArgs(type, job.task_args);
  if (job.models.some((model) => model.type !== 'base')) unsupported('an adapter model');
  const request = llmRequest(args);
  const model = await presentModel(catalogue, request.model);
  const response = await generateAnswer(await runtime.load(model), request);
  await writeOnce(job.output_dir, '0.json', encodeLlmResponse(response));
}

async function presentModel(catalogue: Catalogue, id: string): Promise<GgufModel> {
  const model = catalogue.find(id);
  if (model?.kind !== 'gguf' || !(await isOnDisk(model))) {
    throw new EngineError('MODEL_UNKNOWN', `model ${id} is not on disk`, { model: id });
  }
  return model;
}

/** All of the file or none of it, and never over an earlier one. */
async function writeOnce(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const file = join(folder, name);
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) throw new EngineError('ENGINE_JOB_REPEATED', `${name} exists already`);
  await writeFile(`${file}.partial`, bytes);
  await rename(`${file}.partial`, file);
}
