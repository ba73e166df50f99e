/** The task network behind a relay's HTTP API. Source: RELAY_PROTOCOL 2.4 (signed fields), 3.2–3.9 (routes). */
import { openAsBlob } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { FormData } from 'undici';
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { signRequest } from '../../../protocol/signing/request-signature.ts';
import { TASK_ERROR } from '../../../protocol/tasks/status.ts';
import type { EventRow } from '../../../protocol/wire/event-row.ts';
import { readEventRow } from '../../../protocol/wire/event-row.ts';
import { commitmentField, goArray, uintField, weiField } from '../../../protocol/wire/fields.ts';
import type { CapabilitiesPayload, JoinPayload, NodeErrorPayload, NodeInfo } from '../../../protocol/wire/node.ts';
import { nodeInfoSchema } from '../../../protocol/wire/node.ts';
import { inferenceTaskSchema, type RemoteTask } from '../../../protocol/wire/task.ts';
import { WorkerError } from '../../kit/errors.ts';
import type { ProxyPolicy } from '../../outbound/proxy-policy.ts';
import type { NodeErrorReport } from '../../store/diagnostics.ts';
import type { RecordedScore } from '../../store/score-ledger.ts';
import type { NetworkClock } from '../network-clock.ts';
import { RELAY_RULES } from '../network-rules.ts';
import type { Capabilities, JoinRequest, ResultUpload, Sending, TaskIncome, TaskNetwork } from '../task-network.ts';
import { EVENT_PAGE } from '../task-network.ts';
import { AccountSession } from './account-session.ts';
import { isSignatureRefused, isTaskNotFound } from './refusals.ts';
import { DEFAULT_LIMITS, RelayTransport, type TransportLimits } from './transport.ts';

/** The pointer's way of saying "no task" (3.3). */
const NO_TASK = `0x${'0'.repeat(64)}`;

export interface RelayNetworkOptions {
  readonly relayUrl: string;
  readonly privateKey: Hex;
  readonly clock: NetworkClock;
  readonly limits?: TransportLimits;
  /** Left out: as the environment says. */
  readonly proxies?: ProxyPolicy | undefined;
}

interface Signed {
  readonly timestamp: number;
  readonly signature: Hex;
}

export class RelayNetwork implements TaskNetwork {
  readonly address: Hex;
  readonly rules = RELAY_RULES;
  readonly #privateKey: Hex;
  readonly #clock: NetworkClock;
  readonly #transport: RelayTransport;
  readonly #account: AccountSession;

  constructor({ relayUrl, privateKey, clock, limits = DEFAULT_LIMITS, proxies }: RelayNetworkOptions) {
    this.address = addressOf(privateKey);
    this.#privateKey = privateKey;
    this.#clock = clock;
    this.#transport = new RelayTransport(relayUrl, limits, proxies);
    this.#account = new AccountSession({ transport: this.#transport, clock, address: this.address, privateKey });
  }

  async currentTask(): Promise<Hex | null> {
    const pointer = await this.#transport.data(commitmentField, { method: 'GET', path: `/v1/node/${this.address}/task` });
    return pointer === NO_TASK ? null : pointer;
  }

  async task(commitment: Hex): Promise<RemoteTask | 'notFound'> {
    const query = { ...(await this.#sign({ task_id_commitment: commitment })) };
    try {
      const request = { method: 'GET', path: taskPath(commitment), query, maxBytes: DEFAULT_LIMITS.answerBytes } as const;
      const task = await this.#noticing(this.#transport.data(inferenceTaskSchema, request));
      if (task.commitment === commitment) return task;
      throw new WorkerError('RELAY_BAD_ANSWER', `asked for ${commitment}, got ${task.commitment}`, {
        path: taskPath(commitment),
      });
    } catch (error) {
      if (isTaskNotFound(error)) return 'notFound';
      throw error;
    }
  }

  async submitScore({ commitment, score }: RecordedScore): Promise<Sending> {
    await this.#post(`${taskPath(commitment)}/score`, { task_id_commitment: commitment, score });
    return 'done';
  }

  async reportError(commitment: Hex): Promise<Sending> {
    const task_error = TASK_ERROR.ParametersValidationFailed;
    await this.#post(`${taskPath(commitment)}/task_error`, { task_id_commitment: commitment, task_error });
    return 'done';
  }

  /** The relay ends tasks itself. */
  async abortExpired(commitment: Hex): Promise<never> {
    throw new WorkerError('NODE_UNSUPPORTED', 'a relay takes no abort from a node', { part: 'abort', commitment });
  }

  async uploadResult({ commitment, files, checkpointPath }: ResultUpload): Promise<void> {
    const { timestamp, signature } = await this.#sign({ task_id_commitment: commitment });
    const form = new FormData();
    form.append('timestamp', String(timestamp));
    form.append('signature', signature);
    for (const { name, bytes } of files) form.append('files', await blobOf(bytes), name);
    if (checkpointPath !== null) form.append('checkpoint', await openAsBlob(checkpointPath), 'checkpoint.zip');
    const upload = { method: 'POST', path: `${taskPath(commitment)}/results`, form, transfer: true } as const;
    await this.#noticing(this.#transport.send(upload));
  }

  async downloadInputCheckpoint(commitment: Hex, path: string): Promise<void> {
    const query = { ...(await this.#sign({ task_id_commitment: commitment })) };
    await this.#noticing(this.#transport.download({ method: 'GET', path: `${taskPath(commitment)}/checkpoint`, query }, path));
  }

  async eventsAfter(id: number): Promise<readonly EventRow[]> {
    const query = { start: id, node_address: this.address, limit: EVENT_PAGE };
    const rows = await this.#transport.data(goArray(z.unknown()), { method: 'GET', path: '/v1/events', query });
    return rows.map(readEventRow);
  }

  latestEventId(): Promise<number> {
    const query = { node_address: this.address };
    return this.#transport.data(uintField, { method: 'GET', path: '/v1/events/current_id', query });
  }

  async nodeInfo(): Promise<NodeInfo> {
    const query = { ...(await this.#sign({ address: this.address })) };
    return this.#noticing(this.#transport.data(nodeInfoSchema, { method: 'GET', path: `/v2/node/${this.address}`, query }));
  }

  join({ network, stakeWei, ...capabilities }: JoinRequest): Promise<void> {
    const payload: JoinPayload = { ...this.#capabilities(capabilities), network, staking: stakeWei.toString() };
    return this.#post(`/v2/node/${this.address}/join`, payload);
  }

  updateCapabilities(capabilities: Capabilities): Promise<void> {
    return this.#post(`/v2/node/${this.address}/capabilities`, this.#capabilities(capabilities));
  }

  quit(): Promise<void> {
    return this.#postNode('quit');
  }

  pause(): Promise<void> {
    return this.#postNode('pause');
  }

  resume(): Promise<void> {
    return this.#postNode('resume');
  }

  modelDownloaded(modelId: string): Promise<void> {
    return this.#postNode('model', { model_id: modelId });
  }

  versionChanged(version: string): Promise<void> {
    return this.#postNode('version', { version });
  }

  reportNodeError(report: NodeErrorReport): Promise<void> {
    const payload: NodeErrorPayload = {
      node_address: this.address,
      task_id_commitment: report.commitment,
      task_args: report.taskArgs,
      error_type: report.errorType,
      message: report.message,
      stack_trace: report.stackTrace,
      gpu_count: report.gpuCount,
      gpu_model: report.gpuModel,
      gpu_vram_mb: report.gpuVramMib,
      executor_mode: report.executorMode,
    };
    const unsigned = { captured_at: Math.floor(report.capturedAtMs / 1000) };
    return this.#post(`/v2/tasks/${report.commitment}/node_error`, payload, unsigned);
  }

  async balance(): Promise<bigint> {
    const query = { ...(await this.#sign({ address: this.address })) };
    const request = { method: 'GET', path: `/v2/relay_account/${this.address}/balance`, query } as const;
    return this.#noticing(this.#transport.data(weiField, request));
  }

  taskIncome(): Promise<readonly TaskIncome[] | 'unsupported'> {
    return this.#account.taskIncome();
  }

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

  async #sign(payload: unknown): Promise<Signed> {
    await this.#clock.settle();
    const timestamp = this.#clock.timestamp();
    return { timestamp, signature: signRequest({ payload, timestamp, privateKey: this.#privateKey }) };
  }

  async #post(path: string, payload: object, unsigned: object = {}): Promise<void> {
    const json = { ...payload, ...unsigned, ...(await this.#sign(payload)) };
    await this.#noticing(this.#transport.send({ method: 'POST', path, json }));
  }

  /** A refused signature puts the time in doubt: the next one is dated anew. */
  async #noticing<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await answer;
    } catch (error) {
      if (isSignatureRefused(error)) this.#clock.signatureRefused();
      throw error;
    }
  }

  #postNode(action: string, fields: object = {}): Promise<void> {
    return this.#post(`/v1/node/${this.address}/${action}`, { address: this.address, ...fields });
  }

  #capabilities({ gpu, version, modelIds }: Capabilities): CapabilitiesPayload {
    return { address: this.address, gpu_name: gpu.name, gpu_vram: gpu.vramGib, version, model_ids: modelIds };
  }
}

/** Bytes copied at a time: a large result keeps nothing else waiting. */
const BLOB_STEP = 4 * 1024 * 1024;

async function blobOf(bytes: Uint8Array<ArrayBuffer>): Promise<Blob> {
  const parts: Blob[] = [];
  for (let at = 0; at < bytes.length; at += BLOB_STEP) {
    if (at > 0) await setImmediate();
    parts.push(new Blob([bytes.subarray(at, at + BLOB_STEP)]));
  }
  return new Blob(parts);
}

function taskPath(commitment: Hex): string {
  return `/v1/inference_tasks/${commitment}`;
}
