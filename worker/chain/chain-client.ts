/** A node's view of its chain, assembled: endpoints, journal, account, contracts. */
import type { DatabaseSync } from 'node:sqlite';
import type { ChainLink, ChainPreset } from '../../contract/chain-preset.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { Signer } from '../kit/signer.ts';
import type { Traffic } from '../kit/traffic.ts';
import type { Log } from '../log.ts';
import { environmentPolicy, OutboundDispatcher } from '../outbound/outbound-dispatcher.ts';
import type { ProxyPolicy } from '../outbound/proxy-policy.ts';
import type { BenefitAddress } from './contracts/benefit-address.ts';
import type { FreeCredits } from './contracts/credits.ts';
import { DelegatedStaking } from './contracts/delegated-staking.ts';
import { type OpenContracts, openContracts, openLegacy } from './contracts/open-contracts.ts';
import type { Staking } from './contracts/staking.ts';
import { AGENT_OPTIONS, RpcEndpoint } from './rpc/endpoint.ts';
import { StoredIdentities } from './rpc/identities.ts';
import type { ChainRpc } from './rpc/methods.ts';
import { RateLimit } from './rpc/rate-limit.ts';
import { RpcPool } from './rpc/rpc-pool.ts';
import { AccountTransactions } from './transactions/account-transactions.ts';
import { TransactionJournal } from './transactions/journal.ts';

export interface ChainClientOptions {
  readonly preset: ChainPreset;
  readonly signer: Signer;
  /**
   * The node's store; its schema contains CHAIN_TABLES. It must use synchronous = FULL, or a power cut can lose a
   * record.
   */
  readonly db: DatabaseSync;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The final check before coins go into a stake. @throws to prevent it */
  readonly beforeStake?: (() => Promise<void>) | undefined;
  /** Omitted: as the environment says. */
  readonly proxies?: ProxyPolicy | undefined;
  readonly traffic?: Traffic | undefined;
}

export interface ChainClient {
  readonly address: Hex;
  readonly rpc: ChainRpc;
  readonly journal: TransactionJournal;
  readonly transactions: AccountTransactions;
  readonly staking: Staking;
  readonly credits: FreeCredits;
  /** A stake in contracts that the network has abandoned; null if there are no such contracts. */
  readonly legacy: Pick<OpenContracts, 'staking' | 'benefitAddress' | 'credits'> | null;
  readonly benefitAddress: BenefitAddress;
  readonly delegatedStaking: DelegatedStaking;
  /** Coins of this account, in wei. */
  balanceWei(): Promise<bigint>;
  /** Follows open transactions until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The endpoints of a preset combined, without an account. */
export function openEndpoints(
  options: Omit<ChainClientOptions, 'preset' | 'signer' | 'beforeStake'> & { readonly preset: ChainLink },
): {
  readonly rpc: ChainRpc;
  close(): Promise<void>;
} {
  const { preset, db, clock, random, log, proxies = environmentPolicy(), traffic } = options;
  const agent = new OutboundDispatcher({ policy: proxies, agent: AGENT_OPTIONS });
  const perSecond = preset.requestsPerSecond;
  const endpoints = preset.rpcUrls.map((url) => {
    const limit = new RateLimit({ clock, perSecond, burst: Math.max(1, Math.floor(perSecond / 2)) });
    return new RpcEndpoint({ url, agent, clock, timeoutMs: preset.requestTimeoutMs, limit, traffic });
  });
  const identities = new StoredIdentities(db);
  const rpc = new RpcPool({ endpoints, chainId: preset.chainId, identities, clock, random, log });
  return { rpc, close: () => agent.destroy() };
}

/** Opens no connection until the first request. */
export function createChainClient(options: ChainClientOptions): ChainClient {
  const { preset, signer, db, clock, log, beforeStake } = options;
  const { rpc, close } = openEndpoints(options);
  const journal = new TransactionJournal(db);
  const transactions = new AccountTransactions({ rpc, journal, signer, preset, clock, log });
  const self = signer.address;
  const common = { rpc, transactions, self, clock, beforeStake };
  const { contracts, credits, staking, benefitAddress } = openContracts(preset.contracts, common);
  return {
    address: self,
    rpc,
    journal,
    transactions,
    credits,
    staking,
    benefitAddress,
    delegatedStaking: new DelegatedStaking({ contracts, transactions, self }),
    legacy: openLegacy(preset.legacyContracts, common),
    balanceWei: () => rpc.call('eth_getBalance', [self, 'latest']),
    run: (signal) => transactions.run(signal),
    close,
  };
}
