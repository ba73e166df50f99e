/** Makes everything as a nodes file says, step by step; what was done before a step fails stays done, and is not done again. */
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { plainText } from '../../contract/plain-text.ts';
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
  /** Aborted when it is to end: after the step that runs. */
  readonly signal: AbortSignal;
  /** Only says what would be done. */
  readonly dryRun: boolean;
}

/**
 * @returns what was done, or would be; with `left` where it was told to end between two steps
 * @throws the signal's reason before the first step; HeadlessError HEADLESS_APPLY_WRONG and HEADLESS_APPLY_REFUSED, nothing is done then; HEADLESS_APPLY_FAILED
 */
export async function applyNodesFile(options: ApplyOptions): Promise<Plan> {
  const { variables, credentialsDir, given, dryRun, dataDir, signal } = options;
  const file = readNodesFile(options.file, variables);
  if (options.prune && !file.saysNodes) {
    const problem = '--prune removes every node that the file does not have, and it has no `nodes`. To remove all: `nodes: []`';
    throw new HeadlessError('HEADLESS_APPLY_WRONG', problem, { file: options.file, problems: [problem] });
  }
  const reader = createSecretReader({ folder: file.folder, credentialsDir, given });
  const planning = planOf({ ...options, file, reader, applied: openAppliedFile(path.resolve(dataDir)) });
  const plan = await unlessAborted(planning, signal);
  if (dryRun) return plan;
  for (const [done, step] of plan.steps.entries()) {
    // A signal is heard in a turn of its own, and steps that encrypt and write files leave none.
    await setImmediate();
    if (signal.aborted) return { ...plan, steps: plan.steps.slice(0, done), left: plan.steps.length - done };
    try {
      await step.perform();
    } catch (cause) {
      throw failed(step, { cause, done, of: plan.steps.length });
    }
  }
  return plan;
}

/** Nothing is done yet, so nothing is waited for. @throws the signal's reason */
async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  const end = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function failed({ act, what, name }: Step, { cause, done, of }: { cause: unknown; done: number; of: number }): HeadlessError {
  const code = cause instanceof CodedError ? cause.code : codeOf(cause);
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = plainText(`${act} ${what} ${name}: ${why} (${code}); ${done} of ${of} steps were done before`);
  return new HeadlessError('HEADLESS_APPLY_FAILED', message, { step: `${act} ${what} ${name}`, code, done, of }, { cause });
}

/** An error that has crossed a connection. */
function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'UNEXPECTED';
}
