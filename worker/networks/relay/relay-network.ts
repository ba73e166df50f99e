/** The task network behind a relay's HTTP API. Source: RELAY_PROTOCOL 2.4 (signed fields), 3.2–3.9 (routes). */
import type { Hex } from '../../../protocol/hex.ts';
import { TASK_ERROR } from '../../../protocol/tasks/status.ts';
import type { EventRow } from '../../../protocol/wire/event-row.ts';
import { readEventRow } from '../../../protocol/wire/event-row.ts';
import { commitmentField, uintField } from '../../../protocol/wire/fields.ts';
import type { CapabilitiesPayload, JoinPayload, NodeErrorPayload, NodeInfo } from '../../../protocol/wire/node.ts';
import { nodeInfoSchema } from '../../../protocol/wire/node.ts';
import { inferenceTaskSchema, type RemoteTask } from '../../../protocol/wire/task.ts';
import { WorkerError } from '../../kit/errors.ts';
import type { NodeErrorReport } from '../../store/diagnostics.ts';
import type { RecordedScore } from '../../store/score-ledger.ts';
import { RELAY_RULES } from '../network-rules.ts';
import type { Capabilities, JoinRequest, ResultUpload, Sending, TaskNetwork } from '../task-network.ts';
import { EVENT_PAGE } from '../task-network.ts';
import { isTaskNotFound } from './refusals.ts';
import { RelayClient, type RelayConnection } from './relay-client.ts';
import { sendResult, taskPath } from './send-result.ts';
import { DEFAULT_LIMITS } from './transport.ts';

/** The pointer's value for "no task" (3.3). */
const NO_TASK = `0x${'0'.repeat(64)}`;

export class RelayNetwork implements TaskNetwork {
  readonly rules = RELAY_RULES;
  readonly #relay: RelayClient;

  /** @param relay parameters for a new connection, or a client to share; `close` closes it */
  constructor(relay: RelayConnection | RelayClient) {
    this.#relay = RelayClient.from(relay);
  }

  get address(): Hex {
    return this.#relay.address;
  }

  async currentTask(): Promise<Hex | null> {
    const pointer = await this.#relay.data(commitmentField, { method: 'GET', path: `/v1/node/${this.address}/task` });
    return pointer === NO_TASK ? null : pointer;
  }

  async task(commitment: Hex): Promise<RemoteTask | 'notFound'> {
    try {
      const request = { path: taskPath(commitment), maxBytes: DEFAULT_LIMITS.answerBytes };
      const task = await this.#relay.signedData(inferenceTaskSchema, request, { task_id_commitment: commitment });
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
    await this.#relay.post(`${taskPath(commitment)}/score`, { task_id_commitment: commitment, score });
    return 'done';
  }

  async reportError(commitment: Hex): Promise<Sending> {
    const task_error = TASK_ERROR.ParametersValidationFailed;
    await this.#relay.post(`${taskPath(commitment)}/task_error`, { task_id_commitment: commitment, task_error });
    return 'done';
  }

  /** The relay ends tasks itself. */
  async abortExpired(commitment: Hex): Promise<never> {
    throw new WorkerError('NODE_UNSUPPORTED', 'a relay takes no abort from a node', { part: 'abort', commitment });
  }

  uploadResult(upload: ResultUpload): Promise<void> {
    return sendResult(this.#relay, upload);
  }

  downloadInputCheckpoint(commitment: Hex, path: string): Promise<void> {
    return this.#relay.download(`${taskPath(commitment)}/checkpoint`, { task_id_commitment: commitment }, path);
  }

  async eventsAfter(id: number): Promise<readonly EventRow[]> {
    const rows = await this.#relay.events({ start: id, node_address: this.address, limit: EVENT_PAGE });
    return rows.map(readEventRow);
  }

  latestEventId(): Promise<number> {
    const query = { node_address: this.address };
    return this.#relay.data(uintField, { method: 'GET', path: '/v1/events/current_id', query });
  }

  nodeInfo(): Promise<NodeInfo> {
    return this.#relay.ownNode(nodeInfoSchema);
  }

  join({ network, stakeWei, ...capabilities }: JoinRequest): Promise<void> {
    const payload: JoinPayload = { ...this.#capabilities(capabilities), network, staking: stakeWei.toString() };
    return this.#relay.post(`/v2/node/${this.address}/join`, payload);
  }

  updateCapabilities(capabilities: Capabilities): Promise<void> {
    return this.#relay.post(`/v2/node/${this.address}/capabilities`, this.#capabilities(capabilities));
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
    return this.#relay.post(`/v2/tasks/${report.commitment}/node_error`, payload, unsigned);
  }

  now(): Promise<number> {
    return this.#relay.now();
  }

  reconnect(): void {
    this.#relay.reconnect();
  }

  close(): Promise<void> {
    return this.#relay.close();
  }

  #postNode(action: string, fields: object = {}): Promise<void> {
    return this.#relay.post(`/v1/node/${this.address}/${action}`, { address: this.address, ...fields });
  }

  #capabilities({ gpu, version, modelIds }: Capabilities): CapabilitiesPayload {
    return { address: this.address, gpu_name: gpu.name, gpu_vram: gpu.vramGib, version, model_ids: modelIds };
  }
}
