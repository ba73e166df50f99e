/**
 * A node without worker and engine: joins, and treats every task according to its behaviour, with the same file for all
 * results. It only knows LLM tasks; others time out. Replaces a whole node in tests where a real one would be too slow.
 */
import { z } from 'zod';
import { gpuConfigSchema } from '../../contract/node-config.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import { textScore } from '../../protocol/scores/score.ts';
import { SerialQueue } from '../../protocol/serial-queue.ts';
import { publicKeyOf } from '../../protocol/signing/keys.ts';
import { signRequest } from '../../protocol/signing/request-signature.ts';
import { TASK_ERROR } from '../../protocol/tasks/status.ts';
import type { DevnetAccount } from '../chain/devnet-account.ts';
import { DevnetError } from '../errors.ts';
import { configWei } from '../relay/config.ts';
import { type ChainTask, readChainTask } from './chain-task.ts';
import type { TaskChain } from './task-chain.ts';

export const scriptedPeerSchema = z.object({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/),
  manner: z.enum(['honest', 'cheating', 'erroring', 'offline']).default('honest'),
  /** The answer of every honest node; a cheating one answers something else. */
  result: z.string().min(1).default('{"text":"hello"}'),
  gpu: gpuConfigSchema.prefault({ name: 'Devnet GPU+Linux', vramGib: 24 }),
  modelIds: z.array(z.string().min(1)).min(1),
  version: z.tuple([z.number(), z.number(), z.number()]).default([3, 0, 0]),
  stakeWei: configWei.default(400n * 10n ** 18n),
});
export type ScriptedPeerConfig = z.output<typeof scriptedPeerSchema>;

export interface ScriptedPeerOptions {
  readonly config: ScriptedPeerConfig;
  readonly privateKey: Hex;
  readonly chain: TaskChain;
  readonly relayUrl: string;
  readonly clock: Clock;
}

export interface ScriptedPeer {
  readonly name: string;
  readonly address: Hex;
  readonly behaviour: { readonly kind: ScriptedPeerConfig['manner'] };
  /**
   * Call once; its account must have the stake. A member continues as it is. @throws DevnetChainError
   * DEVNET_CHAIN_REVERTED
   */
  join(): Promise<void>;
  /**
   * Polls its task and acts once, after any poll in progress. @throws DevnetError DEVNET_RELAY_REFUSED,
   * DevnetChainError
   */
  poll(): Promise<void>;
}

const NO_TASK = `0x${'0'.repeat(64)}`;

export function createScriptedPeer({ config, privateKey, chain, relayUrl, clock }: ScriptedPeerOptions): ScriptedPeer {
  const account: DevnetAccount = chain.account(privateKey);
  const file = new TextEncoder().encode(config.manner === 'cheating' ? `${config.result} ` : config.result);
  const send = (fn: string, ...args: readonly unknown[]) => chain.contract('VSSTask').send(account, fn, args);
  const uploaded = new Set<Hex>();
  const queue = new SerialQueue();

  async function uploadResult({ commitment }: ChainTask): Promise<void> {
    if (uploaded.has(commitment)) return;
    uploaded.add(commitment);
    const timestamp = Math.floor(clock.now() / 1000);
    const payload = { task_id_commitment: commitment };
    const form = new FormData();
    form.append('timestamp', String(timestamp));
    form.append('signature', signRequest({ payload, timestamp, privateKey }));
    form.append('files', new Blob([Uint8Array.from(file)]), '0.json');
    const path = `/v1/inference_tasks/${commitment}/results`;
    const response = await fetch(new URL(path, relayUrl), { method: 'POST', body: form });
    if (response.ok) return;
    throw new DevnetError('DEVNET_RELAY_REFUSED', `${path}: ${await response.text()}`, { commitment });
  }

  async function handleTask(task: ChainTask): Promise<void> {
    const { commitment, status, type } = task;
    if (type !== 'Llm' || config.manner === 'offline') return;
    if (status === 'Validated' || status === 'GroupValidated') await uploadResult(task);
    if (status !== 'ParametersUploaded') return;
    if (config.manner === 'erroring') await send('reportTaskError', commitment, TASK_ERROR.ParametersValidationFailed);
    else await send('submitTaskScore', commitment, textScore([file]));
  }

  async function pollTask(): Promise<void> {
    const [commitment] = await chain.contract('VSSTask').read('getNodeTask', account.address);
    const task = commitment === NO_TASK ? null : await readChainTask(chain, commitment);
    if (task !== null) await handleTask(task);
  }

  return {
    name: config.name,
    address: account.address,
    behaviour: { kind: config.manner },
    async join() {
      const [stake] = await chain.contract('Node').read('getStakedAmount', account.address);
      if (stake > 0n) return;
      const { gpu, version, modelIds, stakeWei } = config;
      const args = [gpu.name, gpu.vramGib, version, publicKeyOf(privateKey), modelIds];
      await chain.contract('Node').send(account, 'join', args, stakeWei);
    },
    poll: () => queue.run(pollTask),
  };
}
