/** Puts the contracts on a devnet's chain and gives out the roles. Source: CHAIN_PROTOCOL 7.1, in the ABI's version. */
import { concat, getCreateAddress, id, Wallet } from 'ethers';
import type { ContractAddresses } from '../../contract/chain-preset.ts';
import type { Hex } from '../../protocol/hex.ts';
import { contractInterface } from './abi.ts';
import type { AnvilControl } from './anvil-control.ts';
import { type ContractName, compiledContracts } from './compiled.ts';
import type { Call, DevnetAccount } from './devnet-account.ts';
import { DevnetChainError } from './errors.ts';

/** Everyone may know these keys: a devnet's coin is worth nothing, and constant keys make constant addresses. */
export const devnetKey = (role: string) => id(`crynux devnet ${role}`) as Hex;
export const DEPLOYER_KEY = devnetKey('deployer');
/** Of the relay on a chain-backed devnet: admin of both staking contracts, pays withdrawals. */
export const RELAY_KEY = devnetKey('relay');
/** Receives slashed stake. */
export const SLASH_RECEIVER = new Wallet(devnetKey('slash receiver')).address as Hex;

const ORDER: readonly ContractName[] = ['Credits', 'BenefitAddress', 'DelegatedStaking', 'NodeStaking'];

/** The contracts' addresses on every devnet: they follow from the deployer's address and the order. */
export function devnetContracts(): ContractAddresses {
  const from = new Wallet(DEPLOYER_KEY).address;
  const addressOf = (name: ContractName) => getCreateAddress({ from, nonce: ORDER.indexOf(name) }) as Hex;
  return {
    nodeStaking: addressOf('NodeStaking'),
    credits: addressOf('Credits'),
    benefitAddress: addressOf('BenefitAddress'),
    delegatedStaking: addressOf('DelegatedStaking'),
  };
}

/**
 * Deploys what is not there yet. Each step uses the deployer's next nonce, so that a deployment that was cut off
 * goes on where it stopped.
 * @returns true when there was something left to do. @throws DevnetChainError DEVNET_CHAIN_BAD_STATE, DEVNET_CHAIN_REVERTED
 */
export async function deployContracts(
  deployer: Pick<DevnetAccount, 'address' | 'nonce' | 'send'>,
  control: AnvilControl,
): Promise<boolean> {
  const steps = deploymentSteps(deployer.address);
  const done = await deployer.nonce();
  for (const step of steps.slice(done)) await deployer.send(step);
  for (const [name, address] of Object.entries(devnetContracts())) {
    if ((await control.provider.getCode(address)) !== '0x') continue;
    throw new DevnetChainError('DEVNET_CHAIN_BAD_STATE', `there is no contract ${name} at ${address}`);
  }
  return done < steps.length;
}

function deploymentSteps(deployer: Hex): readonly Call[] {
  const { bytecode } = compiledContracts();
  const at = devnetContracts();
  const create = (name: ContractName, args: readonly unknown[] = []): Call => ({
    to: null,
    data: concat([bytecode[name], contractInterface(name).encodeDeploy(args)]),
  });
  const call = (to: Hex, name: ContractName, fn: string, args: readonly unknown[]): Call => ({
    to,
    data: contractInterface(name).encodeFunctionData(fn, args),
  });
  return [
    // In ORDER.
    create('Credits'),
    create('BenefitAddress'),
    create('DelegatedStaking', [SLASH_RECEIVER]),
    create('NodeStaking', [at.credits, at.benefitAddress, SLASH_RECEIVER]),
    call(at.credits, 'Credits', 'setStakingAddress', [at.nodeStaking]),
    // The deployer itself plays the part of the parameter controller.
    call(at.credits, 'Credits', 'setParameterController', [deployer]),
    call(at.delegatedStaking, 'DelegatedStaking', 'setParameterController', [deployer]),
    call(at.nodeStaking, 'NodeStaking', 'setParameterController', [deployer]),
    call(at.credits, 'Credits', 'setAdminAddress', [deployer]),
  ];
}
