import { parseArgs } from 'node:util';
import type { NetworkMode } from '../contract/node-config.ts';

type DemoMode =
  /** Prints the table, then shows the window until Ctrl-C. */
  | 'serve'
  /** Exits after the table. */
  | 'once'
  /** Keeps tasks coming until Ctrl-C. */
  | 'live';

export interface DemoOptions {
  readonly mode: DemoMode;
  /** One JSON object as the last line of stdout; progress goes to stderr. */
  readonly json: boolean;
  /** Whether the relay or the chain manages the tasks. */
  readonly network: NetworkMode;
}

export class UsageError extends Error {}

export const USAGE = `npm run demo -- [--chain] [--once] [--json] [--live]

  --chain  a network whose tasks are in contracts on a chain (default: on a relay)
  --once   exit after the table (default: show the window until Ctrl-C)
  --json   print one JSON object as the last line; progress goes to stderr
  --live   after the table, keep this network's tasks coming until Ctrl-C`;

/** @throws UsageError on an unknown option or a contradiction. */
export function parseDemoOptions(argv: readonly string[]): DemoOptions | 'help' {
  let values: { chain?: boolean; once?: boolean; json?: boolean; live?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        chain: { type: 'boolean' },
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        live: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) return 'help';
  if (values.once === true && values.live === true) throw new UsageError('--once and --live contradict each other');
  if (values.json === true && values.live === true)
    throw new UsageError('--json needs an end and cannot be combined with --live');
  const { chain = false, once = false, live = false, json = false } = values;
  return { mode: once ? 'once' : live ? 'live' : 'serve', json, network: chain ? 'chain' : 'relay' };
}
