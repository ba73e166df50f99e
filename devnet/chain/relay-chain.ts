/**
 * The chain as the relay uses it: what it reads, what it does as admin, and the events it follows. Source:
 * RELAY_PROTOCOL 3.3.3, 4.8, 4.10. Amounts in wei.
 */
import { type Interface, type Log, type Result, ZeroAddress } from 'ethers';
import type { ContractAddresses } from '../../contract/chain-preset.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { AnvilControl } from './anvil-control.ts';
import { contractInterface } from './compiled.ts';
import type { DevnetAccount } from './devnet-account.ts';

/** Blocks per pass. */
const SCAN_BLOCKS = 11;
/** Delegations per call. */
const PAGE = 100;

const STATUSES = ['Unstaked', 'Staked', 'PendingUnstaked'] as const;

export interface ChainStake {
  readonly status: (typeof STATUSES)[number];
  readonly balanceWei: bigint;
  readonly creditsWei: bigint;
}

type EventBody =
  /** New totals, not changes. */
  | { readonly kind: 'nodeStaked'; readonly node: Hex; readonly balanceWei: bigint; readonly creditsWei: bigint }
  | { readonly kind: 'nodeTryUnstaked'; readonly node: Hex }
  | { readonly kind: 'nodeUnstaked'; readonly node: Hex; readonly balanceWei: bigint; readonly creditsWei: bigint }
  | { readonly kind: 'nodeSlashed'; readonly node: Hex; readonly balanceWei: bigint; readonly creditsWei: bigint }
  /** New total of this delegator on this node; 0 after an unstake or a slash. */
  | {
      readonly kind: 'delegation';
      readonly delegator: Hex;
      readonly node: Hex;
      readonly stakeWei: bigint;
      readonly slashed?: boolean;
    }
  /** A share of 0 closes the node; its delegations stay. */
  | { readonly kind: 'delegatorShare'; readonly node: Hex; readonly share: number }
  /** Coin sent to the relay's own address. */
  | { readonly kind: 'deposit'; readonly from: Hex; readonly wei: bigint };

export type ChainEvent = EventBody & { readonly block: number; readonly timeMs: number; readonly hash: Hex };

export class RelayChain {
  readonly #account: DevnetAccount;
  readonly #control: AnvilControl;
  readonly #contracts: ContractAddresses;
  /** Saves durably what has happened on the chain so far. */
  readonly save: () => Promise<void>;

  /** @param options `account`: the admin of both staking contracts. */
  constructor(options: {
    account: DevnetAccount;
    control: AnvilControl;
    contracts: ContractAddresses;
    save?: () => Promise<void>;
  }) {
    this.#account = options.account;
    this.#control = options.control;
    this.#contracts = options.contracts;
    this.save = options.save ?? (() => Promise.resolve());
  }

  async stake(node: Hex): Promise<ChainStake> {
    const [info] = await this.#read('NodeStaking', 'getStakingInfo', node);
    const { status, stakedBalance, stakedCredits = 0n } = info.toObject();
    return { status: STATUSES[Number(status)] ?? 'Unstaked', balanceWei: stakedBalance, creditsWei: stakedCredits };
  }

  /** Null = not set. */
  async benefitAddress(node: Hex): Promise<Hex | null> {
    const [address] = await this.#read('BenefitAddress', 'getBenefitAddress', node);
    return address === ZeroAddress ? null : address;
  }

  async delegatorShare(node: Hex): Promise<number> {
    return Number((await this.#read('DelegatedStaking', 'getNodeDelegatorShare', node))[0]);
  }

  async delegations(node: Hex): Promise<Map<Hex, bigint>> {
    const found = new Map<Hex, bigint>();
    for (let page = 1; ; page++) {
      const [delegators, stakes] = await this.#read('DelegatedStaking', 'getNodeStakingInfos', node, page, PAGE);
      for (const [index, delegator] of delegators.entries()) found.set(delegator, stakes[index]);
      if (delegators.length < PAGE) return found;
    }
  }

  /** Returns a stake. @returns the transaction. @throws DevnetChainError DEVNET_CHAIN_REVERTED */
  unstake(node: Hex): Promise<Hex> {
    return this.#send('NodeStaking', 'unstake', node);
  }

  /** Takes a stake away; delegations are slashed separately. @throws as {@link unstake} */
  slashStaking(node: Hex): Promise<Hex> {
    return this.#send('NodeStaking', 'slashStaking', node);
  }

  /** Takes away every delegation to the node, one page per transaction. @throws as {@link unstake} */
  async slashDelegations(node: Hex): Promise<Hex[]> {
    const delegators = [...(await this.delegations(node)).keys()];
    const sent: Hex[] = [];
    for (let start = 0; start < delegators.length; start += PAGE) {
      sent.push(await this.#send('DelegatedStaking', 'slashNodeDelegations', node, delegators.slice(start, start + PAGE)));
    }
    return sent;
  }

  /** Sends coin from the relay's account. @param onSigned Called with the hash before the transaction is sent. */
  async pay(to: Hex, wei: bigint, onSigned: (hash: Hex) => void): Promise<Hex> {
    const receipt = await this.#account.send({ to, data: '0x', valueWei: wei }, { onSigned });
    return receipt.hash as Hex;
  }

  /** The outcome of a transaction; `unknown` = the chain has never seen it. */
  async transactionState(hash: Hex): Promise<'mined' | 'waiting' | 'unknown'> {
    const { provider } = this.#control;
    if ((await provider.getTransactionReceipt(hash)) !== null) return 'mined';
    return (await provider.getTransaction(hash)) === null ? 'unknown' : 'waiting';
  }

  /** Null = the chain has no such block (yet). */
  async blockHash(number: number): Promise<Hex | null> {
    return ((await this.#control.provider.getBlock(number))?.hash ?? null) as Hex | null;
  }

  /** The events of at most eleven blocks starting at `fromBlock`, in order, and where to continue next time. */
  async scan(fromBlock: number): Promise<{ readonly events: readonly ChainEvent[]; readonly nextBlock: number }> {
    const { provider } = this.#control;
    const head = await provider.getBlockNumber();
    if (head < fromBlock) return { events: [], nextBlock: fromBlock };
    const toBlock = Math.min(head, fromBlock + SCAN_BLOCKS - 1);
    const address = [this.#contracts.nodeStaking, this.#contracts.delegatedStaking];
    const events: ChainEvent[] = [];
    const logs = await provider.getLogs({ address, fromBlock, toBlock });
    for (let number = fromBlock; number <= toBlock; number++) {
      const block = await provider.getBlock(number, true);
      const position = { block: number, timeMs: (block?.timestamp ?? 0) * 1000 };
      for (const { from, to, value, hash } of block?.prefetchedTransactions ?? []) {
        if (to !== this.#account.address || value === 0n) continue;
        events.push({ kind: 'deposit', from: from as Hex, wei: value, ...position, hash: hash as Hex });
      }
      for (const log of logs.filter(({ blockNumber }) => blockNumber === number)) {
        const body = this.#event(log);
        if (body !== null) events.push({ ...body, ...position, hash: log.transactionHash as Hex });
      }
    }
    return { events, nextBlock: toBlock + 1 };
  }

  /** By contract first, because the same topic can mean different things in two contracts (CHAIN_PROTOCOL 7.2). */
  #event(log: Log): EventBody | null {
    const isStaking = log.address === this.#contracts.nodeStaking;
    const event = this.#interfaceOf(isStaking ? 'NodeStaking' : 'DelegatedStaking').parseLog(log);
    if (event === null) return null;
    const { name, args } = event;
    return isStaking ? nodeEvent(name, args) : delegationEvent(name, args);
  }

  async #read(contract: CalledContract, fn: string, ...args: readonly unknown[]): Promise<Result> {
    const abi = this.#interfaceOf(contract);
    const call = { to: this.#addressOf(contract), data: abi.encodeFunctionData(fn, args) };
    return abi.decodeFunctionResult(fn, await this.#control.provider.call(call));
  }

  async #send(contract: CalledContract, fn: string, ...args: readonly unknown[]): Promise<Hex> {
    const receipt = await this.#account.call(this.#addressOf(contract), this.#interfaceOf(contract), fn, args);
    return receipt.hash as Hex;
  }

  #interfaceOf(contract: CalledContract): Interface {
    return contractInterface(this.#contracts.generation, contract);
  }

  #addressOf(contract: CalledContract): Hex {
    const { nodeStaking, delegatedStaking, benefitAddress } = this.#contracts;
    return { NodeStaking: nodeStaking, DelegatedStaking: delegatedStaking, BenefitAddress: benefitAddress }[contract];
  }
}

type CalledContract = 'NodeStaking' | 'DelegatedStaking' | 'BenefitAddress';

const NODE_EVENTS: Readonly<Record<string, 'nodeStaked' | 'nodeUnstaked' | 'nodeSlashed'>> = {
  NodeStaked: 'nodeStaked',
  NodeUnstaked: 'nodeUnstaked',
  NodeSlashed: 'nodeSlashed',
};

function nodeEvent(name: string, args: Result): EventBody | null {
  const { nodeAddress: node, stakedBalance, stakedCredits = 0n } = args.toObject();
  if (name === 'NodeTryUnstaked') return { kind: 'nodeTryUnstaked', node };
  const kind = NODE_EVENTS[name];
  return kind === undefined ? null : { kind, node, balanceWei: stakedBalance, creditsWei: stakedCredits };
}

function delegationEvent(name: string, args: Result): EventBody | null {
  if (name === 'NodeDelegatorShareChanged') return { kind: 'delegatorShare', node: args[0], share: Number(args[1]) };
  const [delegator, node, amount] = args;
  if (name === 'DelegatorStaked') return { kind: 'delegation', delegator, node, stakeWei: amount };
  if (name === 'DelegatorUnstaked') return { kind: 'delegation', delegator, node, stakeWei: 0n };
  if (name === 'DelegatorSlashed') return { kind: 'delegation', delegator, node, stakeWei: 0n, slashed: true };
  return null;
}
