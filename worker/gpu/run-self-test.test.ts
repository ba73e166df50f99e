import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { llmTaskArgsSchema } from '../../protocol/args/llm.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { textScore } from '../../protocol/scores/score.ts';
import type { Engine, EngineJob, EngineOutcome, EngineState } from '../engines/engine.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { GPU_MIGRATIONS } from './gpu-database.ts';
import { ensureSelfTested, runSelfTest, SELF_TEST_TIMEOUT_MS, type SelfTestOptions } from './run-self-test.ts';
import { SelfTestStore } from './self-test-store.ts';
import { composedUuid } from './testing/compose.ts';

type Ready = Extract<EngineState, { kind: 'ready' }>;

/** An engine whose version and answers the test sets; real engines differ only with real GPUs. */
class FakeEngine implements Engine {
  version = '3.5.0';
  lifetime = 'first';
  answer: string | EngineOutcome = '{"answer":1}';
  readonly jobs: EngineJob[] = [];
  readonly clock: ManualClock;
  during: () => void = () => {};

  constructor(clock: ManualClock) {
    this.clock = clock;
  }

  state(): Ready {
    return { kind: 'ready', version: this.version, lifetime: this.lifetime, pid: 1 };
  }
  onState(): () => void {
    return () => {};
  }
  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  async ready(): Promise<Ready> {
    return this.state();
  }
  async download(): Promise<EngineOutcome> {
    throw new Error('a self-test downloads nothing');
  }
  async execute(job: EngineJob): Promise<EngineOutcome> {
    this.jobs.push(job);
    expect(readdirSync(job.outputDir)).toEqual([]);
    await this.clock.tick(7500);
    this.during();
    if (typeof this.answer !== 'string') return this.answer;
    await writeFile(path.join(job.outputDir, '0.json'), this.answer);
    return { kind: 'success' };
  }
}

function bench() {
  const clock = new ManualClock(1000);
  const engine = new FakeEngine(clock);
  const database = new DatabaseSync(':memory:');
  database.exec(GPU_MIGRATIONS.join(''));
  const store = new SelfTestStore(database);
  const options: SelfTestOptions = {
    engine,
    engineKind: 'official',
    gpu: { ids: [composedUuid(1), composedUuid(0)] },
    driver: '595.84',
    modelId: 'base:Qwen/Qwen3-8B+fp16',
    store,
    clock,
    workDir: path.join(tempDir(), 'work'),
    signal: new AbortController().signal,
  };
  return { clock, engine, store, options };
}

describe('the reference task', () => {
  it('is a valid LLM task with the model as a network names it', async () => {
    const { engine, options } = bench();
    await runSelfTest(options);
    const [job] = engine.jobs;
    expect(job).toMatchObject({
      type: 'Llm',
      models: [{ id: 'qwen/qwen3-8b', type: 'base', variant: 'fp16' }],
    });
    expect(job?.timeLeftMs()).toBe(SELF_TEST_TIMEOUT_MS - 7_500);
    expect(job?.commitment).toMatch(/^0x[0-9a-f]{64}$/);
    const args = llmTaskArgsSchema.parse(JSON.parse(job?.taskArgs ?? ''));
    expect(args).toMatchObject({ model: 'qwen/qwen3-8b', seed: 42 });
  });

  it('stores score, seconds and the key they belong to, and leaves no files', async () => {
    const { store, options } = bench();
    const state = await runSelfTest(options);
    expect(state.kind).toBe('passed');
    expect(store.history()).toEqual([
      {
        id: 1,
        atMs: 8500,
        key: {
          cards: [composedUuid(0), composedUuid(1)],
          driver: '595.84',
          engineKind: 'official',
          engineVersion: '3.5.0',
          modelId: 'base:Qwen/Qwen3-8B+fp16',
          reference: 'llm-1',
        },
        outcome: { kind: 'scored', score: textScore([Buffer.from('{"answer":1}')]), seconds: 7.5 },
        verdict: 'accepted',
      },
    ]);
    expect(existsSync(options.workDir) && readdirSync(options.workDir)).toEqual([]);
  });
});

describe('slash guard', () => {
  it('runs once, and again after a change; a changed result waits for the host', async () => {
    const { engine, store, options } = bench();
    expect((await ensureSelfTested(options)).kind).toBe('passed');
    expect((await ensureSelfTested(options)).kind).toBe('passed');
    expect(engine.jobs).toHaveLength(1);

    engine.version = '3.6.0';
    expect((await ensureSelfTested(options)).kind).toBe('passed');
    expect(engine.jobs).toHaveLength(2);

    engine.answer = '{"answer":2}';
    const stopped = await ensureSelfTested({ ...options, driver: '600.10' });
    expect(stopped.kind).toBe('changed');
    // Nothing is retried without the host's knowledge.
    expect((await ensureSelfTested({ ...options, driver: '600.10' })).kind).toBe('changed');
    expect(engine.jobs).toHaveLength(3);
    if (stopped.kind === 'changed') store.decide(stopped.record, 'accepted', 9000);
    expect((await ensureSelfTested({ ...options, driver: '600.10' })).kind).toBe('passed');
  });
});

describe('no result', () => {
  it.each<[string, EngineOutcome, string]>([
    [
      'an error',
      { kind: 'failed', traceback: 'Traceback\n  File "x"\nRuntimeError: CUDA error\n', gpuCount: 1 },
      'RuntimeError: CUDA error',
    ],
    [
      'invalid arguments',
      { kind: 'invalid', traceback: 'ValueError: Task args invalid', gpuCount: 1 },
      'ValueError: Task args invalid',
    ],
    ['a hang', { kind: 'cancelled', reason: 'deadline', detail: 'no answer' }, 'deadline: no answer'],
    ['a crash', { kind: 'cancelled', reason: 'disconnected', detail: 'exit code 139' }, 'disconnected: exit code 139'],
    ['success without files', { kind: 'success' }, 'The engine reported success without a result.'],
  ])('%s fails the test', async (_what, answer, detail) => {
    const { engine, options } = bench();
    engine.answer = answer;
    expect(await runSelfTest(options)).toMatchObject({ kind: 'failed', detail });
  });

  it.each(['shutdown', 'restarted'] as const)('%s is no result: the test stays due', async (reason) => {
    const { engine, store, options } = bench();
    engine.answer = { kind: 'cancelled', reason, detail: '' };
    expect((await runSelfTest(options)).kind).toBe('due');
    expect(store.history()).toEqual([]);
    expect(readdirSync(options.workDir)).toEqual([]);
  });

  it('a result of an engine that changed meanwhile is not recorded for the previous one', async () => {
    const { engine, store, options } = bench();
    engine.during = () => {
      engine.lifetime = 'second';
      engine.version = '3.6.0';
    };
    expect((await runSelfTest(options)).kind).toBe('due');
    expect(store.history()).toEqual([]);
  });
});
