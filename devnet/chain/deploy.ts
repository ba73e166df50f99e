/**
 * Deploys the contracts to a devnet's chain and assigns the roles. Source: CHAIN_PROTOCOL 7.1, in the versions of each
 * generation.
 */
import { concat, getCreateAddress, id, Wallet } from 'ethers';
import type { ContractAddresses, StakingGeneration } from '../../contract/chain-preset.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { AnvilControl } from './anvil-control.ts';
import { type ContractName, compiledContract, contractInterface, contractNames } from './compiled.ts';
import type { Call, DevnetAccount } from './devnet-account.ts';
import { DevnetChainError } from './errors.ts';

/** These keys may be public: a devnet's coin is worth nothing, and constant keys give constant addresses. */
export const devnetKey = (role: string) => id(`crynux devnet ${role}`) as Hex;
/** Each generation has its own deployer, so that both can be on one chain. */
export const DEPLOYER_KEYS: Readonly<Record<StakingGeneration, Hex>> = {
  J26: devnetKey('deployer'),
  C26: devnetKey('deployer of C26'),
};
/** The relay of a devnet with a chain: admin of both staking contracts, pays withdrawals. */
export const RELAY_KEY = devnetKey('relay');
/** Receives slashed stake. */
export const SLASH_RECEIVER = new Wallet(devnetKey('slash receiver')).address as Hex;

/** Until somebody sets another one. */
const MIN_STAKE_WEI = 400n * 10n ** 18n;

/** The contracts' addresses on every devnet; they depend only on the deployer's address and the order. */
export function devnetContracts(generation: StakingGeneration): ContractAddresses {
  const common = {
    nodeStaking: addressOf(generation, 'NodeStaking'),
    benefitAddress: addressOf(generation, 'BenefitAddress'),
    delegatedStaking: addressOf(generation, 'DelegatedStaking'),
  };
  if (generation === 'C26') return { generation, ...common };
  return { generation, ...common, credits: addressOf(generation, 'Credits') };
}

function addressOf(generation: StakingGeneration, name: ContractName): Hex {
  const from = new Wallet(DEPLOYER_KEYS[generation]).address;
  return getCreateAddress({ from, nonce: contractNames(generation).indexOf(name) }) as Hex;
}

/** Minimum stake on every devnet whose contracts have one. */
export const OBSERVER = addressOf('C26', 'SilentObserver');

export interface Deployment {
  readonly generation: StakingGeneration;
  readonly deployer: Pick<DevnetAccount, 'address' | 'nonce' | 'send'>;
  readonly control: AnvilControl;
}

/**
 * Deploys what is missing. Each step uses the deployer's next nonce, so an interrupted deployment continues where it
 * stopped.
 * @returns true if anything had to be done. @throws DevnetChainError DEVNET_CHAIN_BAD_STATE, DEVNET_CHAIN_REVERTED
 */
export async function deployContracts({ generation, deployer, control }: Deployment): Promise<boolean> {
  const steps = [...creations(generation), ...SETTINGS[generation](deployer.address)];
  const done = await deployer.nonce();
  for (const step of steps.slice(done)) await deployer.send(step);
  for (const name of contractNames(generation)) {
    const address = addressOf(generation, name);
    if ((await control.provider.getCode(address)) !== '0x') continue;
    throw new DevnetChainError('DEVNET_CHAIN_BAD_STATE', `there is no contract ${name} at ${address}`);
  }
  return done < steps.length;
}

function creations(generation: StakingGeneration): Call[] {
  const constructors = CONSTRUCTORS[generation]();
  return contractNames(generation).map((name) => {
    const args = contractInterface(generation, name).encodeDeploy(constructors[name] ?? []);
    return { to: null, data: concat([compiledContract(generation, name).bytecode, args]) };
  });
}

/** Constructor arguments, if any. */
const CONSTRUCTORS: Readonly<Record<StakingGeneration, () => Partial<Record<ContractName, readonly unknown[]>>>> = {
  J26: () => ({
    DelegatedStaking: [SLASH_RECEIVER],
    NodeStaking: [addressOf('J26', 'Credits'), addressOf('J26', 'BenefitAddress'), SLASH_RECEIVER],
  }),
  C26: () => ({
    DelegatedStaking: [SLASH_RECEIVER, MIN_STAKE_WEI],
    NodeStaking: [addressOf('C26', 'BenefitAddress'), SLASH_RECEIVER, MIN_STAKE_WEI],
  }),
};

const SETTINGS: Readonly<Record<StakingGeneration, (deployer: Hex) => Call[]>> = {
  J26: (deployer) => [
    callOf('J26', 'Credits', 'setStakingAddress', [addressOf('J26', 'NodeStaking')]),
    // The deployer itself acts as the parameter controller.
    callOf('J26', 'Credits', 'setParameterController', [deployer]),
    callOf('J26', 'DelegatedStaking', 'setParameterController', [deployer]),
    callOf('J26', 'NodeStaking', 'setParameterController', [deployer]),
    callOf('J26', 'Credits', 'setAdminAddress', [deployer]),
  ],
  C26: () => [
    callOf('C26', 'DelegatedStaking', 'setObserver', [OBSERVER]),
    callOf('C26', 'NodeStaking', 'setObserver', [OBSERVER]),
  ],
};

function callOf(generation: StakingGeneration, name: ContractName, fn: string, args: readonly unknown[]): Call {
  return { to: addressOf(generation, name), data: contractInterface(generation, name).encodeFunctionData(fn, args) };
}
