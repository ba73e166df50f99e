/**
 * The relay of a network whose tasks live on a chain: it carries arguments and results, and decides nothing. Its requests are
 * dated with its own time, which is not the chain's. Source: CHAIN_PROTOCOL 8.8, CHAIN_CORRECTIONS 8–13.
 */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { commitmentField } from '../../../protocol/wire/fields.ts';
import { isWorkerError } from '../../kit/errors.ts';
import { isTaskNotFound } from '../relay/refusals.ts';
import { RelayClient, type RelayConnection } from '../relay/relay-client.ts';
import { sendResult, taskPath } from '../relay/send-result.ts';
import { DEFAULT_LIMITS } from '../relay/transport.ts';
import type { ResultUpload } from '../task-network.ts';

/** What a relay of mode `relay` takes as arguments; this one has no other measure. */
const MAX_TASK_ARGS = 32 * 1024 ** 2;
/** Of the data object only this is used: its status, fee and times are the relay's own and not the chain's. */
const taskSchema = z.object({ task_args: z.string().max(MAX_TASK_ARGS), task_id_commitment: commitmentField });

export class OldRelay {
  readonly #relay: RelayClient;

  /** @param connection its clock is the relay's own time, and of nobody else */
  constructor(connection: RelayConnection) {
    this.#relay = new RelayClient(connection);
  }

  /**
   * Null while the creator has not uploaded them, and for good once the result is uploaded or the task has ended: whoever needs
   * them later keeps them. @throws WorkerError as `TaskNetwork` does
   */
  async taskArgs(commitment: Hex): Promise<string | null> {
    try {
      const request = { path: taskPath(commitment), maxBytes: DEFAULT_LIMITS.answerBytes };
      const task = await this.#relay.signedData(taskSchema, request, { task_id_commitment: commitment });
      return task.task_id_commitment === commitment ? task.task_args : null;
    } catch (error) {
      if (isTaskNotFound(error) || isNotReady(error)) return null;
      throw error;
    }
  }

  /** Not to be repeated: a result that was taken is refused the second time. @throws as {@link taskArgs} */
  uploadResult(upload: ResultUpload): Promise<void> {
    return sendResult(this.#relay, upload);
  }

  /** Writes the checkpoint to `path`; false while the relay has not seen its own report of the arguments. @throws as {@link taskArgs} */
  async downloadCheckpoint(commitment: Hex, path: string): Promise<boolean> {
    try {
      await this.#relay.download(`${taskPath(commitment)}/checkpoint`, { task_id_commitment: commitment }, path);
      return true;
    } catch (error) {
      if (isNotReady(error)) return false;
      throw error;
    }
  }

  /** Unix seconds. */
  now(): Promise<number> {
    return this.#relay.now();
  }

  reconnect(): void {
    this.#relay.reconnect();
  }

  close(): Promise<void> {
    return this.#relay.close();
  }
}

function isNotReady(error: unknown): boolean {
  return isWorkerError(error, 'RELAY_REFUSED') && String(error.data.reason).includes('Task not ready');
}
