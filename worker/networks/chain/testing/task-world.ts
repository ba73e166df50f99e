/** A chain with the task contracts, and everybody on it except the node: relay, application, other nodes. */
import { randomBytes } from 'node:crypto';
import { ContractFactory, computeAddress, type Interface, keccak256, toQuantity, Wallet } from 'ethers';
import {
  type TaskChainPreset,
  type TaskChainPresetInput,
  taskChainPresetSchema,
} from '../../../../contract/task-chain-preset.ts';
import { type Anvil, startAnvil } from '../../../../devnet/chain/anvil.ts';
import { compiledTaskContract, type TaskContractName, taskContractInterface } from '../../../../devnet/chain-mode/compiled.ts';
import { systemClock } from '../../../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../../../protocol/hex.ts';
import { proveVrf, vrfOutputs } from '../../../../protocol/vrf/ecvrf.ts';
import { isSampled } from '../../../../protocol/vrf/sampling.ts';

export const CNX = 10n ** 18n;
export const STAKE = 400n * CNX;
const CHAIN_ID = 7412;

export interface Created {
  readonly commitment: Hex;
  readonly guid: Hex;
  readonly nonce: Hex;
}

export interface Peer {
  readonly key: Hex;
  readonly address: Hex;
}

export interface TaskWorld {
  readonly anvil: Anvil;
  readonly preset: TaskChainPreset;
  readonly owner: Hex;
  /** An account's balance in wei. */
  balance(address: string): Promise<bigint>;
  give(address: string, wei: bigint): Promise<void>;
  /** Creates a task; one of a group of three with the same guid if `guid` is given. */
  create(options?: {
    feeWei?: bigint;
    guid?: Hex;
    sampled?: boolean;
    type?: number;
    modelIds?: readonly string[];
  }): Promise<Created>;
  /** Three tasks of one guid, the first of them sampled. */
  createGroup(options?: { feeWei?: bigint }): Promise<readonly [Created, Created, Created]>;
  parametersUploaded(commitment: Hex): Promise<void>;
  resultUploaded(commitment: Hex): Promise<void>;
  validateSingle(task: Created): Promise<void>;
  validateGroup(tasks: readonly [Created, Created, Created]): Promise<void>;
  abortByCreator(commitment: Hex): Promise<void>;
  /** Calls a contract from any account. */
  as(key: Hex, contract: 'task' | 'node' | 'qos', fn: string, args?: readonly unknown[], valueWei?: bigint): Promise<Hex>;
  /** Somebody else's node: joined, with its own key. */
  peer(gpu?: string): Promise<Peer>;
  /** A peer's score of its current task. */
  submitScore(peer: Peer, score: Hex): Promise<void>;
  pass(seconds: number): Promise<void>;
  /** Makes every free node leave. */
  clear(): Promise<void>;
  nodeTask(address: string): Promise<Hex>;
  statusOf(commitment: Hex): Promise<number>;
  stop(): Promise<void>;
}

export const GPU = 'NVIDIA GeForce RTX 4090+Linux';

export async function startTaskWorld(overrides: Partial<TaskChainPresetInput> = {}): Promise<TaskWorld> {
  const anvil = await startAnvil({ clock: systemClock, chainId: CHAIN_ID });
  const { provider } = anvil.control;
  await provider.send('anvil_autoImpersonateAccount', [true]);
  const keys = { owner: newKey(), relay: newKey(), creator: newKey() };
  const give = async (address: string, wei: bigint) =>
    anvil.control.setBalance(address, (await provider.getBalance(address)) + wei);
  for (const key of Object.values(keys)) await give(new Wallet(key).address, 10_000n * CNX);
  const owner = new Wallet(keys.owner, provider);
  let nonce = 0;
  const deploy = async (name: TaskContractName, ...args: unknown[]) => {
    const factory = new ContractFactory(taskContractInterface(name), compiledTaskContract(name).bytecode, owner);
    const contract = await factory.deploy(...args, { nonce: nonce++, gasLimit: 12_000_000n });
    await mined(contract.deploymentTransaction()?.hash ?? '');
    return (await contract.getAddress()) as Hex;
  };
  const mined = async (hash: string) => {
    for (;;) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
    }
  };
  const qos = await deploy('QOS');
  const taskQueue = await deploy('TaskQueue');
  const networkStats = await deploy('NetworkStats');
  const node = await deploy('Node', qos, networkStats);
  const task = await deploy('VSSTask', node, qos, taskQueue, networkStats);
  const at = { task, node, qos, taskQueue, networkStats };
  const faces = {
    task: taskContractInterface('VSSTask'),
    node: taskContractInterface('Node'),
    qos: taskContractInterface('QOS'),
  };
  const sendAs = async (key: Hex, to: Hex, face: Interface, fn: string, args: readonly unknown[] = [], value = 0n) => {
    const from = computeAddress(key);
    const call = { from, to, data: face.encodeFunctionData(fn, args), value };
    await provider.call(call);
    // Anvil accepts it unsigned: signatures do not matter for this world's own accounts.
    const unsigned = { ...call, value: toQuantity(value), gas: toQuantity(6_000_000n) };
    const hash: Hex = await provider.send('eth_sendTransaction', [unsigned]);
    const receipt = await mined(hash);
    if (receipt.status !== 1) throw new Error(`${fn} was reverted`);
    return hash;
  };
  await sendAs(keys.owner, node, faces.node, 'updateTaskContractAddress', [task]);
  await sendAs(keys.owner, qos, faces.qos, 'updateNodeContractAddress', [node]);
  await sendAs(keys.owner, qos, faces.qos, 'updateTaskContractAddress', [task]);
  await sendAs(keys.owner, networkStats, taskContractInterface('NetworkStats'), 'updateNodeContractAddress', [node]);
  await sendAs(keys.owner, networkStats, taskContractInterface('NetworkStats'), 'updateTaskContractAddress', [task]);
  await sendAs(keys.owner, taskQueue, taskContractInterface('TaskQueue'), 'updateTaskContractAddress', [task]);
  await sendAs(keys.owner, task, faces.task, 'setRelayAddress', [new Wallet(keys.relay).address]);
  const preset = taskChainPresetSchema.parse({
    chainId: CHAIN_ID,
    rpcUrls: [anvil.url],
    contracts: at,
    gas: { maxFeePerGasWei: '100000000000' },
    confirmations: 1,
    pollMs: 10,
    requestsPerSecond: 10_000,
    ...overrides,
  });
  const getTask = async (commitment: Hex) =>
    faces.task.decodeFunctionResult(
      'getTask',
      await provider.call({ to: task, data: faces.task.encodeFunctionData('getTask', [commitment]) }),
    )[0];
  const proofOf = async (commitment: Hex) => {
    const alpha = (await getTask(commitment)).samplingSeed as Hex;
    return { ...proveVrf(keys.creator, alpha), publicKey: `0x${new Wallet(keys.creator).signingKey.publicKey.slice(4)}` };
  };
  const outputFor = vrfOutputs(keys.creator);
  const world: TaskWorld = {
    anvil,
    preset,
    owner: owner.address as Hex,
    balance: (address) => provider.getBalance(address),
    give,
    async create({ feeWei = CNX, guid, sampled = guid !== undefined, type = 0, modelIds = ['base:tiny/model'] } = {}) {
      // The seed depends on the previous block, so nonces are tried against it. A block in between invalidates the
      // result; a snapshot reverts it.
      for (;;) {
        const snapshot = await anvil.control.snapshot();
        const id = guid ?? newKey();
        const head = (await provider.getBlock('latest'))?.hash ?? '';
        let nonce: Hex;
        let commitment: Hex;
        do {
          nonce = newKey();
          commitment = keccak256(`${id}${nonce.slice(2)}`) as Hex;
        } while (isSampled(outputFor(keccak256(`${head}${commitment.slice(2)}`) as Hex), 10) !== sampled);
        const required = type === 0 ? ['', 0] : [GPU, 24];
        const args = [type, commitment, nonce, modelIds, 1, ...required, [2, 5, 0], 1];
        await sendAs(keys.creator, task, faces.task, 'createTask', args, feeWei);
        if (isSampled(outputFor((await getTask(commitment)).samplingSeed as Hex), 10) === sampled)
          return { commitment, guid: id, nonce };
        await anvil.control.restore(snapshot);
        await anvil.control.mine();
      }
    },
    async createGroup(options = {}) {
      const first = await world.create({ type: 1, sampled: true, ...options });
      return [first, await world.create({ type: 1, guid: first.guid }), await world.create({ type: 1, guid: first.guid })];
    },
    async parametersUploaded(commitment) {
      await sendAs(keys.relay, task, faces.task, 'reportTaskParametersUploaded', [commitment]);
    },
    async resultUploaded(commitment) {
      await sendAs(keys.relay, task, faces.task, 'reportTaskResultUploaded', [commitment]);
    },
    async validateSingle({ commitment }) {
      const { proof, publicKey } = await proofOf(commitment);
      await sendAs(keys.creator, task, faces.task, 'validateSingleTask', [commitment, proof, publicKey]);
    },
    async validateGroup(tasks) {
      const { proof, publicKey } = await proofOf(tasks[0].commitment);
      const args = [...tasks.map(({ commitment }) => commitment), tasks[0].guid, proof, publicKey];
      await sendAs(keys.creator, task, faces.task, 'validateTaskGroup', args);
    },
    async abortByCreator(commitment) {
      await sendAs(keys.creator, task, faces.task, 'abortTask', [commitment, 1]);
    },
    as: (key, contract, fn, args, valueWei) => sendAs(key, at[contract], faces[contract], fn, args, valueWei),
    async peer(gpu = GPU) {
      const key = newKey();
      const wallet = new Wallet(key);
      await give(wallet.address, 1_000n * CNX);
      const publicKey = `0x${wallet.signingKey.publicKey.slice(4)}`;
      await sendAs(key, node, faces.node, 'join', [gpu, 24, [2, 5, 0], publicKey, ['base:tiny/model']], STAKE);
      return { key, address: wallet.address as Hex };
    },
    async submitScore({ key, address }, score) {
      await sendAs(key, task, faces.task, 'submitTaskScore', [await world.nodeTask(address), score]);
    },
    async clear() {
      const answer = await provider.call({ to: node, data: faces.node.encodeFunctionData('getAvailableNodes') });
      for (const address of faces.node.decodeFunctionResult('getAvailableNodes', answer)[0] as string[]) {
        await anvil.control.sendAs(address, { to: node, data: faces.node.encodeFunctionData('quit'), valueWei: 0n });
      }
    },
    nodeTask: async (address) =>
      faces.task.decodeFunctionResult(
        'getNodeTask',
        await provider.call({ to: task, data: faces.task.encodeFunctionData('getNodeTask', [address]) }),
      )[0],
    pass: (seconds) => anvil.control.passSeconds(seconds),
    statusOf: async (commitment) => Number((await getTask(commitment)).status),
    stop: () => anvil.stop(),
  };
  return world;
}

export function newKey(): Hex {
  return bytesToHex(randomBytes(32));
}
