/** What a host occasionally does with the chain, and the kills in the middle of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Choices } from './choices.ts';
import type { HostControl } from './host-control.ts';
import type { Killer } from './killer.ts';
import type { SoakNetwork, SoakNode } from './soak-network.ts';

export interface ActParts {
  readonly node: SoakNode;
  readonly control: HostControl;
  readonly killer: Killer;
  readonly choices: Choices;
  readonly network: SoakNetwork;
  /** Whether to kill during the act. */
  readonly kills: boolean;
  readonly isOver: () => boolean;
}

const KILL_CHANCE = 0.7;
const ROUND_MS = 15_000;
/** An interrupted act then continues by itself. */
const ROUNDS = 12;

/** @returns what was done */
export async function actOnChain(parts: ActParts): Promise<string> {
  const { control, node, choices } = parts;
  await control.until(node.name, ({ state }) => state === 'running', 30_000);
  return choices.chance(0.5) ? withdraw(parts) : leaveAndReturn(parts);
}

async function withdraw({ node, control, killer, choices, network, kills }: ActParts): Promise<string> {
  const balanceWei = network.devnet.relay.balanceWei(node.address);
  if (balanceWei < 10n) return 'withdrawal without balance';
  const amountWei = (balanceWei / 3n + 1n).toString();
  const asked = control.ask({ type: 'withdraw', node: node.name, amountWei }, 20_000);
  if (kills && choices.chance(KILL_CHANCE)) await killer.strikeInWithdrawal(node);
  const problems = await asked;
  return problems.length === 0 ? 'withdrawal' : 'withdrawal that was interrupted or refused';
}

async function leaveAndReturn(parts: ActParts): Promise<string> {
  const { node, control } = parts;
  const out = await repeatUntil(parts, 'unstake', ['stakeAct.begun', 'stakeAct.final'], ({ life }) => life === 'out');
  // Do this even at the end, because the books are checked with the node staked.
  const back = await repeatUntil(
    parts,
    'resume',
    ['stakeAct.begun', 'stakeAct.final', 'join.claimed', 'join.accepted'],
    ({ life }) => life === 'member',
  );
  if (!back) await control.until(node.name, ({ life }) => life === 'member', 60_000);
  return out && back ? 'unstake and stake' : 'unstake and stake that took too long';
}

async function repeatUntil(
  { node, control, killer, choices, kills, isOver }: ActParts,
  order: 'unstake' | 'resume',
  points: Parameters<Killer['strikeInTransaction']>[1],
  isDone: Parameters<HostControl['until']>[1],
): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    if (isOver() && order === 'unstake') return false;
    control.send({ type: order, node: node.name });
    if (kills && round === 0 && choices.chance(KILL_CHANCE)) await killer.strikeInTransaction(node, points);
    if (await control.until(node.name, isDone, ROUND_MS)) return true;
    await sleep(0);
  }
  return false;
}
