/**
 * The relay of a network whose tasks are on a chain: it transfers arguments and results, and decides nothing. Requests
 * to it are dated with its own time, not the chain's. Source: CHAIN_PROTOCOL 8.8, CHAIN_CORRECTIONS 8–13.
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

/** The limit for arguments of a relay in mode `relay`; this one has no limit of its own. */
const MAX_TASK_ARGS = 32 * 1024 ** 2;
/** The only parts of the data object that are used: its status, fee and times are the relay's own and not the chain's. */
const taskSchema = z.object({ task_args: z.string().max(MAX_TASK_ARGS), task_id_commitment: commitmentField });

export class OldRelay {
  readonly #relay: RelayClient;

  /** @param connection its clock must be the relay's own time, not shared with anything else */
  constructor(connection: RelayConnection) {
    this.#relay = new RelayClient(connection);
  }

  /**
   * Null while the creator has not uploaded them, and for good once the result is uploaded or the task has ended, so
   * they must be stored if they are needed later.
   * @throws WorkerError as `TaskNetwork` does
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

  /** Must not be repeated: the second upload of an accepted result is refused. @throws as {@link taskArgs} */
  uploadResult(upload: ResultUpload): Promise<void> {
    return sendResult(this.#relay, upload);
  }

  /**
   * Writes the checkpoint to `path`; returns false while the relay has not seen its own report of the arguments.
   * @throws as {@link taskArgs}
   */
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
