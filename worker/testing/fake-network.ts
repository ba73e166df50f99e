/**
 * A network in memory, for what a real relay cannot be made to do in a test: answer in any order, lose any answer, show
 * anything. It applies the relay's own rules to what it accepts (RELAY_PROTOCOL 3.2).
 */
import { createHash } from 'node:crypto';
import type { Hex } from '../../protocol/hex.ts';
import type { NodeStatus } from '../../protocol/node/status.ts';
import { nodeStatusAfter } from '../../protocol/node/status.ts';
import type { EventRow } from '../../protocol/wire/event-row.ts';
import type { NodeInfo } from '../../protocol/wire/node.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';
import { ChainError } from '../chain/errors.ts';
import { WorkerError } from '../kit/errors.ts';
import { type NetworkRules, RELAY_RULES } from '../networks/network-rules.ts';
import {
  type Capabilities,
  EVENT_PAGE,
  type JoinRequest,
  type NetworkTask,
  type ResultUpload,
  type Sending,
  type TaskNetwork,
} from '../networks/task-network.ts';
import type { NodeErrorReport } from '../store/diagnostics.ts';
import type { RecordedScore } from '../store/score-ledger.ts';
import { SELF } from './remote-task.ts';

export interface Call {
  readonly method: keyof TaskNetwork;
  readonly atMs: number;
}

/** The fate of one call: carried out and answered, lost on the way there, or carried out with its answer lost. */
export type Fate = 'ok' | 'lostRequest' | 'lostAnswer';

export class FakeNetwork implements TaskNetwork {
  readonly address = SELF;
  readonly rules: NetworkRules;
  readonly calls: Call[] = [];
  readonly tasks = new Map<Hex, RemoteTask>();
  readonly events: EventRow[] = [];
  readonly submitted: { commitment: Hex; score: Hex }[] = [];
  readonly reported: Hex[] = [];
  readonly aborted: Hex[] = [];
  readonly uploads: ResultUpload[] = [];
  readonly diagnostics: NodeErrorReport[] = [];
  readonly joins: JoinRequest[] = [];
  readonly announced: Capabilities[] = [];
  readonly models: string[] = [];
  reconnects = 0;
  pointer: Hex | null = null;
  status: NodeStatus = 'Quit';
  fate: (method: keyof TaskNetwork) => Fate = () => 'ok';
  /** Whether the ends that it shows are final; for a network on a chain. */
  isFinal = true;
  /** Simulates whatever happens in the network before a call. */
  beforeCall: (method: keyof TaskNetwork) => void = () => {};
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, rules: NetworkRules = RELAY_RULES) {
    this.#nowMs = nowMs;
    this.rules = rules;
  }

  currentTask(): Promise<Hex | null> {
    return this.#call('currentTask', () => this.pointer);
  }

  task(commitment: Hex): Promise<NetworkTask | 'notFound'> {
    return this.#call('task', () => {
      const task = this.tasks.get(commitment);
      if (task === undefined) return 'notFound';
      return this.rules.mode === 'relay' ? task : { ...task, block: { timeMs: this.#blockMs(), isFinal: this.isFinal } };
    });
  }

  submitScore({ commitment, score }: RecordedScore): Promise<Sending> {
    return this.#call('submitScore', () => {
      this.submitted.push({ commitment, score });
      const task = this.#started(commitment);
      this.tasks.set(commitment, { ...task, status: 'ScoreReady', score, scoreReadyTimeMs: this.#nowMs() });
      return 'done';
    });
  }

  reportError(commitment: Hex): Promise<Sending> {
    return this.#call('reportError', () => {
      this.reported.push(commitment);
      const error = 'ParametersValidationFailed';
      const task = this.#started(commitment);
      this.tasks.set(commitment, { ...task, status: 'ErrorReported', error, scoreReadyTimeMs: this.#nowMs() });
      return 'done';
    });
  }

  abortExpired(commitment: Hex): Promise<Sending> {
    return this.#call('abortExpired', () => {
      const task = this.#get(commitment);
      const deadlineMs = (task.startTimeMs ?? 0) + task.timeoutSeconds * 1000;
      if (this.#blockMs() <= deadlineMs) throw revert('Timeout not reached');
      this.aborted.push(commitment);
      this.tasks.set(commitment, { ...task, status: 'EndAborted', abortReason: 'Timeout' });
      if (this.pointer === commitment) this.pointer = null;
      return 'done';
    });
  }

  uploadResult(upload: ResultUpload): Promise<void> {
    return this.#call('uploadResult', () => {
      this.uploads.push(upload);
      const task = this.#get(upload.commitment);
      const hashes = upload.files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
      const taken = ['Validated', 'GroupValidated', ...(this.rules.takesEvidence ? ['EndInvalidated'] : [])];
      if (!taken.includes(task.status)) throw refuse('Task not validated');
      if (`0x${hashes.join('')}` !== task.score) throw refuse('Wrong result files uploaded');
      const ended = { ...task, resultUploadedTimeMs: this.#nowMs() };
      if (task.status === 'Validated') this.tasks.set(upload.commitment, { ...ended, status: 'EndSuccess' });
      if (task.status === 'GroupValidated') this.tasks.set(upload.commitment, { ...ended, status: 'EndGroupSuccess' });
      if (task.status !== 'EndInvalidated' && this.pointer === upload.commitment) this.pointer = null;
    });
  }

  downloadInputCheckpoint(): Promise<void> {
    return this.#call('downloadInputCheckpoint', () => {
      throw refuse('Checkpoint file not found');
    });
  }

  eventsAfter(id: number): Promise<readonly EventRow[]> {
    return this.#call('eventsAfter', () => this.events.filter((row) => idOf(row) > id).slice(0, EVENT_PAGE));
  }

  latestEventId(): Promise<number> {
    return this.#call('latestEventId', () => Math.max(0, ...this.events.map(idOf)));
  }

  nodeInfo(): Promise<NodeInfo> {
    return this.#call('nodeInfo', () => ({ ...NODE_INFO, address: SELF, status: this.status }));
  }

  join(request: JoinRequest): Promise<void> {
    return this.#call('join', () => {
      if (this.status !== 'Quit') throw refuse('Node already joined');
      this.joins.push(request);
      this.status = 'Available';
    });
  }

  updateCapabilities(capabilities: Capabilities): Promise<void> {
    return this.#call('updateCapabilities', () => {
      this.announced.push(capabilities);
    });
  }

  quit(): Promise<void> {
    return this.#move('quit');
  }

  pause(): Promise<void> {
    return this.#move('pause');
  }

  resume(): Promise<void> {
    return this.#move('resume');
  }

  modelDownloaded(modelId: string): Promise<void> {
    return this.#call('modelDownloaded', () => {
      this.models.push(modelId);
    });
  }

  reportNodeError(report: NodeErrorReport): Promise<void> {
    return this.#call('reportNodeError', () => {
      this.diagnostics.push(report);
    });
  }

  now(): Promise<number> {
    return this.#call('now', () => Math.floor(this.#nowMs() / 1000));
  }

  reconnect(): void {
    this.reconnects++;
  }

  async close(): Promise<void> {}

  /** The network assigns a task to this node. */
  start(task: RemoteTask): void {
    this.tasks.set(task.commitment, task);
    this.pointer = task.commitment;
    this.emit('TaskStarted', task.commitment);
  }

  emit(type: string, commitment: Hex | null, args = '{}'): void {
    const id = Math.max(0, ...this.events.map(idOf)) + 1;
    this.events.push({ kind: 'event', event: { id, type, nodeAddress: SELF, commitment, args } });
  }

  /** The network changes a task by itself. */
  change(commitment: Hex, changes: Partial<RemoteTask>): void {
    this.tasks.set(commitment, { ...this.#get(commitment), ...changes });
  }

  callsOf(method: keyof TaskNetwork): Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  #move(event: 'quit' | 'pause' | 'resume'): Promise<void> {
    return this.#call(event, () => {
      try {
        this.status = nodeStatusAfter(this.status, event);
      } catch {
        throw refuse('Illegal node status');
      }
    });
  }

  #blockMs(): number {
    return Math.floor(this.#nowMs() / 1000) * 1000;
  }

  async #call<Result>(method: keyof TaskNetwork, act: () => Result): Promise<Result> {
    this.calls.push({ method, atMs: this.#nowMs() });
    this.beforeCall(method);
    const fate = this.fate(method);
    if (fate === 'lostRequest') throw unreachable(method);
    const result = act();
    if (fate === 'lostAnswer') throw unreachable(method);
    return result;
  }

  #started(commitment: Hex): RemoteTask {
    const task = this.#get(commitment);
    if (!this.rules.reportsIn.includes(task.status)) throw refuse('Illegal task state');
    return task;
  }

  #get(commitment: Hex): RemoteTask {
    const task = this.tasks.get(commitment);
    if (task === undefined) throw refuse('Task not found');
    return task;
  }
}

function idOf(row: EventRow): number {
  return row.kind === 'event' ? row.event.id : (row.id ?? 0);
}

export function refuse(reason: string): WorkerError {
  return new WorkerError('RELAY_REFUSED', reason, { httpStatus: 400, field: 'task_id_commitment', reason });
}

export function unreachable(path: string): WorkerError {
  return new WorkerError('RELAY_UNREACHABLE', `${path}: connection reset`, { phase: 'reset', path });
}

/** A member without its own money, in the relay's terms. */
export const NODE_INFO: Omit<NodeInfo, 'address' | 'status'> = {
  network: 'test',
  gpuName: 'card',
  gpuVramGib: 8,
  version: '3.5.0',
  inUseModelIds: [],
  modelIds: [],
  stakingScore: 1,
  qosScore: 1,
  probWeight: 1,
  operatorStakingWei: 0n,
  delegatorStakingWei: 0n,
  relayBalanceWei: 42n,
  lockedEmissionWei: 0n,
  delegatorShare: 0,
  delegatorsNum: 0,
  totalOperatorEarningsWei: 0n,
  todayOperatorEarningsWei: 0n,
  totalDelegatorEarningsWei: 0n,
  todayDelegatorEarningsWei: 0n,
};

function revert(reason: string): ChainError {
  return new ChainError('CHAIN_REVERTED', reason, { reason });
}
