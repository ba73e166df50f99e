/**
 * Tests the laws with random lives of a task: the network moves it anywhere, answers get lost, the engine crashes and never
 * gives the same result twice, and the process is killed at any point and restarted on the same directory.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { isTerminal, type TaskStatus } from '../../protocol/tasks/status.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';
import type { EngineJob, EngineOutcome } from '../engines/engine.ts';
import type { NetworkRules } from '../networks/network-rules.ts';
import type { TaskNetwork } from '../networks/task-network.ts';
import { FakeEngine, failing, invalidArgs } from '../testing/fake-engine.ts';
import { FakeNetwork, type Fate } from '../testing/fake-network.ts';
import { loopRig, NETWORKS, type Rig, START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, OTHER, remoteTask, SELF } from '../testing/remote-task.ts';

const TASK = commitmentOf(1);
const FOREIGN_SCORE = `0x${'99'.repeat(32)}` as const;

type EngineAnswer = 'success' | 'success' | 'invalid' | 'failed' | 'silence';
type Step =
  | { readonly do: 'cycle'; readonly fate: Fate }
  /** Kills the process at the nth point reached from here on. */
  | { readonly do: 'killAt'; readonly point: number }
  | { readonly do: 'restart' }
  | { readonly do: 'engineCrash' }
  | { readonly do: 'engineLost' }
  | { readonly do: 'engineAnswers'; readonly answer: EngineAnswer }
  | { readonly do: 'pass'; readonly seconds: number }
  | { readonly do: 'remote'; readonly move: 'advance' | 'abort' | 'invalidate' | 'foreign' | 'otherNode' | 'vanish' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('cycle' as const),
      fate: fc.constantFrom<Fate>('ok', 'ok', 'ok', 'lostRequest', 'lostAnswer'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('killAt' as const), point: fc.integer({ min: 0, max: 14 }) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'restart' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'engineCrash' }, { do: 'engineCrash' }, { do: 'engineLost' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('engineAnswers' as const),
      answer: fc.constantFrom<EngineAnswer>('success', 'success', 'invalid', 'failed', 'silence'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 15 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('remote' as const),
      move: fc.constantFrom(
        'advance' as const,
        'advance' as const,
        'advance' as const,
        'abort' as const,
        'invalidate' as const,
        'foreign' as const,
        'otherNode' as const,
        'vanish' as const,
      ),
    }),
  },
);

class Life {
  readonly clock = new ManualClock(START_MS);
  readonly network: FakeNetwork;
  readonly dataDir = mkdtempSync(join(tmpdir(), 'crynux-model-'));
  readonly jobs: string[] = [];
  answers: EngineAnswer = 'success';
  /** Texts differ: no two executions ever give the same score. */
  #executions = 0;
  invalidSaid = false;
  #processes = 0;
  #rig: Rig | null = null;
  #kill: { readonly point: number; readonly dead: () => void } | null = null;
  #alive: { value: boolean } = { value: true };
  fate: Fate = 'ok';
  /** Violations inside the loop, where a thrown error would look like any other failure. */
  readonly #violations: unknown[] = [];
  #silence = Promise.withResolvers<void>();

  constructor(rules: NetworkRules) {
    this.network = new FakeNetwork(() => this.clock.now(), rules);
    this.network.start(this.#task());
    this.network.beforeCall = (method) => this.#note(() => this.#checkAct(method));
    this.network.fate = (method) => (method === 'task' ? 'ok' : this.fate);
  }

  get rig(): Rig {
    return this.#rig ?? expect.fail();
  }

  /** A new process on the same directory. */
  async boot(): Promise<void> {
    const alive = { value: true };
    this.#alive = alive;
    const engine = new FakeEngine(`P${++this.#processes}L`);
    engine.answer = (job, lifetime) => this.#execute(job, lifetime);
    const mortal = new Proxy(this.network, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => (alive.value ? value.apply(target, args) : new Promise(() => {}));
      },
    }) as FakeNetwork & TaskNetwork;
    this.#rig = await loopRig({
      dataDir: this.dataDir,
      clock: this.clock,
      network: mortal,
      engine,
      killPoint: () => (alive.value ? this.#killPoint() : new Promise<never>(() => {})),
    });
  }

  /** The end of a process by SIGKILL: nothing in it continues. */
  die(): void {
    this.#alive.value = false;
    this.rig.context.store.close();
  }

  async cycle(): Promise<void> {
    if (this.rig.context.store.tasks.find(TASK) === null || this.rig.context.store.local(TASK).kind !== 'executing')
      this.#silence = Promise.withResolvers();
    const { driver } = this.rig;
    await driver.cycle(TASK).catch(() => {});
    // An engine that stays silent is cut off by the next crash or restart; until then the execution runs.
    await Promise.race([driver.untilIdle(), this.#silence.promise]);
  }

  /** Runs cycles until the nth point is reached, kills there, restarts. */
  async killAt(point: number): Promise<void> {
    const death = new Promise<'dead'>((resolve) => {
      this.#kill = { point, dead: () => resolve('dead') };
    });
    for (let i = 0; i < 6; i++) {
      const end = await Promise.race([death, this.cycle().then(() => 'lived' as const)]);
      if (end === 'dead') break;
    }
    this.#kill = null;
    this.die();
    await this.boot();
  }

  moveRemote(move: Extract<Step, { do: 'remote' }>['move']): void {
    const task = this.network.tasks.get(TASK);
    if (move === 'vanish') {
      this.network.tasks.delete(TASK);
      return;
    }
    if (task === undefined) {
      this.network.tasks.set(TASK, this.#task());
      return;
    }
    if (isTerminal(task.status)) return;
    const next: Partial<Record<TaskStatus, TaskStatus>> = { ScoreReady: 'Validated', ErrorReported: 'EndAborted' };
    const changes: Record<Exclude<typeof move, 'vanish'>, Partial<RemoteTask>> = {
      advance: { status: next[task.status] ?? task.status },
      abort: { status: 'EndAborted' },
      invalidate: { status: task.status === 'ScoreReady' ? 'EndInvalidated' : task.status },
      foreign: { status: 'Validated', score: FOREIGN_SCORE },
      otherNode: { selectedNode: task.selectedNode === SELF ? OTHER : SELF },
    };
    this.network.change(TASK, changes[move]);
  }

  /** Assigned to this node, in the first status in which the network accepts a verdict. */
  #task(): RemoteTask {
    return remoteTask({ startTimeMs: START_MS, timeoutSeconds: 60, status: this.network.rules.reportsIn[0] ?? 'Started' });
  }

  #execute(job: EngineJob, lifetime: string): Promise<EngineOutcome> | EngineOutcome {
    this.#note(() => {
      expect(this.jobs, 'law 3: one execution per engine lifetime').not.toContain(lifetime);
      expect(this.rig.context.store.ledger.find(TASK), 'law 3: no execution beside a score').toBeNull();
      this.jobs.push(lifetime);
      expect(this.jobs.length, 'law 3: attempts').toBeLessThanOrEqual(3);
    });
    switch (this.answers) {
      case 'success':
        writeFileSync(join(job.outputDir, '0.json'), `answer ${++this.#executions}`);
        return { kind: 'success' };
      case 'invalid':
        this.invalidSaid = true;
        return invalidArgs(job, lifetime);
      case 'failed':
        return failing(job, lifetime);
      case 'silence':
        this.#silence.resolve();
        return new Promise(() => {});
    }
  }

  #killPoint(): Promise<void> {
    if (this.#kill === null) return Promise.resolve();
    if (this.#kill.point > 0) {
      this.#kill = { ...this.#kill, point: this.#kill.point - 1 };
      return Promise.resolve();
    }
    const { dead } = this.#kill;
    this.#kill = null;
    this.#alive.value = false;
    dead();
    return new Promise<never>(() => {});
  }

  #note(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#violations.push(error);
    }
  }

  /** Every act on the network is checked when it is made. */
  #checkAct(method: keyof TaskNetwork): void {
    if (!['submitScore', 'reportError', 'uploadResult', 'abortExpired'].includes(method)) return;
    const { store, resultsDir } = this.rig.context;
    const task = this.network.tasks.get(TASK);
    expect(task?.selectedNode, 'law 1: only for our own task').toBe(SELF);
    if (method === 'abortExpired') {
      expect(this.clock.now(), 'only what is over is aborted').toBeGreaterThan(START_MS + 60_000);
      return;
    }
    const recorded = store.ledger.find(TASK);
    if (method === 'reportError') {
      expect(this.invalidSaid, 'law 2: only an invalid task').toBe(true);
      expect(recorded, 'law 2: no report beside a score').toBeNull();
      return;
    }
    expect(recorded, 'law 4: the score is on disk').not.toBeNull();
    const paths = store.artifacts.of(TASK).map(({ path }) => join(resultsDir, path));
    const hashes = paths.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(`0x${hashes.join('')}`, 'law 4: the files are on disk').toBe(recorded?.score);
    if (method === 'submitScore') {
      expect(this.network.rules.reportsIn).toContain(task?.status);
      expect(this.clock.now(), 'law 1: before the deadline').toBeLessThan(START_MS + 60_000);
    } else {
      expect(task?.score, 'law 1: only our own score').toBe(recorded?.score);
    }
  }

  checkHistory(): void {
    for (const violation of this.#violations) throw violation;
    const scores = new Set(this.network.submitted.map(({ score }) => score));
    expect(scores.size, 'law 4: one score').toBeLessThanOrEqual(1);
    if (this.network.reported.length > 0) expect(scores.size, 'law 2: one verdict').toBe(0);
    for (const { files } of this.network.uploads) {
      const hashes = files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
      expect([...scores], 'law 5: the uploaded files make the submitted score').toEqual([`0x${hashes.join('')}`]);
    }
    expect(this.rig.fatal).toEqual([]);
  }
}

const liveOn =
  (rules: NetworkRules) =>
  async (steps: readonly Step[]): Promise<void> => {
    const life = new Life(rules);
    try {
      await life.boot();
      for (const next of steps) {
        switch (next.do) {
          case 'cycle':
            life.fate = next.fate;
            await life.cycle();
            life.fate = 'ok';
            break;
          case 'killAt':
            await life.killAt(next.point);
            break;
          case 'restart':
            await life.rig.engine.stop();
            await life.rig.driver.untilIdle();
            life.die();
            await life.boot();
            break;
          case 'engineCrash':
            await life.rig.engine.crash();
            await life.rig.driver.untilIdle();
            break;
          case 'engineLost':
            life.rig.engine.die();
            await life.rig.driver.untilIdle();
            break;
          case 'engineAnswers':
            life.answers = next.answer;
            break;
          case 'pass':
            await life.clock.tick(next.seconds * 1000);
            break;
          case 'remote':
            life.moveRemote(next.move);
            break;
        }
        life.checkHistory();
      }
      await endWell(life);
    } finally {
      life.die();
      rmSync(life.dataDir, { recursive: true, force: true });
    }
  };

/** Whatever happened before, the node closes the task once the network has ended it. */
async function endWell(life: Life): Promise<void> {
  await life.rig.engine.crash();
  await life.rig.driver.untilIdle();
  if (!life.network.tasks.has(TASK)) life.moveRemote('vanish');
  const task = life.network.tasks.get(TASK) ?? remoteTask({ startTimeMs: START_MS });
  life.network.tasks.set(TASK, isTerminal(task.status) ? task : { ...task, status: 'EndAborted', selectedNode: SELF });
  life.answers = 'failed';
  for (let i = 0; i < 4; i++) await life.cycle();
  life.checkHistory();
  expect(life.rig.context.store.tasks.open()).toEqual([]);
}

describe.each(NETWORKS)('a network with its tasks on a %s', (_network, rules) => {
  const live = liveOn(rules);
  it('laws 1–5 hold in any life of a task', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 16 }), live), { numRuns: 60 });
  });

  it('an ordinary life, killed at every single point in turn', async () => {
    for (let point = 0; point < 24; point++) {
      await live([
        { do: 'killAt', point },
        { do: 'cycle', fate: 'ok' },
        { do: 'cycle', fate: 'ok' },
        { do: 'cycle', fate: 'ok' },
        { do: 'remote', move: 'advance' },
        { do: 'killAt', point },
        { do: 'cycle', fate: 'ok' },
        { do: 'cycle', fate: 'ok' },
      ]);
    }
  });

  it('law 3: interrupted again and again, it runs at most three times', async () => {
    const cutOff: Step[] = [
      { do: 'cycle', fate: 'ok' },
      { do: 'restart' },
      { do: 'cycle', fate: 'ok' },
      { do: 'killAt', point: 3 },
      { do: 'cycle', fate: 'ok' },
      { do: 'engineCrash' },
    ];
    await live([{ do: 'engineAnswers', answer: 'silence' }, ...cutOff, ...cutOff]);
  });
});
