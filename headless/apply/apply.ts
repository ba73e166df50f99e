/**
 * Makes everything match a nodes file, step by step. If a step fails, the earlier ones stay done and are not repeated.
 */
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
import type { HostAccess, Plan, PlanOptions, Step } from './step.ts';

export interface ApplyOptions extends HostAccess, Pick<PlanOptions, 'program' | 'prune'> {
  readonly file: string;
  readonly variables: Variables;
  readonly dataDir: string;
  readonly passphrases: Passphrases;
  readonly credentialsDir: string | undefined;
  /** File descriptors that secrets may be read from. */
  readonly given: ReadonlySet<number>;
  /** Aborts after the current step. */
  readonly signal: AbortSignal;
  /** Only reports what would be done. */
  readonly dryRun: boolean;
  /** Cost of the hashes of secrets that it keeps; tests use a smaller one. */
  readonly scryptN?: number;
}

/**
 * @returns what was done or would be done; `left` is set if it was asked to stop between two steps
 * @throws the signal's reason before the first step; HeadlessError HEADLESS_APPLY_WRONG or HEADLESS_APPLY_REFUSED
 * before anything is done; HEADLESS_APPLY_FAILED
 */
export async function applyNodesFile(options: ApplyOptions): Promise<Plan> {
  const { variables, credentialsDir, given, dryRun, dataDir, signal } = options;
  const file = readNodesFile(options.file, variables);
  if (options.prune && !file.declaresNodes) {
    const problem =
      '--prune removes every node that is not in the file, but the file has no `nodes` field. To remove all nodes, write `nodes: []`';
    throw new HeadlessError('HEADLESS_APPLY_WRONG', problem, { file: options.file, problems: [problem] });
  }
  const reader = createSecretReader({ folder: file.folder, credentialsDir, given });
  const applied = openAppliedFile(path.resolve(dataDir), options);
  const planning = planOf({ ...options, file, reader, applied });
  const plan = await unlessAborted(planning, signal);
  if (dryRun) return plan;
  for (const [done, step] of plan.steps.entries()) {
    // Signals are delivered between turns of the event loop, and steps that encrypt and write files never yield one.
    await setImmediate();
    if (signal.aborted) return { ...plan, steps: plan.steps.slice(0, done), left: plan.steps.length - done };
    try {
      await step.perform();
    } catch (cause) {
      throw stepError(step, { cause, done, of: plan.steps.length });
    }
  }
  return plan;
}

/** Nothing has been done yet, so there is nothing to wait for. @throws the signal's reason */
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

function stepError({ act, what, name }: Step, { cause, done, of }: { cause: unknown; done: number; of: number }): HeadlessError {
  const code = cause instanceof CodedError ? cause.code : codeOf(cause);
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = plainText(`${act} ${what} ${name}: ${why} (${code}); ${done} of ${of} steps were done before`);
  return new HeadlessError('HEADLESS_APPLY_FAILED', message, { step: `${act} ${what} ${name}`, code, done, of }, { cause });
}

/** Also for an error that crossed a connection. */
function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'UNEXPECTED';
}
