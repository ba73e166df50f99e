/** Inference jobs: arguments checked, model found, result computed, files written. RELAY_PROTOCOL 6, 7.1, 7.2. */
import { access, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTaskArgs } from '../../../protocol/args/index.ts';
import { encodeLlmResponse } from '../../../protocol/engine/llm-response.ts';
import type { InferenceJob } from '../../../protocol/engine/messages.ts';
import { taskTypeFromNumber } from '../../../protocol/tasks/status.ts';
import { EngineError } from '../errors.ts';
import type { Catalogue, CatalogueModel } from '../models/catalogue.ts';
import { isOnDisk } from '../models/files.ts';
import { generateAnswer } from './llm/answer.ts';
import { llmRequest } from './llm/request.ts';
import type { Runtimes } from './runtimes.ts';
import type { EngineTask } from './session.ts';
import { unsupported } from './traceback.ts';

/** A task ends with the program, and the program with its connection. */
const NEVER = new AbortController().signal;

interface RoleInput {
  readonly runtimes: Runtimes;
  readonly catalogue: Catalogue;
}

export function createInferenceRole(input: RoleInput): (task: EngineTask) => Promise<void> {
  const started = new Set<string>();
  return async (task) => {
    if (task.task_name !== 'inference') return;
    // Law 3: the same task never runs a second time, whoever asks for it.
    if (started.has(task.task_id)) throw new EngineError('ENGINE_JOB_REPEATED', `task ${task.task_id} ran before`);
    started.add(task.task_id);
    await runJob(input, task);
  };
}

async function runJob(input: RoleInput, job: InferenceJob): Promise<void> {
  const type = taskTypeFromNumber(job.task_type) ?? unsupported(`task type ${job.task_type}`);
  if (type === 'FineTuneLora') unsupported('fine-tuning');
  return type === 'Llm' ? runTextTask(input, job) : runImageTask(input, job);
}

async function runTextTask({ runtimes, catalogue }: RoleInput, job: InferenceJob): Promise<void> {
  const args = parseTaskArgs('Llm', job.task_args);
  refuseAdapters(job);
  const request = llmRequest(args);
  const model = await requireModel(catalogue, 'gguf', { id: request.model, variant: null });
  const llm = await runtimes.text();
  const response = await generateAnswer(await llm.load(model), request);
  await writeNewFile(job.output_dir, '0.json', encodeLlmResponse(response));
}

async function runImageTask({ runtimes, catalogue }: RoleInput, job: InferenceJob): Promise<void> {
  const args = parseTaskArgs('StableDiffusion', job.task_args);
  refuseAdapters(job);
  const { name: id, variant } = args.base_model;
  const { folder: modelDir } = await requireModel(catalogue, 'onnx', { id, variant });
  await runtimes.runImages({ args, modelDir, outputDir: job.output_dir, signal: NEVER });
}

/** Adapters change the result; arguments that name one and a job that includes one are refused alike. */
function refuseAdapters({ models }: InferenceJob): void {
  if (models.some(({ type }) => type !== 'base')) unsupported('an adapter model');
}

async function requireModel<Kind extends CatalogueModel['kind']>(
  catalogue: Catalogue,
  kind: Kind,
  { id, variant }: { readonly id: string; readonly variant: string | null },
): Promise<Extract<CatalogueModel, { kind: Kind }>> {
  const isOfKind = (found: CatalogueModel): found is Extract<CatalogueModel, { kind: Kind }> => found.kind === kind;
  const model = catalogue.find(id, variant);
  if (model === undefined || !isOfKind(model) || !(await isOnDisk(model))) {
    throw new EngineError('MODEL_UNKNOWN', `model ${id} is not on disk`, { model: id });
  }
  return model;
}

/** Writes the file atomically, and never over an earlier one. */
async function writeNewFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const file = join(folder, name);
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) throw new EngineError('ENGINE_JOB_REPEATED', `${name} exists already`);
  await writeFile(`${file}.partial`, bytes);
  await rename(`${file}.partial`, file);
}
