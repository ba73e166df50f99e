/**
 * Tasks, kills, faults and clock changes on a devnet of three nodes, then the checks. Loopback only; ends only
 * processes it has started.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../protocol/tasks/status.ts';
import { type Fault, PASS } from '../support/fault-proxy.ts';
import { actOnChain } from './acts.ts';
import { type Choices, createChoices } from './choices.ts';
import { collectFacts } from './evidence.ts';
import { faultPlan } from './faults.ts';
import { HostControl } from './host-control.ts';
import { judge, type SoakFacts, type Violation } from './judge.ts';
import { Killer, type KillKind } from './killer.ts';
import { SAME_EVERYWHERE, UNDECODABLE } from './markers.ts';
import { FEE_WEI, MODEL, type SoakNetwork, type SoakNode, startSoakNetwork } from './soak-network.ts';

export interface SoakOptions {
  /** Tasks at the relay, at least; a group has three. More are started until there were enough kills. */
  readonly tasks: number;
  /** Kills that hit a running process. */
  readonly kills: number;
  /** Faulty connections and clock changes. */
  readonly faults: boolean;
  readonly seed: number;
  /** No task is started after this many minutes. */
  readonly minutes?: number;
  /** Starts no more tasks when it aborts. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
  /** Called after the checks and before everything is removed. */
  readonly onDrained?: (network: SoakNetwork) => Promise<void>;
}

export interface SoakReport {
  readonly seed: number;
  readonly seconds: number;
  readonly tasks: number;
  /** Number of tasks by their end state. */
  readonly ends: Readonly<Record<string, number>>;
  readonly runs: number;
  readonly kills: Readonly<Record<KillKind, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly clockSteps: number;
  readonly acts: Readonly<Record<string, number>>;
  /** Worker programs that ended by themselves with an error other than a directory in use. */
  readonly failures: readonly string[];
  readonly violations: readonly Violation[];
}

const IN_FLIGHT = 5;
/** From this number on, bundling pays off. */
const BUNDLED_FROM_KILLS = 10;
/** Longer than any deadline of the network. */
const DRAIN_TIMEOUT_MS = 420_000;
const RECONCILE_TIMEOUT_MS = 120_000;
/** A group's members are counted as they are created. */
const GROUP_CHANCE = 0.1;
const INVALID_CHANCE = 0.06;
const ACT_EVERY_TASKS = 12;

export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const network = await startSoakNetwork({ isBundled: options.kills >= BUNDLED_FROM_KILLS });
  try {
    return await new Soak(network, options).run();
  } finally {
    await network.close();
  }
}

class Soak {
  readonly #network: SoakNetwork;
  readonly #options: SoakOptions;
  readonly #choices: Choices;
  readonly #control: HostControl;
  readonly #killer: Killer;
  readonly #faults: Record<string, number> = {};
  readonly #acts: Record<string, number> = {};
  readonly #failures: string[] = [];
  readonly #startedMs = performance.now();
  /** For the last task that was started: resolves when the relay has it. */
  #creation: Promise<unknown> = Promise.resolve();
  #isOver = false;
  #isQuiet = false;

  constructor(network: SoakNetwork, options: SoakOptions) {
    this.#network = network;
    this.#options = options;
    this.#choices = createChoices(options.seed);
    this.#control = new HostControl(
      network.nodes.map(({ hosted }) => hosted),
      network.programs,
      (node, why) => {
        if (!why.includes('STORE_IN_USE')) this.#failures.push(`${node}: ${why}`);
      },
    );
    this.#killer = new Killer(this.#control, network.nodes, this.#choices);
    for (const node of network.nodes) this.#spoil(node);
  }

  async run(): Promise<SoakReport> {
    const loops = [
      ...this.#network.nodes.map((node) => this.#killLoop(node)),
      this.#actLoop(),
      this.#clockLoop(),
      this.#tellLoop(),
    ];
    try {
      await this.#runTasks();
      this.#isOver = true;
      await Promise.all(loops);
      this.#isQuiet = true;
      await this.#settleBooks();
    } finally {
      this.#isOver = true;
      await this.#control.stop(60_000);
    }
    const facts = await collectFacts(this.#network);
    const report = this.#report(facts);
    await this.#options.onDrained?.(this.#network);
    return report;
  }

  get #created(): number {
    return this.#network.devnet.relay.tasks().length;
  }

  get #mayBegin(): boolean {
    const { tasks, kills, minutes = 600, signal } = this.#options;
    // A point that no task reaches is given up, perhaps when the last task has ended.
    const isEnough = this.#created >= tasks && this.#killer.total >= kills;
    return !isEnough && performance.now() - this.#startedMs < minutes * 60_000 && signal?.aborted !== true;
  }

  #spoil(node: SoakNode): void {
    const count = (line: string) => (kind: Fault['kind']) => {
      const name = `${line} ${kind}`;
      this.#faults[name] = (this.#faults[name] ?? 0) + 1;
    };
    for (const [name, line] of [['relay', node.relayLine] as const, ['rpc', node.chainLine] as const]) {
      const plan = faultPlan(this.#choices, count(name));
      line.setPlan((request) => {
        const verdict = /\/(0x[0-9a-f]{64})\/(score|task_error)$/.exec(request.path);
        if (verdict !== null && request.method === 'POST') {
          const [, commitment = '', action] = verdict;
          const score = action === 'score' ? String(JSON.parse(request.body).score) : '';
          node.posts.push({ commitment, action: action as 'score' | 'task_error', score, atNs: process.hrtime.bigint() });
        }
        if (this.#isQuiet) return PASS;
        return this.#killer.atLine(node, request) ?? (this.#options.faults ? plan(request) : PASS);
      });
    }
  }

  async #runTasks(): Promise<void> {
    const drain = new AbortController();
    const workers = Array.from({ length: IN_FLIGHT }, async () => {
      while (this.#mayBegin) await this.#runTask(drain.signal);
    });
    const all = Promise.all(workers);
    while (this.#mayBegin) await sleep(100);
    const timer = setTimeout(() => drain.abort(), DRAIN_TIMEOUT_MS);
    await all;
    // A task that its application has given up ends by a deadline, which may move money too.
    while (!drain.signal.aborted && this.#network.devnet.relay.tasks().some(({ status }) => !isTerminal(status)))
      await sleep(200);
    clearTimeout(timer);
  }

  async #runTask(signal: AbortSignal): Promise<void> {
    const { sampling, application } = this.#network;
    const isGroup = this.#choices.chance(GROUP_CHANCE);
    // The network refuses to decide about three reported errors, and the nodes would wait for the validation's
    // deadline.
    const isInvalid = !isGroup && this.#choices.chance(INVALID_CHANCE);
    const words = isInvalid ? UNDECODABLE : this.#choices.chance(0.5) ? SAME_EVERYWHERE : 'each its own';
    const args = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: words }] });
    const spec = { type: 'Llm', args, modelIds: [`base:${MODEL}`], feeWei: FEE_WEI.toString() } as const;
    const { promise: created, resolve: onProgress } = Promise.withResolvers<unknown>();
    const before = this.#creation;
    this.#creation = created;
    // The plan applies to whichever task is created next, so one at a time.
    await before;
    sampling.setNext(isGroup ? 'group' : 'single');
    try {
      await application.runTask(spec, { signal, onProgress });
    } catch (error) {
      // The facts show what is wrong with a task; the application's own problems go into the report.
      this.#failures.push(`application: ${String(error)}`);
      await sleep(200);
    } finally {
      onProgress(null);
    }
  }

  /** Keeps the requested ratio of kills to started tasks. */
  async #killLoop(node: SoakNode): Promise<void> {
    const { kills, tasks } = this.#options;
    while (!this.#isOver) {
      if (this.#killer.total >= Math.min(kills, Math.ceil((this.#created * kills) / tasks))) await sleep(50);
      else await this.#killer.strike(node);
    }
  }

  async #actLoop(): Promise<void> {
    let due = ACT_EVERY_TASKS;
    while (!this.#isOver) {
      if (this.#created < due) {
        await sleep(100);
        continue;
      }
      due = this.#created + ACT_EVERY_TASKS;
      const node = this.#choices.oneOf(this.#network.nodes);
      const parts = { node, control: this.#control, killer: this.#killer, choices: this.#choices, network: this.#network };
      const act = await actOnChain({ ...parts, kills: this.#options.kills > 0, isOver: () => this.#isOver });
      this.#acts[act] = (this.#acts[act] ?? 0) + 1;
    }
  }

  async #clockLoop(): Promise<void> {
    while (!this.#isOver && this.#options.faults) {
      await sleep(500);
      if (this.#choices.chance(0.15)) this.#killer.stepClock(this.#choices.oneOf(this.#network.nodes));
    }
  }

  async #tellLoop(): Promise<void> {
    for (let i = 1; !this.#isOver; i++) {
      await sleep(500);
      if (i % 60 !== 0) continue;
      const states = this.#network.nodes.map(({ name }) => `${name} ${this.#control.node(name).state || 'down'}`);
      const faults = Object.values(this.#faults).reduce((sum, count) => sum + count, 0);
      this.#options.onProgress?.(
        `${Math.round((performance.now() - this.#startedMs) / 1000)} s: ${this.#created} tasks, ${this.#killer.total} kills, ${faults} faults, ${this.#killer.clockSteps} clock steps; ${states.join(', ')}`,
      );
    }
  }

  /** Until each node's own comparison finds nothing; the rest is judged from the store itself. */
  async #settleBooks(): Promise<void> {
    const endMs = performance.now() + RECONCILE_TIMEOUT_MS;
    for (const { name } of this.#network.nodes) {
      let problems: readonly string[] = ['not asked'];
      while (problems.length > 0 && performance.now() < endMs) {
        await this.#control.until(name, ({ state }) => state === 'running' || state === 'stopped', 60_000);
        problems = await this.#control.ask({ type: 'reconcile', node: name }, 30_000);
        if (problems.length > 0) await sleep(500);
      }
      if (problems.length > 0) this.#options.onProgress?.(`${name}: the books do not agree: ${problems.join('; ')}`);
    }
  }

  #report(facts: SoakFacts): SoakReport {
    const ends: Record<string, number> = {};
    for (const { status, abortReason } of facts.tasks) {
      const name = status === 'EndAborted' ? `${status} (${abortReason})` : status;
      ends[name] = (ends[name] ?? 0) + 1;
    }
    const withdrawals = this.#network.devnet.relay.ledger().filter(({ type }) => type === 'Withdraw').length;
    return {
      seed: this.#options.seed,
      seconds: Math.round((performance.now() - this.#startedMs) / 1000),
      tasks: facts.tasks.length,
      ends,
      runs: facts.nodes.reduce((sum, { runs }) => sum + runs.length, 0),
      kills: this.#killer.counts,
      faults: this.#faults,
      clockSteps: this.#killer.clockSteps,
      acts: { ...this.#acts, ...(withdrawals === 0 ? {} : { 'withdrawals that the relay took': withdrawals }) },
      failures: this.#failures,
      violations: judge(facts),
    };
  }
}
