/**
 * Does the embedded engine give equal results? Runs all sample tasks with several seeds, in several engine processes
 * and in different orders, and counts the tasks whose files are not the same bytes everywhere.
 *
 *   node scripts/measure-determinism.ts [--processes N] [--seeds N]
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CHAT_MODEL, chatArguments, IMAGE_MODEL, IMAGE_PROMPTS, imageArguments, PROMPTS } from '../devnet/application/samples.ts';
import type { TaskType } from '../protocol/tasks/status.ts';
import { createHarness, type EngineHarness } from '../worker/engines/testing/engine-harness.ts';

interface Sample {
  readonly type: TaskType;
  readonly args: string;
}

function samples(seeds: number): Sample[] {
  return Array.from({ length: seeds }, (_, seed) => [
    ...PROMPTS.map((prompt): Sample => ({ type: 'Llm', args: chatArguments(prompt, CHAT_MODEL, seed) })),
    ...IMAGE_PROMPTS.map((one): Sample => ({ type: 'StableDiffusion', args: imageArguments(one, IMAGE_MODEL, seed) })),
  ]).flat();
}

async function digest(harness: EngineHarness, { type, args }: Sample, index: number): Promise<string> {
  const id = type === 'Llm' ? CHAT_MODEL : IMAGE_MODEL;
  const job = await harness.job(String(index + 1), {}, { type, taskArgs: args, models: [{ id, type: 'base', variant: null }] });
  const outcome = await harness.engine.execute(job);
  if (outcome.kind !== 'success') throw new Error(`sample ${index}: ${JSON.stringify(outcome)}`);
  const hash = createHash('sha256');
  for (const name of (await readdir(job.outputDir)).sort()) hash.update(name).update(await readFile(join(job.outputDir, name)));
  return hash.digest('hex');
}

/** The samples' digests, in the order of the samples, whatever order they were computed in. */
async function digestsOfOneProcess(all: readonly Sample[], firstAt: number): Promise<string[]> {
  const harness = await createHarness({ kind: 'embedded' });
  try {
    await harness.engine.start();
    const digests = new Array<string>(all.length);
    for (let turn = 0; turn < all.length; turn++) {
      // Each process starts at another task and takes every seventh, so that no task always follows the same one.
      const index = (firstAt + turn * 7) % all.length;
      const sample = all[index];
      if (sample !== undefined) digests[index] = await digest(harness, sample, index);
    }
    return digests;
  } finally {
    await harness.close();
  }
}

const { values } = parseArgs({
  options: { processes: { type: 'string', default: '3' }, seeds: { type: 'string', default: '4' } },
});
const all = samples(Math.max(1, Number.parseInt(values.seeds, 10)));
const processes = Math.max(2, Number.parseInt(values.processes, 10));
if (all.length % 7 === 0) all.pop();
const runs: string[][] = [];
for (let process = 0; process < processes; process++) runs.push(await digestsOfOneProcess(all, process * 11));
const differing = all.filter((_, index) => new Set(runs.map((digests) => digests[index])).size > 1);
const countOf = (type: TaskType) => all.filter((sample) => sample.type === type).length;
process.stdout.write(
  `${cpus()[0]?.model ?? 'processor'}: ${countOf('Llm')} text and ${countOf('StableDiffusion')} image tasks in ${processes} processes: ` +
    `${differing.length} differ; ${new Set(runs[0]).size} different results\n`,
);
process.exitCode = differing.length === 0 ? 0 : 1;
