/** Where a node is between "not in the network, no stake" and "takes tasks", and back. Amounts are decimal wei strings. */
import { z } from 'zod';
import { weiText } from '../protocol/wire/fields.ts';

export const lifeViewSchema = z.discriminatedUnion('kind', [
  /** The checks before a start are running, or wait for the engine. */
  z.object({ kind: z.literal('checking') }),
  /** The checks currently forbid the start and are repeated from time to time; the node's `preflight` shows which. */
  z.object({ kind: z.literal('notCleared') }),
  /** Adjusting the stake to the required amount. `transaction`: null = none was sent yet. */
  z.object({ kind: z.literal('staking'), targetWei: weiText, transaction: z.string().nullable() }),
  /** An earlier stake is being returned; the node stakes again when it has arrived. */
  z.object({ kind: z.literal('awaitingStake') }),
  z.object({ kind: z.literal('joining') }),
  z.object({ kind: z.literal('member') }),
  /** Removed by the network. `rejoinsMs`: when it rejoins automatically; null = only if the host resumes it. */
  z.object({ kind: z.literal('barred'), why: z.enum(['slashed', 'kickedOut']), rejoinsMs: z.number().nullable() }),
  /** The network no longer lists the node, without a reason. */
  z.object({ kind: z.literal('dropped') }),
  /** Requests the stake back and quits, after the current task. */
  z.object({ kind: z.literal('leaving'), transaction: z.string().nullable() }),
  /**
   * Out of the network; the relay returns the stake. From `forceFromMs` (chain time), the host can withdraw it without
   * the relay: money procedure `prepareChainAct` with `forceUnstake`.
   */
  z.object({ kind: z.literal('returning'), forceFromMs: z.number() }),
  /** Not in the network. */
  z.object({ kind: z.literal('out') }),
]);
export type LifeView = z.output<typeof lifeViewSchema>;
export type LifeKind = LifeView['kind'];

/** The recorded last messages of the network about a node. */
export const lastWordSchema = z.object({
  /** Why it must not rejoin by itself: it was slashed or kicked out. */
  barred: z.enum(['slashed', 'kickedOut']).nullable(),
  /** At the relay; null = never read, or the network keeps no accounts. */
  relayBalance: z.object({ wei: weiText, readMs: z.number() }).nullable(),
});
export type LastWord = z.output<typeof lastWordSchema>;

/** The node's stake in the staking contract, as last read. */
export const chainStakeSchema = z.object({
  status: z.enum(['Unstaked', 'Staked', 'PendingUnstaked']),
  balanceWei: weiText,
  creditsWei: weiText,
  readMs: z.number(),
  /**
   * What the network has announced about this node while the chain still shows the stake as staked: the amounts are
   * outdated until the chain has followed.
   */
  doubt: z.enum(['slashed', 'kickedOut']).nullable(),
});
export type ChainStakeView = z.output<typeof chainStakeSchema>;
