/** One line per step of a task, as it happens. */

import { z } from 'zod';
import { shortHex } from '../devnet/short-hex.ts';
import type { RelayEvent } from '../protocol/wire/event.ts';
import { parseWireJson } from '../protocol/wire/parse.ts';

const STATE_OF_EVENT: Readonly<Record<string, string>> = {
  TaskStarted: 'Started',
  TaskScoreReady: 'ScoreReady',
  TaskErrorReported: 'ErrorReported',
  TaskValidated: 'Validated',
  TaskEndInvalidated: 'EndInvalidated',
  TaskEndGroupRefund: 'EndGroupRefund',
  TaskEndSuccess: 'EndSuccess',
  TaskEndGroupSuccess: 'EndGroupSuccess',
  TaskEndAborted: 'EndAborted',
};

const argsSchema = z.object({ selected_node: z.string().optional(), score: z.string().optional() });

export interface ProgressContext {
  /** Titles by commitment. */
  readonly titles: ReadonlyMap<string, string>;
  /** Names by lower-case address. */
  readonly names: ReadonlyMap<string, string>;
  readonly elapsedMs: number;
}

/** Null for an event that says nothing new to a person. */
export function progressLine(event: RelayEvent, { titles, names, elapsedMs }: ProgressContext): string | null {
  const time = `${(elapsedMs / 1000).toFixed(1).padStart(6)} s`;
  const nameOf = (address: string) => names.get(address.toLowerCase()) ?? shortHex(address);
  if (event.type === 'NodeJoin') return `${time}  ${nameOf(event.nodeAddress)} joined the network`;
  if (event.type === 'NodeSlashed') return `${time}  ${nameOf(event.nodeAddress)} was slashed: its stake is gone`;
  if (event.type === 'NodeQuit') return `${time}  ${nameOf(event.nodeAddress)} left the network`;
  const state = STATE_OF_EVENT[event.type];
  if (state === undefined || event.commitment === null) return null;
  const { selected_node: node, score } = parseWireJson(argsSchema, event.args, event.type);
  const title = titles.get(event.commitment) ?? '';
  const line = [
    time,
    shortHex(event.commitment),
    title.padEnd(18),
    state.padEnd(15),
    node === undefined ? '' : nameOf(node).padEnd(9),
  ];
  if (score !== undefined) line.push(`score ${shortHex(score)}`);
  return line.join('  ').trimEnd();
}
