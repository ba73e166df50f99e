/** Puts the contracts on a devnet's chain and gives out the roles. Source: CHAIN_PROTOCOL 7.1, in the ABI's version. */
import { concat, getCreateAddress, id, Wallet } from 'ethers';
import type { ContractAddresses } from '../../contract/chain-preset.ts';
import type { Hex } from '../../protocol/hex.ts';
import { contractInterface } from './abi.ts';
import { type ContractName, compiledContracts } from './compiled.ts';
import type { Call, DevnetAccount } from './devnet-account.ts';
import { DevnetChainError } from './errors.ts';

/** Everyone may know these keys: a devnet's coin is worth nothing, and constant keys make constant addresses. */
const devnetKey = (role: string) => id(`crynux devnet ${role}`) as Hex;
export const DEPLOYER_KEY = devnetKey('deployer');
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
 * @returns true when the chain was new. @throws DevnetChainError DEVNET_CHAIN_BAD_STATE, DEVNET_CHAIN_REVERTED
 */
export async function deployContracts(deployer: DevnetAccount): Promise<boolean> {
  const steps = deploymentSteps(deployer.address);
  const done = await deployer.nonce();
  for (const step of steps.slice(done)) {
    const receipt = await deployer.send(step.call);
    if (step.creates !== null && receipt.contractAddress !== step.creates) {
      throw new DevnetChainError(
        'DEVNET_CHAIN_BAD_STATE',
        `a contract came to ${receipt.contractAddress} instead of ${step.creates}`,
      );
    }
  }
  return done === 0;
}

interface Step {
  readonly call: Call;
  /** Where a contract must come to lie; null for a call. */
  readonly creates: Hex | null;
}

function deploymentSteps(deployer: Hex): readonly Step[] {
  const { bytecode } = compiledContracts();
  const at = devnetContracts();
  const create = (name: ContractName, creates: Hex, args: readonly unknown[]): Step => ({
    call: { to: null, data: concat([bytecode[name], contractInterface(name).encodeDeploy(args)]) },
    creates,
  });
  const call = (to: Hex, name: ContractName, fn: string, args: readonly unknown[]): Step => ({
    call: { to, data: contractInterface(name).encodeFunctionData(fn, args) },
    creates: null,
  });
  return [
    create('Credits', at.credits, []),
    create('BenefitAddress', at.benefitAddress, []),
    create('DelegatedStaking', at.delegatedStaking, [SLASH_RECEIVER]),
    create('NodeStaking', at.nodeStaking, [at.credits, at.benefitAddress, SLASH_RECEIVER]),
    call(at.credits, 'Credits', 'setStakingAddress', [at.nodeStaking]),
    // The deployer itself plays the part of the parameter controller.
    call(at.credits, 'Credits', 'setParameterController', [deployer]),
    call(at.delegatedStaking, 'DelegatedStaking', 'setParameterController', [deployer]),
    call(at.nodeStaking, 'NodeStaking', 'setParameterController', [deployer]),
    call(at.credits, 'Credits', 'setAdminAddress', [deployer]),
  ];
}
