/** One line per step of a task, as it happens. */

import { z } from 'zod';
import type { ChainEvent } from '../devnet/chain-mode/chain-view.ts';
import { shortHex } from '../devnet/network-view.ts';
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

/** Steps for which a relay has no event. */
const STATE_ON_CHAIN: Readonly<Record<string, string>> = { TaskQueued: 'Queued' };

const argsSchema = z.object({ selected_node: z.string().optional(), score: z.string().optional() });

export interface ProgressContext {
  /** Titles by commitment. */
  readonly titles: ReadonlyMap<string, string>;
  /** Names by lower-case address. */
  readonly names: ReadonlyMap<string, string>;
  readonly elapsedMs: number;
}

interface Step {
  readonly state: string;
  readonly commitment: string;
  readonly node?: string | undefined;
  readonly score?: string | undefined;
}

/** Null for an event that contains nothing new for a person. */
export function progressLine(event: RelayEvent, context: ProgressContext): string | null {
  if (event.type === 'NodeJoin') return nodeLine(event.nodeAddress, 'joined the network', context);
  if (event.type === 'NodeSlashed') return nodeLine(event.nodeAddress, SLASHED, context);
  if (event.type === 'NodeQuit') return nodeLine(event.nodeAddress, 'left the network', context);
  const state = STATE_OF_EVENT[event.type];
  if (state === undefined || event.commitment === null) return null;
  const { selected_node: node, score } = parseWireJson(argsSchema, event.args, event.type);
  return stepLine({ state, commitment: event.commitment, node, score }, context);
}

/** Like {@link progressLine}, for an event of the contracts. */
export function chainProgressLine({ name, commitment, node, score }: ChainEvent, context: ProgressContext): string | null {
  if (name === 'NodeSlashed') return nodeLine(node ?? '', SLASHED, context);
  if (name === 'NodeKickedOut') return nodeLine(node ?? '', 'was kicked out, with its stake', context);
  const state = STATE_OF_EVENT[name] ?? STATE_ON_CHAIN[name];
  if (state === undefined || commitment === null) return null;
  return stepLine({ state, commitment, node: node ?? undefined, score: score ?? undefined }, context);
}

const SLASHED = 'was slashed: its stake is lost';
const timeOf = (elapsedMs: number) => `${(elapsedMs / 1000).toFixed(1).padStart(6)} s`;
const nameOf = (address: string, { names }: ProgressContext) => names.get(address.toLowerCase()) ?? shortHex(address);

function nodeLine(address: string, what: string, context: ProgressContext): string {
  return `${timeOf(context.elapsedMs)}  ${nameOf(address, context)} ${what}`;
}

function stepLine({ state, commitment, node, score }: Step, context: ProgressContext): string {
  const line = [
    timeOf(context.elapsedMs),
    shortHex(commitment),
    (context.titles.get(commitment) ?? '').padEnd(18),
    state.padEnd(15),
    node === undefined ? '' : nameOf(node, context).padEnd(9),
  ];
  if (score !== undefined) line.push(`score ${shortHex(score)}`);
  return line.join('  ').trimEnd();
}
