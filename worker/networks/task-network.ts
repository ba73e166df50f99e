/** What one node needs from a network. The loop knows only this port, not what is behind it. */
import type { Hex } from '../../protocol/hex.ts';
import type { EventRow } from '../../protocol/wire/event-row.ts';
import type { NodeInfo } from '../../protocol/wire/node.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';
import type { NodeErrorReport } from '../store/diagnostics.ts';
import type { RecordedScore } from '../store/score-ledger.ts';
import type { NetworkRules } from './network-rules.ts';

/** A file of a result; its position in the list is its index. */
export interface ResultFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ResultUpload {
  readonly commitment: Hex;
  readonly files: readonly ResultFile[];
  /** Path of a zip file; fine-tune tasks only. */
  readonly checkpointPath: string | null;
}

/** A task as read. `block`: for a network on a chain, the block of this state. */
export type NetworkTask = RemoteTask & {
  readonly block?: {
    /** The block's own time, epoch ms; contracts judge deadlines by it. */
    readonly timeMs: number;
    /** An end that no ordinary reorganisation reverts. */
    readonly isFinal: boolean;
  };
};

/** The outcome of an act that is a transaction: in effect, or sent but not in a block yet. */
export type Sending = 'done' | 'underway';

/** Most rows that one call of `eventsAfter` returns. */
export const EVENT_PAGE = 50;

/** What the node announces when it joins and after a change; `gpu` is the object that isolates the engine (law 6). */
export interface Capabilities {
  readonly gpu: { readonly name: string; readonly vramGib: number };
  /** Version of the connected engine. */
  readonly version: string;
  readonly modelIds: readonly string[];
}

export interface JoinRequest extends Capabilities {
  readonly network: string;
  readonly stakeWei: bigint;
}

/**
 * Every method makes one attempt. It rejects with RELAY_REFUSED (the network refused), RELAY_UNREACHABLE or
 * RELAY_BAD_ANSWER, or on a chain with CHAIN_REVERTED, CHAIN_UNREACHABLE and the like. Unless a writing call was
 * refused, its outcome is then unknown, and only a new read can show it.
 */
export interface TaskNetwork {
  readonly address: Hex;
  readonly rules: NetworkRules;
  /** Commitment of the task that the network has assigned to this node; null if there is none. */
  currentTask(): Promise<Hex | null>;
  task(commitment: Hex): Promise<NetworkTask | 'notFound'>;
  /** Accepts only an entry of the score ledger (law 4). */
  submitScore(score: RecordedScore): Promise<Sending>;
  /** Reports the task's arguments as invalid, the only error that a node ever reports (law 2). */
  reportError(commitment: Hex): Promise<Sending>;
  /** Ends a task whose time is up; only if the rules have an expiry. */
  abortExpired(commitment: Hex): Promise<Sending>;
  uploadResult(upload: ResultUpload): Promise<void>;
  /** Writes a fine-tune task's input checkpoint (a zip) to `path`. */
  downloadInputCheckpoint(commitment: Hex, path: string): Promise<void>;
  /** Events of this node with an ID above `id`, ascending as far as the network guarantees it. */
  eventsAfter(id: number): Promise<readonly EventRow[]>;
  /** ID of this node's latest event, 0 if there is none. */
  latestEventId(): Promise<number>;
  nodeInfo(): Promise<NodeInfo>;
  join(request: JoinRequest): Promise<void>;
  updateCapabilities(capabilities: Capabilities): Promise<void>;
  quit(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  modelDownloaded(modelId: string): Promise<void>;
  reportNodeError(report: NodeErrorReport): Promise<void>;
  /** The network's clock in unix seconds. */
  now(): Promise<number>;
  /** Drops all connections and their open requests; the next request opens a new one. */
  reconnect?(): void;
  close(): Promise<void>;
}
