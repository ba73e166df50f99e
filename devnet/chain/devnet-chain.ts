/** The devnet's chain as one object: anvil, contracts, roles, funded accounts. */
import { type Interface, Wallet, ZeroAddress } from 'ethers';
import type { ChainPresetInput, ContractAddresses, StakingGeneration } from '../../contract/chain-preset.ts';
import type { Hex } from '../../protocol/hex.ts';
import { type Anvil, type AnvilOptions, startAnvil } from './anvil.ts';
import type { AnvilControl } from './anvil-control.ts';
import type { ContractName } from './compiled.ts';
import { contractInterface } from './compiled.ts';
import { DEPLOYER_KEYS, deployContracts, devnetContracts, OBSERVER } from './deploy.ts';
import { DevnetAccount } from './devnet-account.ts';
import { DevnetChainError } from './errors.ts';

export const DEVNET_CHAIN_ID = 7411;
const DEPLOYER_WEI = 10n ** 24n;
/** Gas money for a transaction on behalf of another account. */
const GAS_WEI = 10n ** 16n;

interface Balance {
  readonly address: Hex;
  readonly wei: bigint;
}

export interface DevnetChainOptions extends Omit<AnvilOptions, 'chainId'> {
  readonly chainId?: number;
  /**
   * Generation of the staking contracts; default: that of the saved chain, or C26 for a new one, as on the public
   * networks.
   */
  readonly generation?: StakingGeneration | undefined;
  /** Adds older contracts, as if the network had moved away from them. */
  readonly hasLegacy?: boolean | undefined;
  /** The relay's account: admin of NodeStaking and DelegatedStaking. */
  readonly relayAddress: Hex;
  /** Given when the chain is new; a chain that continues keeps its balances. */
  readonly balances?: readonly Balance[];
  /** Minimum of NodeStaking and DelegatedStaking; default 400 CNX each. */
  readonly minStakeWei?: bigint;
  /** Default 1800. */
  readonly forceUnstakeDelaySeconds?: number;
}

export interface DevnetChain {
  readonly anvil: Anvil;
  readonly contracts: ContractAddresses;
  /** Null = the network has not moved away from any. */
  readonly legacy: ContractAddresses | null;
  /** The interface of a contract of this chain. */
  interfaceOf(name: ContractName): Interface;
  /** The `chain` part of a network preset for nodes of this devnet. */
  readonly preset: ChainPresetInput;
  /** False = the chain continues from its saved state. */
  readonly isNew: boolean;
  /** Adds to a balance, out of nothing. */
  addBalance(address: Hex, wei: bigint): Promise<void>;
  /** Coin in the account and in its stake. */
  fundsOf(address: Hex): Promise<{ readonly walletWei: bigint; readonly stakedWei: bigint }>;
  /**
   * Creates credits for staking, in wei. @throws DevnetChainError DEVNET_CHAIN_NO_CREDITS if the contracts have none
   */
  createCredits(address: Hex, wei: bigint): Promise<void>;
  setMinStake(wei: bigint): Promise<void>;
  /** Pauses or resumes all stake changes. @throws DevnetChainError if the contracts cannot be paused */
  pause(paused: boolean): Promise<void>;
  /**
   * Sets the stake of an account that cannot do so itself to `wei`, with coin out of nothing; its key is not needed.
   * @throws DevnetChainError DEVNET_CHAIN_REVERTED
   */
  stakeFor(address: Hex, wei: bigint): Promise<void>;
  /** Like {@link stakeFor}, for a node's delegator share in percent. */
  setDelegatorShareFor(node: Hex, percent: number): Promise<void>;
  /** Like {@link stakeFor}: sets a delegation to `wei`. */
  delegateFor(delegator: Hex, node: Hex, wei: bigint): Promise<void>;
  /** Transfers the admin role of both staking contracts to another account. */
  setRelay(address: Hex): Promise<void>;
  /** Resolves when everything so far is saved durably. Does nothing without a state file. */
  save(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws DevnetChainError; nothing is left running in that case. */
export async function startDevnetChain(options: DevnetChainOptions): Promise<DevnetChain> {
  const chainId = options.chainId ?? DEVNET_CHAIN_ID;
  const anvil = await startAnvil({ ...options, chainId });
  try {
    return await setUpChain(anvil, chainId, options);
  } catch (cause) {
    await anvil.stop();
    throw cause;
  }
}

async function setUpChain(anvil: Anvil, chainId: number, options: DevnetChainOptions): Promise<DevnetChain> {
  const { control } = anvil;
  const generation = options.generation ?? (await savedGeneration(control)) ?? 'C26';
  const contracts = devnetContracts(generation);
  const interfaceOf = (name: ContractName) => contractInterface(generation, name);
  const [staking, delegated] = [interfaceOf('NodeStaking'), interfaceOf('DelegatedStaking')];
  const deployer = new DevnetAccount(DEPLOYER_KEYS[generation], control);
  const legacy = options.hasLegacy === true && generation !== 'J26' ? devnetContracts('J26') : null;

  const addBalance = async (address: Hex, wei: bigint) => {
    await control.setBalance(address, (await control.provider.getBalance(address)) + wei);
  };
  const setMinStake = async (wei: bigint) => {
    await deployer.call(contracts.nodeStaking, staking, 'setMinStakeAmount', [wei]);
    await deployer.call(contracts.delegatedStaking, delegated, 'setMinStakeAmount', [wei]);
  };

  const setRelay = async (relay: Hex) => {
    await deployer.call(contracts.nodeStaking, staking, 'setAdminAddress', [relay]);
    await deployer.call(contracts.delegatedStaking, delegated, 'setAdminAddress', [relay]);
  };

  const sendAs = async (from: Hex, call: { to: Hex; abi: Interface; fn: string; args: readonly unknown[]; valueWei: bigint }) => {
    const { to, abi, fn, args, valueWei } = call;
    await addBalance(from, valueWei + GAS_WEI);
    try {
      await control.sendAs(from, { to, data: abi.encodeFunctionData(fn, args), valueWei });
    } catch (cause) {
      throw new DevnetChainError('DEVNET_CHAIN_REVERTED', `${fn} for ${from}: ${reasonOf(cause)}`, { from }, { cause });
    }
  };
  const read = async (to: Hex, abi: Interface, fn: string, ...args: readonly unknown[]) =>
    abi.decodeFunctionResult(fn, await control.provider.call({ to, data: abi.encodeFunctionData(fn, args) }));

  const stakeOf = async (address: Hex) => (await read(contracts.nodeStaking, staking, 'getStakingInfo', address))[0].toObject();

  await control.setBalance(deployer.address, DEPLOYER_WEI);
  const isNew = await deployContracts({ generation, deployer, control });
  if (legacy !== null) {
    const formerDeployer = new DevnetAccount(DEPLOYER_KEYS.J26, control);
    await control.setBalance(formerDeployer.address, DEPLOYER_WEI);
    await deployContracts({ generation: 'J26', deployer: formerDeployer, control });
  }
  if (isNew) for (const { address, wei } of options.balances ?? []) await addBalance(address, wei);
  await setRelay(options.relayAddress);
  if (options.minStakeWei !== undefined) await setMinStake(options.minStakeWei);
  if (options.forceUnstakeDelaySeconds !== undefined) {
    await deployer.call(contracts.nodeStaking, staking, 'setForceUnstakeDelay', [options.forceUnstakeDelaySeconds]);
  }

  return {
    anvil,
    contracts,
    legacy,
    interfaceOf,
    preset: {
      chainId,
      rpcUrls: [anvil.url],
      contracts,
      ...(legacy === null ? {} : { legacyContracts: legacy }),
      gas: { maxFeePerGasWei: '100000000000' },
      // A single node on one machine: there are no reorganisations, and without a block time no block follows another.
      confirmations: 1,
      pollMs: 200,
      requestsPerSecond: 100,
    },
    isNew,
    addBalance,
    async fundsOf(address) {
      const { stakedBalance } = await stakeOf(address);
      return { walletWei: await control.provider.getBalance(address), stakedWei: stakedBalance };
    },
    setMinStake,
    async pause(paused) {
      if (generation !== 'C26') throw new DevnetChainError('DEVNET_CHAIN_REVERTED', `generation ${generation} has no observer`);
      const observer = paused ? ZeroAddress : OBSERVER;
      await deployer.call(contracts.nodeStaking, staking, 'setObserver', [observer]);
      await deployer.call(contracts.delegatedStaking, delegated, 'setObserver', [observer]);
    },
    async stakeFor(address, wei) {
      const { stakedBalance, stakedCredits = 0n } = await stakeOf(address);
      const missingWei = wei - stakedBalance - stakedCredits;
      if (missingWei === 0n) return;
      const freeCreditsWei =
        'credits' in contracts ? (await read(contracts.credits, interfaceOf('Credits'), 'getCredits', address))[0] : 0n;
      const valueWei = missingWei > freeCreditsWei ? missingWei - freeCreditsWei : 0n;
      await sendAs(address, { to: contracts.nodeStaking, abi: staking, fn: 'stake', args: [wei], valueWei });
    },
    async setDelegatorShareFor(node, percent) {
      await sendAs(node, {
        to: contracts.delegatedStaking,
        abi: delegated,
        fn: 'setDelegatorShare',
        args: [percent],
        valueWei: 0n,
      });
    },
    async delegateFor(delegator, node, wei) {
      const [presentWei] = await read(contracts.delegatedStaking, delegated, 'getDelegationStakingAmount', delegator, node);
      const valueWei = wei > presentWei ? wei - presentWei : 0n;
      await sendAs(delegator, { to: contracts.delegatedStaking, abi: delegated, fn: 'stake', args: [node, wei], valueWei });
    },
    setRelay,
    async createCredits(address, wei) {
      if (!('credits' in contracts))
        throw new DevnetChainError('DEVNET_CHAIN_NO_CREDITS', `generation ${generation} has no credits`);
      await deployer.call(contracts.credits, interfaceOf('Credits'), 'createCredits', [address, wei]);
    },
    save: anvil.save,
    stop: anvil.stop,
  };
}

/** For a reverting transaction, anvil puts the contract's message into the error of its gas estimate. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return /revert(?:ed)?:? ?([^"]*)/.exec(text)?.[1] || text;
}

/** The generation that a saved chain was created with; null for a new one. */
async function savedGeneration({ provider }: AnvilControl): Promise<StakingGeneration | null> {
  for (const generation of ['C26', 'J26'] as const) {
    if ((await provider.getTransactionCount(new Wallet(DEPLOYER_KEYS[generation]).address)) > 0) return generation;
  }
  return null;
}
