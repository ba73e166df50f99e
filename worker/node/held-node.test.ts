/** A whole node whose cards keep it from taking tasks; the test sets the readings. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { type GpuCard, type GpuSettings, gpuSettingsSchema } from '../../contract/gpu.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { deriveGpu } from '../gpu/assignment.ts';
import { CardGuard, type CardGuardOptions } from '../gpu/card-guard.ts';
import { gpuProblem } from '../gpu/errors.ts';
import { GPU_MIGRATIONS } from '../gpu/gpu-database.ts';
import type { NvidiaProbe } from '../gpu/nvidia-smi.ts';
import { REFERENCE } from '../gpu/run-self-test.ts';
import { SelfTestStore } from '../gpu/self-test-store.ts';
import { card } from '../gpu/testing/card.ts';
import { type Answer, FakeEngine, failing, never, succeedWith } from '../testing/fake-engine.ts';
import { QUIET_LOG } from '../testing/loop-rig.ts';
import { type NodeRig, nodeRig } from '../testing/node-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';

const LIMIT = { limits: { temperatureC: { pauseAt: 85, resumeAt: 75 } } };
const MODEL = 'base:tiny/model';

interface Cards {
  reading: Partial<GpuCard>;
  answers: boolean;
}

interface HeldRigOptions {
  readonly settings?: object;
  readonly selfTest?: SelfTestStore;
  readonly driver?: string;
  readonly reading?: Partial<GpuCard>;
  readonly more?: Partial<CardGuardOptions>;
  readonly engine?: FakeEngine;
  readonly run?: boolean;
}

async function heldRig(options: HeldRigOptions = {}): Promise<NodeRig & { cards: Cards }> {
  const { settings = {}, selfTest, driver = '595.84', engine = new FakeEngine(), run = true, more } = options;
  const cards: Cards = { reading: options.reading ?? {}, answers: true };
  const shown = () => [card({ index: 0, ...cards.reading }), card({ index: 1, temperatureC: 99 })];
  const probe = async (): Promise<NvidiaProbe> =>
    cards.answers
      ? { kind: 'found', cards: shown(), problems: [] }
      : { kind: 'timedOut', problem: gpuProblem('GPU_PROBE_TIMED_OUT') };
  const gpu = deriveGpu({ ids: [card({ index: 0 }).id] }, { cards: shown(), platform: 'Linux', executor: null });
  const parsed: GpuSettings = gpuSettingsSchema.parse(settings);
  const workDir = join(tempDir(), 'self-test');
  const rig = await nodeRig({
    engine,
    run,
    guard: ({ clock }) =>
      new CardGuard({
        gpu,
        config: { settings: parsed, sampleSeconds: 5 },
        firstSample: { atMs: clock.now(), at: clock.monotonic(), cards: shown() },
        nvidia: { probe },
        telemetry: { record() {} },
        selfTest:
          selfTest === undefined
            ? null
            : { engine, engineKind: 'embedded', gpu, driver, modelId: MODEL, store: selfTest, clock, workDir },
        ownProcesses: async () => new Set(),
        timeZone: 'UTC',
        clock,
        log: QUIET_LOG,
        ...more,
      }),
  });
  return { ...rig, cards };
}

const stateOf = ({ node }: NodeRig) => node.view().state;
const reasonsOf = ({ node }: NodeRig) => node.view().gpu?.acceptance.reasons.map(({ code }) => code);

describe('a limit', () => {
  it('pauses the node after its current task, and resumes it when the card has cooled down', async () => {
    const rig = await heldRig({ settings: LIMIT });
    expect(rig.node.view().gpu).toMatchObject({
      report: { reportedName: 'NVIDIA GeForce RTX 4090+Linux', reportedVramGib: 24 },
      sample: { cards: [{ temperatureC: 40 }] },
      acceptance: { accept: true, reasons: [] },
      selfTest: null,
    });
    rig.engine.answer = never;
    rig.network.status = 'Busy';
    rig.network.start(remoteTask({ commitment: commitmentOf(1), startTimeMs: rig.clock.now() }));
    await rig.until(() => rig.engine.jobs.length === 1);
    rig.cards.reading = { temperatureC: 85 };
    await rig.until(() => stateOf(rig) === 'pausing');
    expect(rig.network.status).toBe('PendingPause');
    expect(reasonsOf(rig)).toEqual(['GPU_TOO_HOT']);
    expect(rig.node.view().message).toContain('hotter than the limit');
    expect(rig.node.view().currentTask).toBe(commitmentOf(1));
    rig.network.status = 'Paused';
    await rig.until(() => stateOf(rig) === 'paused');
    rig.cards.reading = { temperatureC: 76 };
    await rig.advance(30_000);
    expect(stateOf(rig)).toBe('paused');
    rig.cards.reading = { temperatureC: 75 };
    await rig.until(() => stateOf(rig) === 'running');
    expect(rig.network.status).toBe('Available');
    expect(rig.network.joins).toHaveLength(1);
    expect(rig.store.settings.get('desired')).toBeNull();
  });

  it("never lifts the host's own pause, and the host's resume never lifts it", async () => {
    const rig = await heldRig({ settings: LIMIT });
    rig.node.pause();
    rig.cards.reading = { temperatureC: 90 };
    await rig.until(() => reasonsOf(rig)?.length === 1 && stateOf(rig) === 'paused');
    rig.cards.reading = { temperatureC: 40 };
    await rig.advance(30_000);
    expect([stateOf(rig), reasonsOf(rig)]).toEqual(['paused', []]);
    rig.cards.reading = { temperatureC: 90 };
    await rig.until(() => reasonsOf(rig)?.length === 1);
    rig.node.resume();
    await rig.advance(30_000);
    expect([stateOf(rig), rig.network.status]).toEqual(['paused', 'Paused']);
    rig.cards.reading = { temperatureC: 40 };
    await rig.until(() => stateOf(rig) === 'running');
  });

  it('keeps the node from joining if it was reached before the start', async () => {
    const rig = await heldRig({ settings: LIMIT, reading: { temperatureC: 90 }, run: false });
    await rig.until(() => stateOf(rig) === 'paused');
    await rig.advance(30_000);
    expect(rig.network.joins).toEqual([]);
    rig.cards.reading = {};
    await rig.until(() => stateOf(rig) === 'running');
  });

  it('counts as reached if it cannot be judged; a node without a limit runs without readings', async () => {
    const [limited, free] = [await heldRig({ settings: LIMIT }), await heldRig()];
    for (const rig of [limited, free]) {
      rig.cards.answers = false;
      await rig.advance(70_000);
      expect(rig.node.view().gpu?.problem?.code).toBe('GPU_PROBE_TIMED_OUT');
    }
    expect([stateOf(limited), reasonsOf(limited)]).toEqual(['paused', ['GPU_NO_READING']]);
    expect([stateOf(free), reasonsOf(free)]).toEqual(['running', []]);
  });

  it('is no consent, when it ends, to rejoin a network that has dropped the node', async () => {
    const rig = await heldRig({ settings: LIMIT });
    rig.cards.reading = { temperatureC: 90 };
    await rig.until(() => stateOf(rig) === 'paused');
    rig.network.status = 'Quit';
    rig.cards.reading = {};
    await rig.until(() => stateOf(rig) === 'stopped');
    await rig.advance(60_000);
    expect(rig.network.joins).toHaveLength(1);
  });
});

describe('other reasons to pause', () => {
  it('a schedule is followed while nvidia-smi does not answer', async () => {
    // The rig's clock starts on a Tuesday at 22:13:20 UTC.
    const schedule = { windows: [{ days: ['tue'], from: '20:00', to: '22:15' }] };
    const rig = await heldRig({ settings: { schedule } });
    rig.cards.answers = false;
    await rig.advance(120_000);
    expect([stateOf(rig), reasonsOf(rig)]).toEqual(['paused', ['GPU_OUTSIDE_SCHEDULE']]);
  });

  it("idle-only distinguishes this node's own processes from others", async () => {
    const process = { pid: 4711, kind: 'compute' as const, name: '/opt/render', memoryMib: 100 };
    const own = { ownProcesses: async () => new Set([4711]) };
    const reading = { processes: [process] };
    const settings = { idle: { only: true, quietSeconds: 0 } };
    const [mine, foreign] = [
      await heldRig({ settings, more: own }),
      await heldRig({ settings, more: { ownProcesses: () => Promise.reject(new Error('no list')) } }),
    ];
    for (const rig of [mine, foreign]) {
      rig.cards.reading = reading;
      await rig.advance(20_000);
    }
    expect([stateOf(mine), reasonsOf(mine)]).toEqual(['running', []]);
    expect([stateOf(foreign), reasonsOf(foreign)]).toEqual(['paused', ['GPU_IN_USE']]);
  });

  it('a history that cannot be written does not stop a node', async () => {
    const record = () => {
      throw new Error('disk full');
    };
    const rig = await heldRig({ more: { telemetry: { record } } });
    await rig.advance(20_000);
    expect([stateOf(rig), rig.fatal]).toEqual(['running', []]);
  });
});

function selfTestStore(): SelfTestStore {
  const database = new DatabaseSync(':memory:');
  database.exec(GPU_MIGRATIONS.join(''));
  return new SelfTestStore(database);
}

function engineThat(answer: Answer): FakeEngine {
  const engine = new FakeEngine();
  engine.answer = answer;
  return engine;
}

describe('the self-test', () => {
  it('runs before the first join, and only once', async () => {
    const selfTest = selfTestStore();
    const first = await heldRig({ selfTest });
    expect(first.engine.jobs.map(({ job }) => JSON.parse(job.taskArgs).messages)).toEqual([REFERENCE.messages]);
    const messages = first.views.map((view) => [view.state, view.gpu?.selfTest?.state]);
    expect(messages.findIndex(([, state]) => state === 'due')).toBeLessThan(messages.findIndex(([state]) => state === 'running'));
    expect(first.node.view().gpu?.selfTest).toMatchObject({ state: 'passed', problem: null });
    const second = await heldRig({ selfTest });
    expect(second.engine.jobs).toEqual([]);
  });

  it('with a different result keeps the node out until the host accepts it', async () => {
    const selfTest = selfTestStore();
    await heldRig({ selfTest });
    const rig = await heldRig({ selfTest, driver: '600.10', engine: engineThat(succeedWith('other')), run: false });
    await rig.until(() => rig.node.view().gpu?.selfTest?.state === 'changed');
    await rig.advance(60_000);
    expect([stateOf(rig), reasonsOf(rig), rig.network.joins]).toEqual(['paused', ['GPU_SELF_TEST_CHANGED'], []]);
    rig.node.selfTest('accept');
    await rig.until(() => stateOf(rig) === 'running');
    expect(() => rig.node.selfTest('accept')).toThrow(expect.objectContaining({ code: 'NODE_ILLEGAL_STATE' }));
  });

  it('with a result that the host rejects keeps the node out for good', async () => {
    const selfTest = selfTestStore();
    await heldRig({ selfTest });
    const rig = await heldRig({ selfTest, driver: '600.10', engine: engineThat(succeedWith('other')), run: false });
    await rig.until(() => rig.node.view().gpu?.selfTest?.state === 'changed');
    rig.node.selfTest('reject');
    await rig.advance(60_000);
    expect([stateOf(rig), reasonsOf(rig), rig.network.joins]).toEqual(['paused', ['GPU_SELF_TEST_REJECTED'], []]);
  });

  it('if it fails, keeps the node out until a repetition requested by the host passes', async () => {
    const rig = await heldRig({ selfTest: selfTestStore(), engine: engineThat(failing), run: false });
    await rig.until(() => rig.node.view().gpu?.selfTest?.state === 'failed');
    await rig.advance(60_000);
    expect([stateOf(rig), rig.engine.jobs.length, rig.network.joins]).toEqual(['paused', 1, []]);
    rig.engine.answer = succeedWith('hello');
    rig.node.selfTest('run');
    await rig.until(() => stateOf(rig) === 'running');
    expect(new Set(rig.engine.jobs.map(({ job }) => job.commitment)).size).toBe(2);
  });

  it('runs again after a change of the engine, once the current task is done and the node is paused', async () => {
    const rig = await heldRig({ selfTest: selfTestStore() });
    rig.engine.version = '3.6.0';
    rig.network.start(remoteTask({ commitment: commitmentOf(1), startTimeMs: rig.clock.now() }));
    rig.network.status = 'Busy';
    await rig.engine.crash();
    await rig.until(() => rig.network.status === 'PendingPause');
    await rig.advance(5_000);
    expect(rig.engine.jobs.map(({ job }) => job.commitment).slice(1)).toEqual([commitmentOf(1)]);
    rig.network.change(commitmentOf(1), { status: 'Validated' });
    rig.network.emit('TaskValidated', commitmentOf(1));
    await rig.until(() => rig.store.tasks.get(commitmentOf(1)).closedMs !== null);
    expect(rig.engine.jobs).toHaveLength(2);
    rig.network.status = 'Paused';
    await rig.until(() => stateOf(rig) === 'running');
    expect(rig.engine.jobs).toHaveLength(3);
    expect(rig.network.announced).toMatchObject([{ version: '3.6.0' }]);
  });

  it('refuses orders if it is switched off', async () => {
    const [off, stated] = [await heldRig(), await nodeRig({ clock: new ManualClock(1_700_000_000_000) })];
    for (const { node } of [off, stated]) {
      expect(() => node.selfTest('run')).toThrow(expect.objectContaining({ code: 'NODE_ILLEGAL_STATE' }));
    }
    expect(stated.node.view().gpu).toBeNull();
  });
});
