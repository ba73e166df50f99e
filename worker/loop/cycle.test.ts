import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RemoteTask } from '../../protocol/wire/task.ts';
import { CHAIN_RULES, type NetworkRules, RELAY_RULES } from '../networks/network-rules.ts';
import { failing, invalidArgs, never, succeedWith } from '../testing/fake-engine.ts';
import { refuse } from '../testing/fake-network.ts';
import { loopRig, NETWORKS, type Rig, START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { Executor, removeResults } from './executor.ts';
import { perform } from './perform.ts';

const TASK = commitmentOf(1);
const HELLO_SCORE = '0x2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

async function started(options: Parameters<typeof loopRig>[0] = {}): Promise<Rig> {
  const rig = await loopRig(options);
  rig.network.start(taskOn(rig.network.rules));
  return rig;
}

/** In the first status in which a network of this kind accepts a verdict. */
function taskOn(rules: NetworkRules): RemoteTask {
  return remoteTask({ startTimeMs: START_MS, status: rules.reportsIn[0] ?? 'Started' });
}

/** One cycle, and any execution that it began. */
async function cycle({ driver }: Rig): Promise<string> {
  const action = await driver.cycle(TASK);
  await driver.untilIdle();
  if (action === 'notOurs') return action;
  return action.kind === 'wait' ? action.reason : action.kind;
}

async function cycles(rig: Rig, count: number): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < count; i++) seen.push(await cycle(rig));
  return seen;
}

describe('a task from start to end', () => {
  it('executes, submits, waits, uploads, closes', async () => {
    const rig = await started();
    expect(await cycles(rig, 3)).toEqual(['execute', 'submitScore', 'awaitingValidation']);
    rig.network.change(TASK, { status: 'Validated', validatedTimeMs: START_MS + 2_000 });
    expect(await cycles(rig, 3)).toEqual(['uploadResult', 'close', 'closed']);
    expect(rig.network.submitted).toEqual([{ commitment: TASK, score: HELLO_SCORE }]);
    expect(rig.network.uploads[0]?.files).toEqual([{ name: '0.json', bytes: new TextEncoder().encode('hello') }]);
    expect(rig.context.store.tasks.get(TASK)).toMatchObject({ status: 'EndSuccess', closedAs: 'EndSuccess', paymentWei: null });
    // The host's settings determine how long it is kept.
    expect(existsSync(join(rig.context.resultsDir, TASK, '1', '0.json'))).toBe(true);
  });

  it('keeps an invalidated result as evidence, offers it once, and is paid nothing', async () => {
    const rig = await started();
    await cycles(rig, 2);
    rig.network.change(TASK, { status: 'EndInvalidated' });
    expect(await cycles(rig, 2)).toEqual(['uploadResult', 'close']);
    expect(existsSync(join(rig.context.resultsDir, TASK, '1', '0.json'))).toBe(true);
    expect(rig.context.store.tasks.get(TASK).paymentWei).toBe(0n);
  });

  it('closes an invalidated task whose result the network does not want', async () => {
    const rig = await started();
    await cycles(rig, 2);
    rig.network.change(TASK, { status: 'EndInvalidated' });
    rig.network.beforeCall = (method) => {
      if (method === 'uploadResult') throw refuse('Task not validated');
    };
    await expect(cycle(rig)).rejects.toMatchObject({ code: 'RELAY_REFUSED' });
    expect(await cycle(rig)).toBe('close');
  });

  it('offers an invalidated result again if the request was lost, because nobody has refused it', async () => {
    const rig = await started();
    await cycles(rig, 2);
    rig.network.change(TASK, { status: 'EndInvalidated' });
    rig.network.fate = (method) => (method === 'uploadResult' ? 'lostRequest' : 'ok');
    await expect(cycle(rig)).rejects.toThrow();
    expect(rig.context.store.tasks.get(TASK).uploadRefusals).toBe(0);
    rig.network.fate = () => 'ok';
    expect(await cycles(rig, 2)).toEqual(['uploadResult', 'close']);
  });

  it('leaves open what a task is paid whose application failed to validate it', async () => {
    const rig = await loopRig();
    rig.network.tasks.set(TASK, remoteTask({ status: 'EndAborted', abortReason: 'CreatorValidationTimeout' }));
    expect(await cycle(rig)).toBe('close');
    expect(rig.context.store.tasks.get(TASK).paymentWei).toBeNull();
  });

  it('remembers a task that began and ended between two reads', async () => {
    const rig = await loopRig();
    rig.network.tasks.set(TASK, remoteTask({ status: 'EndAborted', abortReason: 'Timeout' }));
    expect(await cycle(rig)).toBe('close');
    expect(rig.context.store.tasks.get(TASK)).toMatchObject({ abortReason: 'Timeout', paymentWei: 0n });
  });

  it('ignores tasks of other nodes', async () => {
    const rig = await loopRig();
    rig.network.tasks.set(TASK, remoteTask({ selectedNode: commitmentOf(9).slice(0, 42) as `0x${string}` }));
    expect(await cycle(rig)).toBe('notOurs');
    expect(rig.context.store.tasks.find(TASK)).toBeNull();
  });
});

describe.each(NETWORKS)('law 1: a lost answer is never guessed (%s)', (_network, rules) => {
  it('a submission whose answer is lost is seen in the next read, and not repeated', async () => {
    const rig = await started({ rules });
    await cycle(rig);
    rig.network.fate = (method) => (method === 'submitScore' ? 'lostAnswer' : 'ok');
    await expect(cycle(rig)).rejects.toMatchObject({ code: 'RELAY_UNREACHABLE' });
    rig.network.fate = () => 'ok';
    expect(await cycle(rig)).toBe('awaitingValidation');
    expect(rig.network.submitted).toHaveLength(1);
  });

  it('a submission that never arrived is repeated with the same score', async () => {
    const rig = await started({ rules });
    await cycle(rig);
    rig.network.fate = (method) => (method === 'submitScore' ? 'lostRequest' : 'ok');
    await expect(cycle(rig)).rejects.toThrow();
    rig.network.fate = () => 'ok';
    expect(await cycle(rig)).toBe('submitScore');
    expect(rig.network.submitted).toEqual([{ commitment: TASK, score: HELLO_SCORE }]);
  });

  it('an upload whose answer is lost is seen in the next read', async () => {
    const rig = await started({ rules });
    await cycles(rig, 2);
    rig.network.change(TASK, { status: 'Validated' });
    rig.network.fate = (method) => (method === 'uploadResult' ? 'lostAnswer' : 'ok');
    await expect(cycle(rig)).rejects.toThrow();
    rig.network.fate = () => 'ok';
    expect(await cycle(rig)).toBe('close');
    expect(rig.network.uploads).toHaveLength(1);
  });

  it('a score in our name that is not ours: an alarm in the store, and no act', async () => {
    const rig = await started({ rules });
    await cycle(rig);
    rig.network.change(TASK, { status: 'Validated', score: `0x${'99'.repeat(32)}` });
    expect(await cycles(rig, 3)).toEqual(['alarm', 'verdictConflict', 'verdictConflict']);
    expect(rig.context.store.tasks.alarms(TASK)).toMatchObject([{ code: 'REMOTE_SCORE_CONFLICT' }]);
    expect(rig.network.uploads).toEqual([]);
  });
});

describe.each(NETWORKS)('law 2: only an invalid task is reported (%s)', (_network, rules) => {
  it('8.7 only args invalid: "Task args invalid" is reported once', async () => {
    const rig = await started({ rules });
    rig.engine.answer = invalidArgs;
    expect(await cycles(rig, 3)).toEqual(['execute', 'reportError', 'awaitingValidation']);
    expect(rig.network.reported).toEqual([TASK]);
    expect(rig.network.submitted).toEqual([]);
  });

  const silent: readonly [string, (rig: Rig) => void][] = [
    ['an error of the engine', (rig) => (rig.engine.answer = failing)],
    ['no result file', (rig) => (rig.engine.answer = () => ({ kind: 'success' }))],
    [
      'a gap in the result files',
      (rig) => {
        rig.engine.answer = (job) => {
          writeFileSync(join(job.outputDir, '1.json'), 'second');
          return { kind: 'success' };
        };
      },
    ],
    [
      'a model that cannot be fetched, even if the download says "Task args invalid"',
      (rig) => {
        rig.network.change(TASK, { modelIds: ['base:a/b', 'lora:c/d'] });
        rig.engine.downloadOutcome = { kind: 'invalid', traceback: 'Task args invalid', gpuCount: 0 };
      },
    ],
    ['an invalid model id', (rig) => rig.network.change(TASK, { modelIds: ['nonsense'] })],
    [
      'an input checkpoint that cannot be fetched',
      (rig) => rig.network.change(TASK, { type: 'FineTuneLora', taskArgs: '{"checkpoint":"yes"}' }),
    ],
  ];
  for (const [what, arrange] of silent) {
    it(`8.7 node failure: ${what}: silence until the network's timeout`, async () => {
      const rig = await started({ rules });
      arrange(rig);
      expect(await cycles(rig, 3)).toEqual(['execute', 'silent', 'silent']);
      expect([rig.network.reported, rig.network.submitted]).toEqual([[], []]);
      expect(rig.context.store.diagnostics.pending(9)).toHaveLength(1);
    });
  }
});

describe.each(NETWORKS)('law 2: no decision can report what was not found invalid (%s)', (_network, rules) => {
  it.each([
    ['a task with a score', succeedWith('hello')],
    ['a task at which the engine failed', failing],
  ])('%s', async (_what, answer) => {
    const rig = await started({ rules });
    rig.engine.answer = answer;
    await cycle(rig);
    const { context, network } = rig;
    const executor = new Executor(context, { onHandedOver: () => {}, onAnswer: () => {}, onEnd: () => {}, onFatal: () => {} });
    await expect(perform({ context, executor }, TASK, { kind: 'reportError' })).rejects.toMatchObject({
      code: 'LEDGER_CONFLICT',
    });
    expect(network.reported).toEqual([]);
  });
});

describe.each(NETWORKS)('law 3: one complete execution per engine lifetime (%s)', (_network, rules) => {
  it('an execution cut off by a crash of the engine runs again in the next lifetime', async () => {
    const rig = await started({ rules });
    rig.engine.answer = (job, lifetime) => (lifetime === 'L1' ? never(job, lifetime) : succeedWith('hello')(job, lifetime));
    await rig.driver.cycle(TASK);
    await rig.clock.tick(0);
    await rig.engine.hasJobs(1);
    expect(await rig.driver.cycle(TASK)).toEqual({ kind: 'wait', reason: 'executing' });
    await rig.engine.crash();
    await rig.driver.untilIdle();
    expect(await cycles(rig, 2)).toEqual(['execute', 'submitScore']);
    expect(rig.engine.jobs.map(({ lifetime }) => lifetime)).toEqual(['L1', 'L2']);
  });

  it('writes every attempt into a separate directory', async () => {
    const rig = await started({ rules });
    rig.engine.answer = never;
    await rig.driver.cycle(TASK);
    await rig.engine.hasJobs(1);
    await rig.engine.crash();
    await rig.driver.untilIdle();
    await rig.driver.cycle(TASK);
    await rig.engine.hasJobs(2);
    const dirs = rig.engine.jobs.map(({ job }) => job.outputDir);
    expect(new Set(dirs).size).toBe(2);
    await rig.engine.stop();
    await rig.driver.untilIdle();
  });

  it('a lifetime that ends between the decision and the record is not used', async () => {
    const rig = await loopRig({
      rules,
      killPoint: (point) => {
        if (point === 'execution.beforeRecord') rig.engine.die();
      },
    });
    rig.network.start(taskOn(rules));
    await cycle(rig);
    expect(rig.context.store.executions.of(TASK)).toEqual([]);
  });

  it('a lifetime that ends between the record and the hand-over counts as interrupted', async () => {
    const rig = await loopRig({
      rules,
      killPoint: (point) => (point === 'execution.beforeEngine' && rig.engine.jobs.length === 0 ? rig.engine.crash() : undefined),
    });
    rig.network.start(taskOn(rules));
    await cycle(rig);
    expect(rig.engine.jobs).toEqual([]);
    expect(rig.context.store.local(TASK)).toEqual({ kind: 'new', spentLifetimes: ['L1'] });
  });
});

describe.each(NETWORKS)('law 4: score and files are on disk before the score is submitted (%s)', (_network, rules) => {
  it('holds at the moment of submission', async () => {
    const rig = await started({ rules });
    await cycle(rig);
    let seen: unknown;
    rig.network.beforeCall = (method) => {
      if (method !== 'submitScore') return;
      const [artifact] = rig.context.store.artifacts.of(TASK);
      const file = readFileSync(join(rig.context.resultsDir, artifact?.path ?? ''), 'utf8');
      seen = { score: rig.context.store.ledger.find(TASK)?.score, sha256: artifact?.sha256, file };
    };
    await cycle(rig);
    expect(seen).toEqual({ score: HELLO_SCORE, sha256: HELLO_SCORE.slice(2), file: 'hello' });
  });
});

describe.each(NETWORKS)('law 5: only files that hash to the score are uploaded (%s)', (_network, rules) => {
  const tampering: readonly [string, (dir: string) => void][] = [
    ['changed', (dir) => writeFileSync(join(dir, '0.json'), 'hullo')],
    ['cut short', (dir) => writeFileSync(join(dir, '0.json'), '')],
  ];
  for (const [what, tamper] of tampering) {
    it(`a result file that was ${what} on disk is not uploaded`, async () => {
      const rig = await started({ rules });
      await cycles(rig, 2);
      tamper(join(rig.context.resultsDir, TASK, '1'));
      rig.network.change(TASK, { status: 'Validated' });
      await expect(cycle(rig)).rejects.toMatchObject({ code: 'RESULT_CHANGED' });
      expect(rig.network.uploads).toEqual([]);
      expect(rig.context.store.tasks.alarms(TASK)).toMatchObject([{ code: 'RESULT_CHANGED' }]);
    });
  }

  it('nor is a missing one', async () => {
    const rig = await started({ rules });
    await cycles(rig, 2);
    await removeResults(rig.context.resultsDir, TASK);
    rig.network.change(TASK, { status: 'GroupValidated' });
    await expect(cycle(rig)).rejects.toMatchObject({ code: 'RESULT_CHANGED' });
    expect(rig.network.uploads).toEqual([]);
  });
});

describe.each(NETWORKS)('law 7: an engine that the network does not accept never runs (%s)', (_network, rules) => {
  it('neither by decision nor by hand', async () => {
    const rig = await started({ engineAccepted: false, rules });
    expect(await cycles(rig, 2)).toEqual(['engineNotAccepted', 'engineNotAccepted']);
    expect(rig.engine.jobs).toEqual([]);
    const executor = new Executor(rig.context, {
      onHandedOver: () => {},
      onAnswer: () => {},
      onEnd: () => {},
      onFatal: () => {},
    });
    await expect(executor.begin(TASK, 'L1')).rejects.toMatchObject({ code: 'ENGINE_NOT_ACCEPTED' });
  });
});

describe('an end that is reverted', () => {
  async function closed(rules: NetworkRules): Promise<Rig> {
    const dataDir = tempDir();
    const rig = await started({ rules, dataDir });
    await cycles(rig, 2);
    rig.network.change(TASK, { status: 'Validated', validatedTimeMs: START_MS + 2_000 });
    expect(await cycles(rig, 3)).toEqual(['uploadResult', 'close', 'closed']);
    rig.network.change(TASK, { status: 'Validated' });
    rig.network.pointer = TASK;
    // A driver in another process only knows open tasks.
    const { clock, network, engine } = rig;
    rig.context.store.close();
    return loopRig({ dataDir, clock, network, engine });
  }

  it('law 3, law 4: on a chain opens the task again, with its one score and its one execution', async () => {
    const rig = await closed(CHAIN_RULES);
    rig.driver.wake(TASK, { current: true });
    expect(rig.driver.open).toEqual([TASK]);
    expect(await cycles(rig, 1)).toEqual(['awaitingEnd']);
    expect(rig.context.store.tasks.open()).toMatchObject([{ commitment: TASK, closedAs: null, paymentWei: null }]);
    rig.network.change(TASK, { status: 'ParametersUploaded', score: '' });
    expect(await cycles(rig, 1)).toEqual(['contradiction']);
    expect([rig.engine.jobs.length, rig.network.submitted.length]).toEqual([1, 1]);
  });

  it('law 1: on a chain stays closed while the chain names another task, or none', async () => {
    const rig = await closed(CHAIN_RULES);
    rig.network.pointer = null;
    expect(await cycles(rig, 1)).toEqual(['closed']);
    expect(rig.context.store.tasks.get(TASK)).toMatchObject({ status: 'EndSuccess', closedAs: 'EndSuccess' });
  });

  it('on a relay stays closed, whatever the relay says', async () => {
    const rig = await closed(RELAY_RULES);
    rig.driver.wake(TASK, { current: true });
    expect(rig.driver.open).toEqual([]);
    expect(await cycles(rig, 1)).toEqual(['closed']);
    expect(rig.context.store.tasks.get(TASK).closedMs).not.toBeNull();
  });

  it('is refused for an open task', async () => {
    const rig = await started();
    await cycle(rig);
    expect(() => rig.context.store.tasks.reopen(TASK)).toThrow(expect.objectContaining({ code: 'TASK_NOT_CLOSED' }));
  });
});

describe('the job', () => {
  it('has the form that the engine protocol requires', async () => {
    const rig = await started();
    const taskArgs = '{"model":"Qwen/Qwen3-8B","seed":18446744073709551615}';
    rig.network.change(TASK, { taskArgs, modelIds: ['base:Qwen/Qwen3-8B+fp16'] });
    await cycle(rig);
    expect(rig.engine.jobs[0]?.job).toMatchObject({
      commitment: TASK,
      type: 'Llm',
      models: [{ id: 'Qwen/Qwen3-8B', type: 'base', variant: 'fp16' }],
    });
    expect(rig.engine.jobs[0]?.job.timeLeftMs()).toBe(70_000);
    expect(JSON.parse(String(rig.engine.jobs[0]?.job.taskArgs)).model).toBe('qwen/qwen3-8b');
  });

  it('contains the arguments byte for byte if no name needs a change, and passes invalid ones on', async () => {
    for (const taskArgs of ['{"model":"qwen/qwen3-8b","seed":18446744073709551615}', 'no json at all']) {
      const rig = await started({ dataDir: tempDir() });
      rig.network.change(TASK, { taskArgs });
      await cycle(rig);
      expect(rig.engine.jobs[0]?.job.taskArgs).toBe(taskArgs);
    }
  });
});
