/** The client's side of one preset's staking contracts, assembled. */
import type { ContractAddresses } from '../../../contract/chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { ChainError } from '../errors.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import type { AccountTransactions } from '../transactions/account-transactions.ts';
import { BenefitAddress } from './benefit-address.ts';
import type { FreeCredits } from './credits.ts';
import { Staking } from './staking.ts';
import { StakingContracts } from './staking-contracts.ts';

/** Prefix of the journal's names for transactions with abandoned contracts. */
export const LEGACY_PREFIX = 'Legacy';

export interface OpenContracts {
  readonly contracts: StakingContracts;
  readonly staking: Staking;
  readonly benefitAddress: BenefitAddress;
  readonly credits: FreeCredits;
}

export interface ContractsOptions {
  readonly rpc: ChainRpc;
  readonly transactions: AccountTransactions;
  readonly self: Hex;
  readonly clock: Clock;
  /** The final check before coins go into a stake. @throws to prevent it */
  readonly beforeStake?: (() => Promise<void>) | undefined;
}

export function openContracts(addresses: ContractAddresses, options: ContractsOptions, prefix = ''): OpenContracts {
  const { rpc, transactions, self, clock, beforeStake } = options;
  const contracts = new StakingContracts({ addresses, rpc, prefix });
  const credits = contracts.adapter.credits(addresses, rpc);
  const common = { contracts, transactions, self };
  const staking = new Staking({ ...common, credits, rpc, clock, beforeStake });
  return { contracts, staking, credits, benefitAddress: new BenefitAddress(common) };
}

/**
 * Contracts that the network has abandoned: a stake can be withdrawn from them, but none goes in. Null if there are
 * none.
 */
export function openLegacy(addresses: ContractAddresses | undefined, options: ContractsOptions): OpenContracts | null {
  if (addresses === undefined) return null;
  return openContracts(addresses, { ...options, beforeStake: rejectStaking }, LEGACY_PREFIX);
}

async function rejectStaking(): Promise<void> {
  throw new ChainError('CHAIN_BAD_ARGUMENT', 'the network has abandoned these contracts: a stake there earns nothing');
}
