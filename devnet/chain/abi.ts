/** The network's ABIs, as ethers reads them. */
import { Interface, type InterfaceAbi } from 'ethers';
import benefitAddressAbi from '../../resources/abi/BenefitAddress.json' with { type: 'json' };
import creditsAbi from '../../resources/abi/Credits.json' with { type: 'json' };
import delegatedStakingAbi from '../../resources/abi/DelegatedStaking.json' with { type: 'json' };
import nodeStakingAbi from '../../resources/abi/NodeStaking.json' with { type: 'json' };
import type { ContractName } from './compiled.ts';

const ABIS: Readonly<Record<ContractName, InterfaceAbi>> = {
  Credits: creditsAbi,
  BenefitAddress: benefitAddressAbi,
  DelegatedStaking: delegatedStakingAbi,
  NodeStaking: nodeStakingAbi,
};

export function contractInterface(name: ContractName): Interface {
  return new Interface(ABIS[name]);
}
