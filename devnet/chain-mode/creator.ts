/** What an application does on the chain: creates, validates and aborts tasks. Source: CHAIN_PROTOCOL 2.7, 2.9, 5. */
import { keccak256, type TransactionReceipt } from 'ethers';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import type { Random } from '../../protocol/ports.ts';
import { taskCommitment } from '../../protocol/signing/commitment.ts';
import { addressOf, publicKeyOf } from '../../protocol/signing/keys.ts';
import { ABORT_REASON, TASK_TYPE, type TaskType } from '../../protocol/tasks/status.ts';
import { proveVrf, vrfOutputs } from '../../protocol/vrf/ecvrf.ts';
import { isSampled, SAMPLING_MODULUS } from '../../protocol/vrf/sampling.ts';
import type { DevnetAccount } from '../chain/devnet-account.ts';
import { type ChainTask, chainTask } from './chain-task.ts';
import type { TaskChain, TaskContract } from './task-chain.ts';

/** What the contract is told about a task; its arguments go to the relay. */
export interface TaskTerms {
  readonly type: TaskType;
  readonly feeWei: bigint;
  readonly modelIds: readonly string[];
  /** Empty = any card, for images only. */
  readonly requiredGpu?: string;
  /** GiB. */
  readonly requiredGpuVramGib?: number;
  /** GiB. */
  readonly minVramGib?: number;
  /** Default 3.0.0. */
  readonly version?: string;
  /** Default 1. */
  readonly size?: number;
}

export interface CreateOptions {
  /** The other members of a group reuse the first one's. Default: a new one. */
  readonly taskId?: Hex;
  /** True or false: tries nonces until the task will, or will not, be validated as a group. Default: left to chance. */
  readonly sampled?: boolean;
  /** Called just before it is sent. */
  readonly onCommitment?: ((commitment: Hex) => void) | undefined;
}

export interface CreatedTask {
  readonly taskId: Hex;
  readonly nonce: Hex;
  readonly commitment: Hex;
  /** Whether it has to be validated together with two more. */
  readonly sampled: boolean;
  readonly task: ChainTask;
}

export interface Creator {
  readonly address: Hex;
  readonly account: DevnetAccount;
  /** 64 bytes X‖Y. */
  readonly publicKey: Hex;
  /** @throws DevnetChainError DEVNET_CHAIN_REVERTED, as does every method that sends */
  create(terms: TaskTerms, options?: CreateOptions): Promise<CreatedTask>;
  validateSingle(task: Pick<CreatedTask, 'commitment'>): Promise<TransactionReceipt>;
  /** The order determines points and shares; the first is the oldest. */
  validateGroup(tasks: readonly Pick<CreatedTask, 'commitment' | 'taskId'>[]): Promise<TransactionReceipt>;
  abort(commitment: Hex): Promise<TransactionReceipt>;
}

const MODULUS = SAMPLING_MODULUS.chain;

export function createCreator(options: {
  readonly chain: TaskChain;
  readonly privateKey: Hex;
  readonly random: Random;
}): Creator {
  const { chain, privateKey, random } = options;
  const account = chain.account(privateKey);
  const contract = chain.contract('VSSTask');
  const publicKey = publicKeyOf(privateKey);
  const outputFor = vrfOutputs(privateKey);

  const newIds = (taskId: Hex) => {
    const nonce = bytesToHex(random.bytes(32));
    return { taskId, nonce, commitment: taskCommitment(taskId, nonce) };
  };
  const isSampledAt = (parentHash: Hex, commitment: Hex) => {
    const seed = keccak256(`${parentHash}${commitment.slice(2)}`) as Hex;
    return isSampled(outputFor(seed), MODULUS);
  };

  const sendCreate = (
    { commitment, nonce }: { readonly commitment: Hex; readonly nonce: Hex },
    terms: TaskTerms,
    send: TaskContract['send'],
  ) => {
    const { type, feeWei, modelIds, requiredGpu = '', requiredGpuVramGib = 0, minVramGib = 0, version = '3.0.0' } = terms;
    const card = [minVramGib, requiredGpu, requiredGpuVramGib];
    const args = [TASK_TYPE[type], commitment, nonce, modelIds, ...card, version.split('.'), terms.size ?? 1];
    return send(account, 'createTask', args, feeWei);
  };

  return {
    address: addressOf(privateKey),
    account,
    publicKey,
    async create(terms, { taskId = bytesToHex(random.bytes(32)), sampled, onCommitment } = {}) {
      let ids = newIds(taskId);
      const submit = (send: TaskContract['send']) => {
        onCommitment?.(ids.commitment);
        return sendCreate(ids, terms, send);
      };
      if (sampled === undefined) await submit(contract.send);
      else {
        await chain.withPausedMining(async (parentHash, send) => {
          while (isSampledAt(parentHash, ids.commitment) !== sampled) ids = newIds(taskId);
          await submit(send);
        });
      }
      const task = await chainTask(chain, ids.commitment);
      return { ...ids, sampled: isSampled(outputFor(task.samplingSeed), MODULUS), task };
    },
    async validateSingle({ commitment }) {
      const { samplingSeed } = await chainTask(chain, commitment);
      const { proof } = proveVrf(privateKey, samplingSeed);
      return contract.send(account, 'validateSingleTask', [commitment, proof, publicKey]);
    },
    async validateGroup(tasks) {
      const commitments = tasks.map(({ commitment }) => commitment);
      const [first] = tasks;
      if (first === undefined || tasks.length !== 3) throw new Error(`a group has three members, not ${tasks.length}`);
      const { samplingSeed } = await chainTask(chain, first.commitment);
      const { proof } = proveVrf(privateKey, samplingSeed);
      return contract.send(account, 'validateTaskGroup', [...commitments, first.taskId, proof, publicKey]);
    },
    abort: (commitment) => contract.send(account, 'abortTask', [commitment, ABORT_REASON.Timeout]),
  };
}
