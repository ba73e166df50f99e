/** A node's view of its chain, put together: endpoints, journal, account, contracts. */
import type { DatabaseSync } from 'node:sqlite';
import { Agent } from 'undici';
import type { ChainPreset } from '../../contract/chain-preset.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { Log } from '../log.ts';
import { BenefitAddress } from './contracts/benefit-address.ts';
import { Contract, type ContractName } from './contracts/contract.ts';
import { Credits } from './contracts/credits.ts';
import { DelegatedStaking } from './contracts/delegated-staking.ts';
import { Staking } from './contracts/staking.ts';
import { AGENT_OPTIONS, RpcEndpoint } from './rpc/endpoint.ts';
import { StoredIdentities } from './rpc/identities.ts';
import type { ChainRpc } from './rpc/methods.ts';
import { RateLimit } from './rpc/rate-limit.ts';
import { RpcPool } from './rpc/rpc-pool.ts';
import { AccountTransactions } from './transactions/account-transactions.ts';
import { TransactionJournal } from './transactions/journal.ts';
import { createSigner } from './transactions/signer.ts';

export interface ChainClientOptions {
  readonly preset: ChainPreset;
  readonly privateKey: Hex;
  /** The node's store; its schema contains CHAIN_TABLES. Synchronous = FULL, or a power cut can lose a record. */
  readonly db: DatabaseSync;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface ChainClient {
  readonly address: Hex;
  readonly rpc: ChainRpc;
  readonly journal: TransactionJournal;
  readonly transactions: AccountTransactions;
  readonly staking: Staking;
  readonly credits: Credits;
  readonly benefitAddress: BenefitAddress;
  readonly delegatedStaking: DelegatedStaking;
  /** Coin of this account, in wei. */
  balanceWei(): Promise<bigint>;
  /** Follows open transactions up until the signal comes. */
  run(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The endpoints of a preset as one, without an account. */
export function openEndpoints({ preset, db, clock, random, log }: Omit<ChainClientOptions, 'privateKey'>): {
  readonly rpc: ChainRpc;
  close(): Promise<void>;
} {
  const agent = new Agent(AGENT_OPTIONS);
  const perSecond = preset.requestsPerSecond;
  const endpoints = preset.rpcUrls.map((url) => {
    const limit = new RateLimit({ clock, perSecond, burst: Math.max(1, Math.floor(perSecond / 2)) });
    return new RpcEndpoint({ url, agent, clock, timeoutMs: preset.requestTimeoutMs, limit });
  });
  const identities = new StoredIdentities(db);
  const rpc = new RpcPool({ endpoints, chainId: preset.chainId, identities, clock, random, log });
  return { rpc, close: () => agent.destroy() };
}

/** Opens nothing yet: the first request does. */
export function createChainClient(options: ChainClientOptions): ChainClient {
  const { preset, privateKey, db, clock, log } = options;
  const { rpc, close } = openEndpoints(options);
  const signer = createSigner(privateKey);
  const journal = new TransactionJournal(db);
  const transactions = new AccountTransactions({ rpc, journal, signer, preset, clock, log });
  const contract = (name: ContractName, address: Hex) => new Contract({ name, address, rpc });
  const { contracts } = preset;
  const credits = new Credits(contract('Credits', contracts.credits));
  const self = signer.address;
  return {
    address: self,
    rpc,
    journal,
    transactions,
    credits,
    staking: new Staking({ contract: contract('NodeStaking', contracts.nodeStaking), credits, rpc, transactions, self, clock }),
    benefitAddress: new BenefitAddress({
      contract: contract('BenefitAddress', contracts.benefitAddress),
      transactions,
      self,
    }),
    delegatedStaking: new DelegatedStaking({
      contract: contract('DelegatedStaking', contracts.delegatedStaking),
      transactions,
      self,
    }),
    balanceWei: () => rpc.call('eth_getBalance', [self, 'latest']),
    run: (signal) => transactions.run(signal),
    close,
  };
}
