/** The soak's side of its host process: each node's last known state, orders, and replacing a killed host. */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { processIdentity } from '../../worker/kit/process-identity.ts';
import type { SoakPrograms } from './bundle.ts';
import type { FromSoakHost, HostedNode, ToSoakHost } from './host-channel.ts';

export interface NodeStatus {
  /** Pid of the worker that was started last; null = it has ended. */
  readonly pid: number | null;
  readonly state: string;
  readonly life: string;
  readonly isBusy: boolean;
}

const NO_STATUS: NodeStatus = { pid: null, state: '', life: '', isBusy: false };

export class HostControl {
  readonly #nodes: readonly HostedNode[];
  readonly #programs: SoakPrograms;
  readonly #now = new Map<string, NodeStatus>();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #answers = new Map<number, (problems: readonly string[]) => void>();
  /** Workers that may still be alive, with their identity: by the end, a pid alone may belong to another process. */
  readonly #pids = new Map<number, string | null>();
  readonly #onFatal: (node: string, why: string) => void;
  #host: ChildProcess;
  #isStopping = false;
  #nextId = 1;

  /** @param onFatal called if a worker has ended by itself */
  constructor(nodes: readonly HostedNode[], programs: SoakPrograms, onFatal: (node: string, why: string) => void) {
    this.#nodes = nodes;
    this.#programs = programs;
    this.#onFatal = onFatal;
    this.#host = this.#start();
  }

  node(name: string): NodeStatus {
    return this.#now.get(name) ?? NO_STATUS;
  }

  get hostPid(): number | null {
    return this.#host.exitCode === null && this.#host.signalCode === null ? (this.#host.pid ?? null) : null;
  }

  /** Resolves when it matches, or with false when the time is up. */
  async until(name: string, fits: (node: NodeStatus) => boolean, withinMs: number): Promise<boolean> {
    const signal = AbortSignal.timeout(withinMs);
    while (!fits(this.node(name))) {
      try {
        await once(this.#changes, 'change', { signal });
      } catch {
        return fits(this.node(name));
      }
    }
    return true;
  }

  send(message: ToSoakHost): void {
    if (this.#host.connected) this.#host.send(message, () => {});
  }

  /** Problems as text; empty = done. A host that dies during the call gives no answer, which is a problem too. */
  async ask(
    question: { type: 'withdraw'; node: string; amountWei: string } | { type: 'reconcile'; node: string },
    withinMs: number,
  ): Promise<readonly string[]> {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    this.#answers.set(id, resolve);
    const timer = setTimeout(() => resolve(['no answer']), withinMs);
    this.send({ ...question, id });
    const problems = await promise;
    clearTimeout(timer);
    this.#answers.delete(id);
    return problems;
  }

  /** Every worker and the host end in order; whatever does not is killed. */
  async stop(withinMs: number): Promise<void> {
    this.#isStopping = true;
    this.send({ type: 'stop' });
    if (this.hostPid !== null) {
      await once(this.#host, 'exit', { signal: AbortSignal.timeout(withinMs) }).catch(() => this.#host.kill('SIGKILL'));
    }
    for (const [pid, identity] of this.#pids) if (identity !== null && (await processIdentity(pid)) === identity) kill(pid);
  }

  #start(): ChildProcess {
    const host = fork(this.#programs.host, [], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    host.on('message', (message: FromSoakHost) => {
      // Messages that a dead host left in the channel are outdated.
      if (host === this.#host || this.#host === undefined) this.#take(message);
    });
    host.once('exit', () => {
      for (const { name } of this.#nodes) this.#set(name, NO_STATUS);
      if (!this.#isStopping) this.#host = this.#start();
    });
    host.send({ type: 'run', nodes: this.#nodes, entry: this.#programs.worker } satisfies ToSoakHost, () => {});
    return host;
  }

  #take(message: FromSoakHost): void {
    switch (message.type) {
      case 'worker':
        void processIdentity(message.pid).then((identity) => this.#pids.set(message.pid, identity));
        this.#set(message.node, { ...NO_STATUS, pid: message.pid });
        return;
      case 'view':
        this.#set(message.node, { ...this.node(message.node), ...message });
        return;
      case 'exit':
        this.#pids.delete(this.node(message.node).pid ?? 0);
        if (message.signal === null && message.code !== 0) this.#onFatal(message.node, message.why);
        this.#set(message.node, NO_STATUS);
        return;
      case 'answer':
        this.#answers.get(message.id)?.(message.problems);
    }
  }

  #set(name: string, now: NodeStatus): void {
    this.#now.set(name, now);
    this.#changes.emit('change');
  }
}

/** @returns whether there was such a process */
export function kill(pid: number | null, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  if (pid === null || pid <= 1) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
