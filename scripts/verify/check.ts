/** One assumption of the program about a system, checked on the machine at hand. */
import type { System } from '../../platform/system.ts';

export type Finding =
  | { readonly state: 'ok'; readonly detail: string }
  /** Not applicable: this machine has nothing of the kind. */
  | { readonly state: 'none'; readonly detail: string }
  | { readonly state: 'fail'; readonly detail: string };

export interface CheckContext {
  readonly system: System;
  /** An empty folder, only for this run. */
  readonly folder: string;
}

export interface Check {
  readonly subject: 'files' | 'processes' | 'programs' | 'cards' | 'desktop';
  readonly what: string;
  run(given: CheckContext): Promise<Finding> | Finding;
}

export interface Result {
  readonly subject: Check['subject'];
  readonly what: string;
  readonly finding: Finding;
  readonly tookMs: number;
}

export const ok = (detail: string): Finding => ({ state: 'ok', detail });
export const notApplicable = (detail: string): Finding => ({ state: 'none', detail });
export const fail = (detail: string): Finding => ({ state: 'fail', detail });

/** The expected value of the rule, and what was found. */
export const compareToRule = (ruled: boolean, found: boolean, detail: string): Finding =>
  ruled === found
    ? ok(`${detail}: ${found ? 'yes' : 'no'}, as expected`)
    : fail(`${detail}: ${found ? 'yes' : 'no'}, not as expected`);

export async function runChecks(checks: readonly Check[], given: CheckContext): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const { subject, what, run } of checks) {
    const begun = performance.now();
    let finding: Finding;
    try {
      finding = await run(given);
    } catch (error) {
      finding = fail(error instanceof Error ? `${'code' in error ? `${error.code}: ` : ''}${error.message}` : String(error));
    }
    results.push({ subject, what, finding, tookMs: Math.round(performance.now() - begun) });
  }
  return results;
}
