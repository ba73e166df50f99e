/**
 * A worker process as an object, over any channel (fork, utilityProcess, in-process). Pending calls are rejected when
 * the process ends; views have revisions, and an older one never replaces a newer one. Requests to the node itself use
 * a connection of contract/node-contract.ts.
 */
import type { Hex } from '../protocol/hex.ts';
import type { NodeQuestion } from './act-questions.ts';
import type { Caller } from './acts.ts';
import { ChannelConnections } from './channel-connections.ts';
import { ContractError } from './errors.ts';
import type { NodeConfigInput } from './node-config.ts';
import type { RpcPort } from './rpc-port.ts';
import { type ErrorView, type FromWorker, fromWorkerSchema, type NodeView, type ToWorkerInput } from './worker-channel.ts';

export interface WorkerExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface WorkerChannel {
  readonly pid: number | undefined;
  send(message: ToWorkerInput): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (exit: WorkerExit) => void): void;
}

export interface WorkerListeners {
  readonly onNode?: (node: NodeView) => void;
  /** Asks a person; omitted = the answer is always no. */
  readonly onQuestion?: (question: NodeQuestion) => Promise<boolean>;
  /** A message did not fit the contract; it has no other effect. */
  readonly onError?: (error: ContractError) => void;
}

interface StartOptions {
  readonly confirmedAlone?: boolean;
  /** Addresses of all keys that the program holds. */
  readonly ownAddresses?: readonly Hex[];
  /** How long the key belongs to the process; omitted = until it ends. */
  readonly leaseMs?: number | undefined;
}

export interface WorkerClient {
  readonly pid: number | undefined;
  /** Resolves when the node is running. @throws ContractError WORKER_FATAL, WORKER_EXITED */
  start(config: NodeConfigInput, privateKey: string, options?: StartOptions): Promise<NodeView>;
  /** Latest view, null before the first. */
  node(): NodeView | null;
  /** Resolves with the first view that fits, at once if the latest does. @throws ContractError WORKER_FATAL, WORKER_EXITED */
  until(fits: (node: NodeView) => boolean): Promise<NodeView>;
  /** Call this after a key was added. */
  ownAddresses(addresses: readonly Hex[]): void;
  /** How long the key belongs to the process, from now on. */
  lease(leftMs: number): void;
  /**
   * A new connection to the node's own contract (contract/node-contract.ts); it closes with the process. The caller is
   * treated as a page unless stated otherwise.
   */
  connect(caller?: Caller): RpcPort;
  /** Finishes the current task, then ends the process; resolves after its exit. */
  stop(options: { readonly quitNetwork: boolean }): Promise<WorkerExit>;
  readonly exited: Promise<WorkerExit>;
}

interface Pending {
  readonly fits: (node: NodeView) => boolean;
  readonly resolve: (node: NodeView) => void;
  readonly reject: (error: ContractError) => void;
}

function fatalError(error: ErrorView): ContractError {
  return new ContractError('WORKER_FATAL', `${error.code}: ${error.message}`, { reason: error.code });
}

export function createWorkerClient(channel: WorkerChannel, listeners: WorkerListeners = {}): WorkerClient {
  const pending = new Set<Pending>();
  let latest: NodeView | null = null;
  let exit: WorkerExit | null = null;
  const connections = new ChannelConnections((message) => {
    if (exit === null) channel.send(message);
  });

  function take(message: FromWorker): void {
    if (message.type === 'fatal') rejectAll(fatalError(message.error));
    if (message.type === 'node') {
      if (latest !== null && message.node.revision < latest.revision) return;
      latest = message.node;
      listeners.onNode?.(latest);
      for (const call of pending) {
        if (!call.fits(latest)) continue;
        pending.delete(call);
        call.resolve(latest);
      }
    }
    if (message.type === 'rpc') connections.receive(message);
    if (message.type === 'question') void answer(message);
  }

  async function answer({ id, question }: Extract<FromWorker, { type: 'question' }>): Promise<void> {
    const allowed = await (listeners.onQuestion?.(question) ?? Promise.resolve(false)).catch(() => false);
    if (exit === null) channel.send({ type: 'answer', id, allowed });
  }

  function rejectAll(error: ContractError): void {
    for (const call of pending) call.reject(error);
    pending.clear();
  }

  function ended({ code, signal }: WorkerExit): ContractError {
    return new ContractError('WORKER_EXITED', `the worker ended (${signal ?? code ?? 'unknown'})`, { code, signal });
  }

  channel.onMessage((raw) => {
    const parsed = fromWorkerSchema.safeParse(raw);
    if (parsed.success) return take(parsed.data);
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    listeners.onError?.(
      new ContractError('WORKER_BAD_ANSWER', `message of the worker: ${field}: ${issue?.message ?? 'invalid'}`, { field }),
    );
  });
  const exited = new Promise<WorkerExit>((resolve) => {
    channel.onExit((how) => {
      exit = how;
      rejectAll(ended(how));
      connections.closeAll();
      resolve(how);
    });
  });

  async function until(fits: (node: NodeView) => boolean): Promise<NodeView> {
    if (latest !== null && fits(latest)) return latest;
    if (exit !== null) throw ended(exit);
    return new Promise((resolve, reject) => pending.add({ fits, resolve, reject }));
  }

  return {
    pid: channel.pid,
    exited,
    node: () => latest,
    until,
    async start(config, privateKey, { confirmedAlone = false, ownAddresses = [], leaseMs } = {}) {
      const running = until((node) => node.state === 'running' || node.state === 'failed');
      channel.send({
        type: 'start',
        config,
        privateKey,
        confirmedAlone,
        ownAddresses: [...ownAddresses],
        leaseMs: leaseMs ?? null,
      });
      const node = await running;
      if (node.state === 'failed') throw fatalError(node.error ?? { code: 'UNEXPECTED', message: node.message, data: {} });
      return node;
    },
    connect: (caller) => connections.open(caller),
    ownAddresses: (addresses) => channel.send({ type: 'ownAddresses', addresses: [...addresses] }),
    lease: (leftMs) => channel.send({ type: 'lease', leftMs }),
    stop({ quitNetwork }) {
      if (exit === null) channel.send({ type: 'stop', quitNetwork });
      return exited;
    },
  };
}
