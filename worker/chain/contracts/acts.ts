/** Turns the outcome of a transaction into what a caller needs: success, or a coded error. */
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

/** The parameters of an act. The ID makes it one act, however often it is requested and whatever happens in between. */
export interface Act extends Patience {
  readonly id: string;
}

/**
 * Continues the act if it is pending; otherwise plans it from the chain's current state and submits it.
 * @param plan returns null if there is nothing to do.
 * @returns null in that case
 */
export async function submitOrResume(
  transactions: AccountTransactions,
  { id, ...patience }: Act,
  plan: () => Promise<Intent | null>,
): Promise<Inclusion | null> {
  const resumed = await transactions.resume(id, patience);
  if (resumed !== null) return requireSuccess(resumed);
  const intent = await plan();
  return intent === null ? null : requireSuccess(await transactions.submit(intent, patience));
}
