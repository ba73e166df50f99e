/** Makes everything as a nodes file says, step by step; what was done before a step fails stays done, and is not done again. */
import path from 'node:path';
import { CodedError } from '../../protocol/errors.ts';
import type { Passphrases } from '../cli/unattended.ts';
import { HeadlessError } from '../errors.ts';
import { openAppliedFile } from './applied-file.ts';
import { planOf } from './plan.ts';
import { readNodesFile, type Variables } from './read-nodes-file.ts';
import { createSecretReader } from './secret-reader.ts';
import type { Asked, Plan, PlanOptions, Step } from './step.ts';

export interface ApplyOptions extends Asked, Pick<PlanOptions, 'stays' | 'prune'> {
  readonly file: string;
  readonly variables: Variables;
  readonly dataDir: string;
  readonly passphrases: Passphrases;
  readonly credentialsDir: string | undefined;
  /** Descriptors that secrets may come by. */
  readonly given: ReadonlySet<number>;
  /** Only says what would be done. */
  readonly dryRun: boolean;
}

/**
 * @returns what was done, or would be
 * @throws HeadlessError HEADLESS_APPLY_WRONG and HEADLESS_APPLY_REFUSED, nothing is done then; HEADLESS_APPLY_FAILED
 */
export async function applyNodesFile(options: ApplyOptions): Promise<Plan> {
  const { variables, credentialsDir, given, dryRun, dataDir } = options;
  const file = readNodesFile(options.file, variables);
  if (options.prune && !file.saysNodes) {
    const problem = '--prune removes every node that the file does not have, and it has no `nodes`. To remove all: `nodes: []`';
    throw new HeadlessError('HEADLESS_APPLY_WRONG', problem, { file: options.file, problems: [problem] });
  }
  const reader = createSecretReader({ folder: file.folder, credentialsDir, given });
  const plan = await planOf({ ...options, file, reader, applied: openAppliedFile(path.resolve(dataDir)) });
  if (dryRun) return plan;
  for (const [done, step] of plan.steps.entries()) {
    try {
      await step.perform();
    } catch (cause) {
      throw failed(step, { cause, done, of: plan.steps.length });
    }
  }
  return plan;
}

function failed({ act, what, name }: Step, { cause, done, of }: { cause: unknown; done: number; of: number }): HeadlessError {
  const code = cause instanceof CodedError ? cause.code : codeOf(cause);
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `${act} ${what} ${name}: ${why} (${code}); ${done} of ${of} steps were done before`;
  return new HeadlessError('HEADLESS_APPLY_FAILED', message, { step: `${act} ${what} ${name}`, code, done, of }, { cause });
}

/** An error that has crossed a connection. */
function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'UNEXPECTED';
}
