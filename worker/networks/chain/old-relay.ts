/**
 * The relay of a network whose tasks live on a chain: it carries arguments and results, and decides nothing. Its requests are
 * dated with its own time, which is not the chain's. Source: CHAIN_PROTOCOL 8.8, CHAIN_CORRECTIONS 8–13.
 */
import { openAsBlob } from 'node:fs';
import { FormData } from 'undici';
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { signRequest } from '../../../protocol/signing/request-signature.ts';
import { commitmentField, uintField } from '../../../protocol/wire/fields.ts';
import { isWorkerError } from '../../kit/errors.ts';
import type { ProxyPolicy } from '../../outbound/proxy-policy.ts';
import type { NetworkClock } from '../network-clock.ts';
import { isSignatureRefused, isTaskNotFound } from '../relay/refusals.ts';
import { DEFAULT_LIMITS, RelayTransport, type TransportLimits } from '../relay/transport.ts';
import type { ResultUpload } from '../task-network.ts';

/** What a relay of mode `relay` takes as arguments; this one has no other measure. */
const MAX_TASK_ARGS = 32 * 1024 ** 2;
/** Of the data object only this is used: its status, fee and times are the relay's own and not the chain's. */
const taskSchema = z.object({ task_args: z.string().max(MAX_TASK_ARGS), task_id_commitment: commitmentField });

export interface OldRelayOptions {
  readonly relayUrl: string;
  readonly privateKey: Hex;
  /** The relay's time; of nobody else. */
  readonly clock: NetworkClock;
  readonly limits?: TransportLimits;
  readonly proxies?: ProxyPolicy | undefined;
}

export class OldRelay {
  readonly #privateKey: Hex;
  readonly #clock: NetworkClock;
  readonly #transport: RelayTransport;

  constructor({ relayUrl, privateKey, clock, limits = DEFAULT_LIMITS, proxies }: OldRelayOptions) {
    this.#privateKey = privateKey;
    this.#clock = clock;
    this.#transport = new RelayTransport(relayUrl, limits, proxies);
  }

  /**
   * Null while the creator has not uploaded them, and for good once the result is uploaded or the task has ended: whoever needs
   * them later keeps them. @throws WorkerError as `TaskNetwork` does
   */
  async taskArgs(commitment: Hex): Promise<string | null> {
    const query = { ...(await this.#sign(commitment)) };
    try {
      const request = { method: 'GET', path: taskPath(commitment), query, maxBytes: DEFAULT_LIMITS.answerBytes } as const;
      const task = await this.#noticing(this.#transport.data(taskSchema, request));
      return task.task_id_commitment === commitment ? task.task_args : null;
    } catch (error) {
      if (isTaskNotFound(error) || isNotReady(error)) return null;
      throw error;
    }
  }

  /** Not to be repeated: a result that was taken is refused the second time. @throws as {@link taskArgs} */
  async uploadResult({ commitment, files, checkpointPath }: ResultUpload): Promise<void> {
    const { timestamp, signature } = await this.#sign(commitment);
    const form = new FormData();
    form.append('timestamp', String(timestamp));
    form.append('signature', signature);
    for (const { name, bytes } of files) form.append('files', new Blob([Uint8Array.from(bytes)]), name);
    if (checkpointPath !== null) form.append('checkpoint', await openAsBlob(checkpointPath), 'checkpoint.zip');
    const upload = { method: 'POST', path: `${taskPath(commitment)}/results`, form, transfer: true } as const;
    await this.#noticing(this.#transport.send(upload));
  }

  /** Writes the checkpoint to `path`; false while the relay has not seen its own report of the arguments. @throws as {@link taskArgs} */
  async downloadCheckpoint(commitment: Hex, path: string): Promise<boolean> {
    const query = { ...(await this.#sign(commitment)) };
    try {
      const request = { method: 'GET', path: `${taskPath(commitment)}/checkpoint`, query } as const;
      await this.#noticing(this.#transport.download(request, path));
      return true;
    } catch (error) {
      if (isNotReady(error)) return false;
      throw error;
    }
  }

  /** Unix seconds. */
  async now(): Promise<number> {
    const { now } = await this.#transport.data(z.object({ now: uintField }), { method: 'GET', path: '/v1/now' });
    return now;
  }

  reconnect(): void {
    this.#transport.reconnect();
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #sign(commitment: Hex): Promise<{ timestamp: number; signature: Hex }> {
    await this.#clock.settle();
    const timestamp = this.#clock.timestamp();
    const payload = { task_id_commitment: commitment };
    return { timestamp, signature: signRequest({ payload, timestamp, privateKey: this.#privateKey }) };
  }

  async #noticing<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await answer;
    } catch (error) {
      if (isSignatureRefused(error)) this.#clock.signatureRefused();
      throw error;
    }
  }
}

function isNotReady(error: unknown): boolean {
  return isWorkerError(error, 'RELAY_REFUSED') && String(error.data.reason).includes('Task not ready');
}

function taskPath(commitment: Hex): string {
  return `/v1/inference_tasks/${commitment}`;
}
