/**
 * Tasks on a devnet of three nodes while workers, engines, their host and everything are killed, connections fail and
 * clocks are set. Ends with a table, and exit code 1 if anything happened that must not happen.
 *
 *   npm run soak -- --tasks N --kills M [--faults] [--seed S] [--minutes N] [--json]
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runSoak } from '../e2e/soak/run-soak.ts';
import { soakTable } from '../e2e/soak/table.ts';

const countField = (most: number) => z.coerce.number().int().min(0).max(most);
const optionsSchema = z.object({
  tasks: countField(1_000_000).min(1),
  kills: countField(1_000_000),
  faults: z.boolean(),
  seed: countField(2 ** 32 - 1),
  minutes: countField(10_080).min(1),
  json: z.boolean(),
});

function readOptions(): z.output<typeof optionsSchema> | null {
  try {
    const { values } = parseArgs({
      options: {
        tasks: { type: 'string', default: '30' },
        kills: { type: 'string', default: '10' },
        faults: { type: 'boolean', default: false },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
        minutes: { type: 'string', default: '240' },
        json: { type: 'boolean', default: false },
      },
    });
    return optionsSchema.parse(values);
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; ')
        : String(error);
    process.stderr.write(`${why}\nnpm run soak -- --tasks N --kills M [--faults] [--seed S] [--minutes N] [--json]\n`);
    return null;
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return 2;
  // Thousands of processes start from the same sources, so compiled code is cached.
  process.env.NODE_COMPILE_CACHE ??= path.join(import.meta.dirname, '..', 'node_modules', '.cache', 'compile');
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  process.stderr.write(`seed ${options.seed}\n`);
  const report = await runSoak({
    ...options,
    signal: ending.signal,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  for (const line of report.failures) process.stderr.write(`failed: ${line}\n`);
  for (const { kind, facts } of report.violations) process.stderr.write(`seed ${options.seed}: ${kind}: ${facts}\n`);
  const asText = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);
  process.stdout.write(`${options.json ? JSON.stringify(report, asText) : soakTable(report)}\n`);
  return report.violations.length === 0 ? 0 : 1;
}

process.exitCode = await main();
