import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import type { Engine, EngineJob, EngineOutcome } from '../engines/engine.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { GPU_MIGRATIONS } from './gpu-database.ts';
import { SelfTestGuard } from './self-test-guard.ts';
import { SelfTestStore } from './self-test-store.ts';
import { composedUuid } from './testing/compose.ts';

/** A guard whose first test has passed, beside a node that is idle when the test says so. */
async function passedGuard() {
  const clock = new ManualClock(1_000);
  const database = new DatabaseSync(':memory:');
  database.exec(GPU_MIGRATIONS.join(''));
  const ready = { kind: 'ready', version: '3.5.0', lifetime: 'first', pid: 1 } as const;
  const jobs: EngineJob[] = [];
  let finish = () => {};
  const engine = {
    state: () => ready,
    onState: () => () => {},
    ready: async () => ready,
    async execute(job: EngineJob): Promise<EngineOutcome> {
      const answered = new Promise<void>((resolve) => {
        finish = resolve;
      });
      jobs.push(job);
      await answered;
      await writeFile(path.join(job.outputDir, '0.json'), '{"answer":1}');
      return { kind: 'success' };
    },
  } as unknown as Engine;
  const workDir = path.join(tempDir(), 'work');
  const guard = new SelfTestGuard({
    ...{ engine, engineKind: 'official', gpu: { ids: [composedUuid(1)] }, driver: '595.84', modelId: 'base:a/b', clock, workDir },
    store: new SelfTestStore(database),
    onChange: () => {},
  });
  const stop = new AbortController();
  let isIdle = true;
  const running = guard.run(stop.signal, () => isIdle);
  const until = async (state: string, progress: string) => {
    for (;;) {
      await clock.tick(250);
      const view = guard.view();
      if (view?.state === state && view.progress === progress) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  /** The engine has the job: the test is told to run a moment earlier. */
  const executing = async (count: number) => {
    while (jobs.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  await until('due', 'running');
  await executing(1);
  finish();
  await until('passed', 'none');
  return {
    ...{ guard, jobs, until, executing },
    finish: () => finish(),
    idle: (is: boolean) => {
      isIdle = is;
    },
    async close() {
      stop.abort();
      await running;
      rmSync(workDir, { recursive: true, force: true });
    },
  };
}

it('a test that the host asked for can be taken back until it begins, and not any more once it runs', async () => {
  const { guard, jobs, until, executing, finish, idle, close } = await passedGuard();
  const illegal = expect.objectContaining({ code: 'NODE_ILLEGAL_STATE' });
  expect(() => guard.order('cancel')).toThrow(illegal);
  idle(false);
  guard.order('run');
  await until('passed', 'waiting');
  expect(guard.problem()).toMatchObject({ code: 'GPU_SELF_TEST_DUE' });
  guard.order('cancel');
  expect([guard.view()?.progress, guard.problem()]).toEqual(['none', null]);
  expect(jobs).toHaveLength(1);
  guard.order('run');
  idle(true);
  await until('passed', 'running');
  expect(() => guard.order('cancel')).toThrow(illegal);
  await executing(2);
  finish();
  await until('passed', 'none');
  expect(jobs).toHaveLength(2);
  await close();
});
