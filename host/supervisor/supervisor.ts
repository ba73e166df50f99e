/** The worker processes of all profiles behind one interface; views carry a revision that counts up by one. */
import type { NodeQuestion } from '../../contract/act-questions.ts';
import type { WorkerState } from '../../contract/profiles.ts';
import type { ErrorView, NodeView } from '../../contract/worker-channel.ts';
import type { WorkerClient } from '../../contract/worker-client.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { RESTART_LIMITS, type RestartLimits } from './restart.ts';
import type { SupervisedChannel } from './supervised-node.ts';
import { type NodeOrder, SupervisedNode } from './supervised-node.ts';

export interface SupervisionView {
  readonly profileId: string;
  readonly revision: number;
  /** State of the process. */
  readonly worker: WorkerState;
  /** View of the node in it, which is ready if its state says so. Null = no process, or nothing reported yet. */
  readonly node: NodeView | null;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The start message for a profile's process, made anew for every start. */
  readonly order: (profileId: string) => Promise<NodeOrder>;
  /** Starts a worker process; `secrets` must be redacted from its output. */
  readonly open: (start: { readonly profileId: string; readonly secrets: readonly string[] }) => SupervisedChannel;
  readonly limits?: RestartLimits;
  /** Addresses of all keys that the program has now; default: none. */
  readonly ownAddresses?: () => readonly Hex[];
  /** Asks a person to confirm what a page wants from a node; by default everything is refused. */
  readonly ask?: (profileId: string, question: NodeQuestion) => Promise<boolean>;
}

export interface Supervisor {
  /** Resolves when the process has started or failed to; the view shows which. @throws HostError PROFILE_RUNNING */
  start(profileId: string): Promise<void>;
  /** Finishes the current task, never leaves the network. Resolves after the process has ended. */
  stop(profileId: string): Promise<void>;
  /** For calls to the node itself. @throws HostError PROFILE_NOT_RUNNING */
  client(profileId: string): WorkerClient;
  view(profileId: string): SupervisionView;
  /** Ends a process that must no longer act, within this time; does nothing without one. */
  fence(profileId: string, error: ErrorView, withinMs: number): void;
  /** Tells a running process how long it may use the key from now on. */
  lease(profileId: string, leftMs: number): void;
  /** Tells every running process about an added key. */
  updateOwnAddresses(): void;
  /** Profiles with a process, or about to have one. */
  active(): readonly string[];
  watch(listener: (view: SupervisionView) => void): () => void;
  /**
   * For the end of the program. After `patienceMs`, nodes end without finishing their tasks, which they resume at the
   * next start; after `graceMs` more they are killed.
   */
  stopAll(limits?: { readonly patienceMs?: number; readonly graceMs?: number }): Promise<void>;
}

const INACTIVE: readonly WorkerState['kind'][] = ['stopped', 'failed', 'locked'];

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { clock, random, limits = RESTART_LIMITS, ownAddresses = () => [], ask = async () => false } = options;
  const nodes = new Map<string, SupervisedNode>();
  const listeners = new Set<(view: SupervisionView) => void>();
  let revision = 0;

  function view(profileId: string): SupervisionView {
    const node = nodes.get(profileId);
    return { profileId, revision, worker: node?.state ?? { kind: 'stopped' }, node: node?.node ?? null };
  }

  function changed(profileId: string): void {
    revision++;
    for (const listener of listeners) listener(view(profileId));
  }

  function nodeOf(profileId: string): SupervisedNode {
    const known = nodes.get(profileId);
    if (known !== undefined) return known;
    const node = new SupervisedNode({
      profileId,
      order: () => options.order(profileId),
      open: (secrets) => options.open({ profileId, secrets }),
      clock,
      random,
      limits,
      onChange: () => changed(profileId),
      ownAddresses,
      ask: (question) => ask(profileId, question),
    });
    nodes.set(profileId, node);
    return node;
  }

  return {
    start: async (profileId) => nodeOf(profileId).start(),
    stop: async (profileId) => nodeOf(profileId).stop(),
    client: (profileId) => nodeOf(profileId).running(),
    view,
    fence: (profileId, error, withinMs) => nodes.get(profileId)?.fence(error, withinMs),
    lease: (profileId, leftMs) => nodes.get(profileId)?.lease(leftMs),
    updateOwnAddresses() {
      for (const node of nodes.values()) node.updateOwnAddresses();
    },
    active: () => [...nodes].filter(([, node]) => !INACTIVE.includes(node.state.kind)).map(([profileId]) => profileId),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stopAll({ patienceMs = 60_000, graceMs = 10_000 } = {}) {
      const done = new AbortController();
      const hurry = clock
        .sleep(patienceMs, done.signal)
        .then(() => {
          for (const node of nodes.values()) node.end();
          return clock.sleep(graceMs, done.signal);
        })
        .then(() => {
          for (const node of nodes.values()) node.kill();
        })
        .catch(() => {});
      await Promise.all([...nodes.values()].map((node) => node.stop()));
      done.abort();
      await hurry;
    },
  };
}
