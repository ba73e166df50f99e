/** Ends of transactions as a caller wants them: done, or a coded error that says what became of it. */
import { ChainError } from '../errors.ts';
import type { AccountTransactions, Patience } from '../transactions/account-transactions.ts';
import type { Inclusion, Intent, Outcome } from '../transactions/intent.ts';

/** @throws ChainError CHAIN_REVERTED, CHAIN_REFUSED, CHAIN_NONCE_TAKEN */
export function requireSuccess(outcome: Outcome): Inclusion {
  switch (outcome.kind) {
    case 'succeeded':
      return outcome.inclusion;
    case 'reverted':
      throw new ChainError('CHAIN_REVERTED', outcome.reason, { reason: outcome.reason, hash: outcome.inclusion.hash });
    case 'refused':
      throw new ChainError('CHAIN_REFUSED', outcome.reason, { rpcMessage: outcome.reason });
    case 'lost':
      throw new ChainError('CHAIN_NONCE_TAKEN', 'another transaction of this key took the place of ours');
  }
}

/** How an act is asked for. The id makes it one act, however often it is asked for and whatever happens in between. */
export interface Act extends Patience {
  readonly id: string;
}

/**
 * Goes on with the act if it is under way; otherwise works it out from the chain's present state and submits it.
 * @param plan gives null when there is nothing to do. @returns null then
 */
export async function perform(
  transactions: AccountTransactions,
  { id, ...patience }: Act,
  plan: () => Promise<Intent | null>,
): Promise<Inclusion | null> {
  const resumed = await transactions.resume(id, patience);
  if (resumed !== null) return requireSuccess(resumed);
  const intent = await plan();
  return intent === null ? null : requireSuccess(await transactions.submit(intent, patience));
}
