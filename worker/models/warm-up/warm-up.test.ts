import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { warmUpViewSchema } from '../../../contract/warm-up.ts';
import { type Answer, FakeEngine, failing, never } from '../../testing/fake-engine.ts';
import { QUIET_LOG } from '../../testing/loop-rig.ts';
import { type NodeRig, nodeRig } from '../../testing/node-rig.ts';
import { commitmentOf, remoteTask } from '../../testing/remote-task.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import type { WarmUpModel } from './reference-tasks.ts';
import { WARM_UP_TIMEOUT_MS, WarmUp } from './warm-up.ts';

const MODELS: readonly WarmUpModel[] = [
  { modelId: 'base:tiny/chat', type: 'Llm' },
  { modelId: 'base:tiny/diffusion+fp16', type: 'StableDiffusion' },
];
const succeed: Answer = (job) => {
  writeFileSync(join(job.outputDir, job.type === 'Llm' ? '0.json' : '0.png'), 'x');
  return { kind: 'success' };
};

async function rigWith(answer: Answer, more: { run?: boolean; models?: readonly WarmUpModel[] } = {}): Promise<NodeRig> {
  const engine = new FakeEngine();
  engine.answer = answer;
  const models = more.models ?? MODELS;
  return await nodeRig({
    engine,
    run: more.run ?? false,
    warmUp: ({ clock }) =>
      new WarmUp({ engine, models: () => models, limitSeconds: 60, workDir: join(tempDir(), 'warm-up'), clock, log: QUIET_LOG }),
  });
}
const warmUpOf = ({ node }: NodeRig) => {
  const view = node.view().warmUp;
  return warmUpViewSchema.parse(view);
};

describe('a node whose engine is cold', () => {
  it('joins after the engine has done one task of each kind, and reports how long it took', async () => {
    const rig = await rigWith(succeed);
    await rig.until(() => rig.node.view().state === 'running');
    expect(rig.engine.jobs.map(({ job }) => [job.type, job.models[0]?.id])).toEqual([
      ['Llm', 'tiny/chat'],
      ['StableDiffusion', 'tiny/diffusion'],
    ]);
    expect(warmUpOf(rig)).toMatchObject({ state: 'ready', limitSeconds: 60, problem: null });
    expect(warmUpOf(rig).results.map(({ modelId }) => modelId)).toEqual(MODELS.map(({ modelId }) => modelId));
  });

  it('does not join earlier, shows its progress, and can be cancelled', async () => {
    const rig = await rigWith(never);
    await rig.until(() => warmUpOf(rig).state === 'running');
    await rig.advance(5_000);
    expect(rig.network.joins).toEqual([]);
    expect(warmUpOf(rig)).toMatchObject({ modelId: 'base:tiny/chat', index: 1, count: 2 });
    rig.node.warmUp('cancel');
    expect(warmUpOf(rig).state).toBe('cancelled');
    await rig.advance(5_000);
    expect(rig.network.joins).toEqual([]);
  });

  it('measures a slow first task again, because it included loading the model, and joins if it is fast then', async () => {
    let slow = true;
    const rig = await rigWith(
      async (job, lifetime) => {
        if (slow) await rig.clock.sleep(100_000);
        slow = false;
        return await succeed(job, lifetime);
      },
      { models: MODELS.slice(0, 1) },
    );
    await rig.until(() => warmUpOf(rig).state === 'running');
    await rig.advance(101_000);
    await rig.until(() => rig.node.view().state === 'running');
    expect(rig.engine.jobs).toHaveLength(2);
    expect(warmUpOf(rig).results[0]?.seconds).toBeLessThan(60);
  });

  it('stays out while the engine is too slow even when warm', async () => {
    const rig = await rigWith(
      async (job, lifetime) => {
        await rig.clock.sleep(70_000);
        return await succeed(job, lifetime);
      },
      { models: MODELS.slice(0, 1) },
    );
    await rig.until(() => warmUpOf(rig).state === 'running');
    await rig.advance(145_000);
    await rig.until(() => warmUpOf(rig).state === 'slow');
    expect(rig.node.view().error).toMatchObject({ code: 'ENGINE_TOO_SLOW', data: { limitSeconds: 60 } });
    expect(rig.network.joins).toEqual([]);
  });

  it('stays out after a failure until the host asks for another run', async () => {
    const rig = await rigWith(failing);
    await rig.until(() => warmUpOf(rig).state === 'failed');
    await rig.advance(5_000);
    expect(rig.engine.jobs).toHaveLength(1);
    expect(rig.node.view().error).toMatchObject({ code: 'ENGINE_WARM_UP_FAILED' });
    rig.engine.answer = succeed;
    rig.node.warmUp('run');
    await rig.until(() => rig.node.view().state === 'running');
  });
});

describe('an engine that was restarted', () => {
  it('is warmed up before it takes tasks: the node pauses, then resumes automatically', async () => {
    const rig = await rigWith(succeed, { run: true });
    rig.engine.answer = never;
    await rig.engine.crash();
    await rig.until(() => rig.node.view().state === 'paused');
    await rig.until(() => warmUpOf(rig).state === 'running');
    expect(rig.network.status).toBe('Paused');
    await rig.engine.crash();
    rig.engine.answer = succeed;
    await rig.engine.crash();
    await rig.until(() => rig.node.view().state === 'running');
    expect(warmUpOf(rig).state).toBe('ready');
  });

  it('law 3: a warm-up is not an execution of a task, and the engine never gets the same one twice', async () => {
    const rig = await rigWith(succeed, { run: true });
    await rig.engine.crash();
    await rig.until(() => rig.node.view().state === 'running' && warmUpOf(rig).state === 'ready');
    const ids = rig.engine.jobs.map(({ job }) => job.commitment);
    expect(new Set(ids).size).toBe(ids.length);
    expect(rig.tasks).toEqual([]);
    rig.network.start(remoteTask({ commitment: commitmentOf(1), startTimeMs: rig.clock.now() }));
    await rig.until(() => rig.engine.jobs.some(({ job }) => job.commitment === commitmentOf(1)));
    expect(rig.engine.jobs.filter(({ job }) => job.commitment === commitmentOf(1))).toHaveLength(1);
  });

  it('has more time to load a model than any task of the network', () => {
    expect(WARM_UP_TIMEOUT_MS).toBeGreaterThan(10 * 60_000);
  });
});
