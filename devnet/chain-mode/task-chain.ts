/** The chain of a local network in mode `chain`: anvil, the task contracts, their owner. Amounts in wei. */
import type { Result, TransactionReceipt } from 'ethers';
import type { TaskChainPresetInput, TaskContractAddresses } from '../../contract/task-chain-preset.ts';
import type { Hex } from '../../protocol/hex.ts';
import { SerialQueue } from '../../protocol/serial-queue.ts';
import { type Anvil, type AnvilOptions, startAnvil } from '../chain/anvil.ts';
import { DevnetAccount } from '../chain/devnet-account.ts';
import { DEVNET_CHAIN_ID } from '../chain/devnet-chain.ts';
import { type TaskContractName, taskContractInterface } from './compiled.ts';
import { addressOfTaskContract, deployTaskContracts, TASK_OWNER_KEY, taskContractAddresses } from './deploy.ts';

/** The owner's coin before its first transaction. */
export const OWNER_WEI = 10n ** 22n;

export interface TaskChainOptions extends Omit<AnvilOptions, 'chainId'> {
  readonly chainId?: number;
}

export interface TaskContract {
  readonly address: Hex;
  /**
   * Sends a transaction and waits for its block. @throws DevnetChainError DEVNET_CHAIN_REVERTED with the contract's
   * message
   */
  send(from: DevnetAccount, fn: string, args?: readonly unknown[], valueWei?: bigint): Promise<TransactionReceipt>;
  /** At the latest block. */
  read(fn: string, ...args: readonly unknown[]): Promise<Result>;
  /** As of that block. */
  readAt(block: number, fn: string, ...args: readonly unknown[]): Promise<Result>;
}

export interface TaskChain {
  readonly anvil: Anvil;
  readonly contracts: TaskContractAddresses;
  /** Deployed the contracts; receives slashed stakes. */
  readonly owner: DevnetAccount;
  /** The `taskChain` part of a network preset for nodes of this chain. */
  readonly preset: TaskChainPresetInput;
  /** False = the chain continues from its saved state. */
  readonly isNew: boolean;
  contract(name: TaskContractName): TaskContract;
  account(privateKey: Hex): DevnetAccount;
  /** Sets the account that may report parameters and results. */
  setRelay(address: Hex): Promise<void>;
  /** For tasks created from now on. Default 180. */
  setTimeoutSeconds(seconds: number): Promise<void>;
  /** Adds to a balance, out of nothing. */
  addBalance(address: Hex, wei: bigint): Promise<void>;
  balance(address: Hex): Promise<bigint>;
  /**
   * Runs `use` with the hash of the newest block, and lets no block come before the one with the transaction to the
   * task contract that `use` sends, so that whatever depends on the parent's hash can be computed beforehand. Everybody
   * else's transactions wait in the meantime, so `use` must only send through the given function.
   */
  withPausedMining(use: (headHash: Hex, send: TaskContract['send']) => Promise<void>): Promise<void>;
  /** Mines an empty block to advance the time; never inside {@link withPausedMining}. */
  mineEmptyBlock(): Promise<void>;
  /** Sets the chain's clock forward and mines a block at the new time; never inside {@link withPausedMining}. */
  passSeconds(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** @throws DevnetChainError; nothing is left running in that case. */
export async function startTaskChain(options: TaskChainOptions): Promise<TaskChain> {
  const chainId = options.chainId ?? DEVNET_CHAIN_ID;
  const anvil = await startAnvil({ ...options, chainId });
  try {
    return await setUpChain(anvil, chainId);
  } catch (cause) {
    await anvil.stop();
    throw cause;
  }
}

async function setUpChain(anvil: Anvil, chainId: number): Promise<TaskChain> {
  const { control, url } = anvil;
  const owner = new DevnetAccount(TASK_OWNER_KEY, control);
  const contracts = taskContractAddresses();
  // A chain that continues keeps its balances to the wei.
  if ((await owner.nonce()) === 0) await control.setBalance(owner.address, OWNER_WEI);
  const isNew = await deployTaskContracts({ owner, control });

  const sendNow = (name: TaskContractName, ...[from, fn, args = [], valueWei = 0n]: Parameters<TaskContract['send']>) => {
    const data = taskContractInterface(name).encodeFunctionData(fn, args);
    return from.send({ to: addressOfTaskContract(contracts, name), data, valueWei, gasLimit: 8_000_000n });
  };
  /** One at a time: a block mined for another transaction would otherwise come between a transaction and its parent. */
  const queue = new SerialQueue();

  const contract = (name: TaskContractName): TaskContract => {
    const abi = taskContractInterface(name);
    const address = addressOfTaskContract(contracts, name);
    const readAt = async (blockTag: number | 'latest', fn: string, args: readonly unknown[]) => {
      const data = abi.encodeFunctionData(fn, args);
      return abi.decodeFunctionResult(fn, await control.provider.call({ to: address, data, blockTag }));
    };
    return {
      address,
      send: (from, fn, args, valueWei) => queue.run(() => sendNow(name, from, fn, args, valueWei)),
      read: (fn, ...args) => readAt('latest', fn, args),
      readAt: (block, fn, ...args) => readAt(block, fn, args),
    };
  };
  const withPausedMining = async (use: Parameters<TaskChain['withPausedMining']>[0]) => {
    await control.setAutomine(false);
    try {
      const head = await control.provider.getBlock('latest');
      await use((head?.hash ?? '0x') as Hex, (...call) => sendNow('VSSTask', ...call));
    } finally {
      await control.setAutomine(true);
    }
  };
  const balance = (address: Hex) => control.provider.getBalance(address);
  return {
    anvil,
    contracts,
    owner,
    preset: {
      chainId,
      rpcUrls: [url],
      contracts,
      gas: { maxFeePerGasWei: '100000000000' },
      // A single node on one machine: there are no reorganisations.
      confirmations: 1,
      pollMs: 200,
      requestsPerSecond: 100,
    },
    isNew,
    contract,
    account: (privateKey) => new DevnetAccount(privateKey, control),
    setRelay: async (address) => void (await contract('VSSTask').send(owner, 'setRelayAddress', [address])),
    setTimeoutSeconds: async (seconds) => void (await contract('VSSTask').send(owner, 'updateTimeout', [seconds])),
    addBalance: async (address, wei) => control.setBalance(address, (await balance(address)) + wei),
    balance,
    withPausedMining: (use) => queue.run(() => withPausedMining(use)),
    mineEmptyBlock: () => queue.run(() => control.mine()),
    passSeconds: (seconds) => queue.run(() => control.passSeconds(seconds)),
    stop: anvil.stop,
  };
}
