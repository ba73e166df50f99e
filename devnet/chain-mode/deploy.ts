/** Deploys the task contracts to a chain and connects them. Source: CHAIN_PROTOCOL 1.1. */
import { concat, getCreateAddress, Wallet } from 'ethers';
import type { TaskContractAddresses } from '../../contract/task-chain-preset.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { AnvilControl } from '../chain/anvil-control.ts';
import { devnetKey } from '../chain/deploy.ts';
import type { Call, DevnetAccount } from '../chain/devnet-account.ts';
import { DevnetChainError } from '../chain/errors.ts';
import { compiledTaskContract, TASK_CONTRACTS, type TaskContractName, taskContractInterface } from './compiled.ts';

/** The owner's key, who deploys and receives slashed stakes. It may be public: the coin is worth nothing. */
export const TASK_OWNER_KEY = devnetKey('owner of the task contracts');
/** The task contract alone needs more than five million. */
const DEPLOY_GAS = 12_000_000n;

function addressOf(name: TaskContractName): Hex {
  const from = new Wallet(TASK_OWNER_KEY).address;
  return getCreateAddress({ from, nonce: TASK_CONTRACTS.indexOf(name) }) as Hex;
}

/** The same on every chain, because they depend only on the owner's address and the order. */
export function taskContractAddresses(): TaskContractAddresses {
  return {
    task: addressOf('VSSTask'),
    node: addressOf('Node'),
    qos: addressOf('QOS'),
    taskQueue: addressOf('TaskQueue'),
    networkStats: addressOf('NetworkStats'),
  };
}

const FIELD_OF: Readonly<Record<TaskContractName, keyof TaskContractAddresses>> = {
  VSSTask: 'task',
  Node: 'node',
  QOS: 'qos',
  TaskQueue: 'taskQueue',
  NetworkStats: 'networkStats',
};

export function addressOfTaskContract(contracts: TaskContractAddresses, name: TaskContractName): Hex {
  return contracts[FIELD_OF[name]];
}

/** Referenced contracts by the index of the constructor's argument. */
const CONSTRUCTORS: Readonly<Record<TaskContractName, readonly TaskContractName[]>> = {
  QOS: [],
  TaskQueue: [],
  NetworkStats: [],
  Node: ['QOS', 'NetworkStats'],
  VSSTask: ['Node', 'QOS', 'TaskQueue', 'NetworkStats'],
};

const WIRING: readonly (readonly [contract: TaskContractName, role: 'task' | 'node'])[] = [
  ['Node', 'task'],
  ['QOS', 'node'],
  ['QOS', 'task'],
  ['NetworkStats', 'node'],
  ['NetworkStats', 'task'],
  ['TaskQueue', 'task'],
];

export interface TaskDeployment {
  readonly owner: Pick<DevnetAccount, 'address' | 'nonce' | 'send'>;
  readonly control: AnvilControl;
}

/**
 * Deploys what is missing; each step uses the owner's next nonce.
 * @returns true if anything had to be done. @throws DevnetChainError DEVNET_CHAIN_BAD_STATE, DEVNET_CHAIN_REVERTED
 */
export async function deployTaskContracts({ owner, control }: TaskDeployment): Promise<boolean> {
  const steps = [...TASK_CONTRACTS.map(creation), ...WIRING.map(wire)];
  const done = await owner.nonce();
  for (const step of steps.slice(done)) await owner.send(step);
  for (const name of TASK_CONTRACTS) {
    if ((await control.provider.getCode(addressOf(name))) !== '0x') continue;
    throw new DevnetChainError('DEVNET_CHAIN_BAD_STATE', `there is no contract ${name} at ${addressOf(name)}`);
  }
  return done < steps.length;
}

function creation(name: TaskContractName): Call {
  const args = taskContractInterface(name).encodeDeploy(CONSTRUCTORS[name].map(addressOf));
  return { to: null, data: concat([compiledTaskContract(name).bytecode, args]), gasLimit: DEPLOY_GAS };
}

function wire([contract, role]: (typeof WIRING)[number]): Call {
  const [fn, name] =
    role === 'task' ? (['updateTaskContractAddress', 'VSSTask'] as const) : (['updateNodeContractAddress', 'Node'] as const);
  return { to: addressOf(contract), data: taskContractInterface(contract).encodeFunctionData(fn, [addressOf(name)]) };
}
