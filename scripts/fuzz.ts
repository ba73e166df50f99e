/**
 * Feeds every parser of the program inputs derived from known ones. Each must end in bounded time with a value or a
 * coded error; an input that does not is stored with the known ones, and the exit code is 1.
 *
 *   npm run fuzz -- --seconds N [--seed S]
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CORPUS } from '../e2e/fuzz/corpus.ts';
import { runFuzz } from '../e2e/fuzz/run-fuzz.ts';

const optionsSchema = z.object({
  seconds: z.coerce.number().int().min(1).max(86_400),
  seed: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
});

function readOptions(): z.output<typeof optionsSchema> | null {
  try {
    const seed = String(Math.floor(Math.random() * 2 ** 32));
    const { values } = parseArgs({
      options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: seed } },
    });
    return optionsSchema.parse(values);
  } catch (error) {
    process.stderr.write(
      `${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}\nnpm run fuzz -- --seconds N [--seed S]\n`,
    );
    return null;
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return 2;
  const { seed, seconds, targets, findings } = await runFuzz(options);
  for (const { target, kind, why, input } of findings) {
    const name = `found-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
    mkdirSync(path.join(CORPUS, target), { recursive: true });
    writeFileSync(path.join(CORPUS, target, name), input);
    process.stderr.write(`seed ${seed}: ${target}/${name}: ${kind}: ${why}\n`);
  }
  const names = Object.keys(targets) as (keyof typeof targets)[];
  const width = Math.max(...names.map((name) => name.length));
  process.stdout.write(`seed ${seed}, ${seconds} s\n${'target'.padEnd(width)}     inputs    refused  findings\n`);
  for (const name of names) {
    const { inputs, refused } = targets[name];
    const found = findings.filter(({ target }) => target === name).length;
    process.stdout.write(
      `${name.padEnd(width)}  ${String(inputs).padStart(9)}  ${String(refused).padStart(9)}  ${String(found).padStart(8)}\n`,
    );
  }
  const all = names.reduce((sum, name) => sum + targets[name].inputs, 0);
  process.stdout.write(
    `${'all'.padEnd(width)}  ${String(all).padStart(9)}  ${''.padStart(9)}  ${String(findings.length).padStart(8)}\n`,
  );
  return findings.length === 0 ? 0 : 1;
}

process.exitCode = await main();
