import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { EngineConfig } from '../../contract/node-config.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { processIdentity } from '../kit/process-identity.ts';
import type { EngineSupervisorOptions } from './supervisor.ts';
import type { EngineHarness } from './testing/engine-harness.ts';
import { createHarness, fakeEngine } from './testing/engine-harness.ts';
import { FAKE_ARGS_INVALID, FAKE_MODEL_MISSING } from './testing/fake-engine.ts';

function until(clock: ManualClock, ms: number): () => number {
  const passedMs = startStopwatch(clock);
  return () => ms - passedMs();
}

const NOW = 1_700_000_000_000;

let open: { harness: EngineHarness; clock: ManualClock }[] = [];

async function start(config: EngineConfig, options: Partial<EngineSupervisorOptions> = {}) {
  const clock = new ManualClock(NOW);
  const harness = await createHarness(config, { clock, ...options });
  open.push({ harness, clock });
  await harness.engine.start();
  return { ...harness, clock };
}

async function startReady(config: EngineConfig, options: Partial<EngineSupervisorOptions> = {}) {
  const started = await start(config, options);
  return { ...started, first: await started.state('ready') };
}

afterEach(async () => {
  const started = open;
  open = [];
  for (const { harness, clock } of started) {
    const closed = harness.close();
    await clock.tick(10_000);
    await closed;
  }
});

describe('a job', () => {
  it('9.2 job: succeeds, and is sent to the engine as the official worker expects it', async () => {
    const { engine, job, eventsOf, waitForEvent } = await startReady(fakeEngine());
    const models = [{ id: 'qwen/qwen3-8b', type: 'base', variant: null }];
    const sent = await job('a1', { fake: 'success' }, { models });
    expect(await engine.execute(sent)).toEqual({ kind: 'success' });
    const { frame } = await waitForEvent('job');
    expect(JSON.parse(String(frame))).toEqual({
      task: {
        task_name: 'inference',
        task_type: 1,
        task_id: 'a1'.padStart(64, '0'),
        models,
        task_args: '{"fake":"success"}',
        output_dir: sent.outputDir,
      },
    });
    expect(eventsOf('welcome')).toEqual([{ event: 'welcome', worker_id: 1 }]);
    expect(await readFile(join(sent.outputDir, '0.json'), 'utf8')).toBe('{}');
  });

  it('8.7 args invalid: one that every node would refuse is invalid, and the engine continues', async () => {
    const { engine, job, first } = await startReady(fakeEngine());
    expect(await engine.execute(await job('a1', { fake: 'invalid' }))).toEqual({
      kind: 'invalid',
      traceback: FAKE_ARGS_INVALID,
      gpuCount: 1,
    });
    expect(engine.state()).toEqual(first);
  });

  it('8.7 model missing: it fails, and the engine continues', async () => {
    const { engine, job, first } = await startReady(fakeEngine());
    const outcome = await engine.execute(await job('a1', { fake: 'missing-model' }));
    expect(outcome).toMatchObject({ kind: 'failed', traceback: FAKE_MODEL_MISSING });
    expect(engine.state()).toEqual(first);
  });

  it('8.7 other error: it fails, and a new engine takes over', async () => {
    const { engine, job, first, clock, state } = await startReady(fakeEngine());
    expect(await engine.execute(await job('a1', { fake: 'error' }))).toMatchObject({ kind: 'failed', gpuCount: 1 });
    expect(engine.state().kind).not.toBe('ready');
    const { untilMs, lastExit } = await state('backoff');
    expect(lastExit).toContain('a task failed');
    await clock.tick(untilMs - NOW);
    const second = await state('ready');
    expect(second.lifetime).not.toBe(first.lifetime);
    expect(second.pid).not.toBe(first.pid);
    expect(await engine.execute(await job('a2', { fake: 'success' }))).toEqual({ kind: 'success' });
  });

  it('9.2 one at a time: waits its turn and until the engine is ready', async () => {
    const { engine, job, eventsOf, waitForEvent } = await start(fakeEngine());
    const ids = ['a1', 'a2', 'a3', 'a4'];
    const jobs = await Promise.all(ids.map((id) => job(id, { fake: 'success' })));
    const outcomes = await Promise.all(jobs.map((sent) => engine.execute(sent)));
    expect(outcomes).toEqual(ids.map(() => ({ kind: 'success' })));
    // The engine's output uses a different path than its answers, and may arrive after them.
    await waitForEvent('job', ids.length);
    expect(eventsOf('job').map(({ id }) => String(id).slice(-2))).toEqual(ids);
  });

  it('never reaches the same engine process a second time', async () => {
    const { engine, job, eventsOf, waitForEvent } = await startReady(fakeEngine());
    const sent = await job('a1', { fake: 'success' });
    await engine.execute(sent);
    await expect(engine.execute(sent)).rejects.toMatchObject({ code: 'ENGINE_JOB_REPEATED' });
    expect(await engine.execute(await job('a2', { fake: 'success' }))).toEqual({ kind: 'success' });
    await waitForEvent('job', 2);
    expect(eventsOf('job')).toHaveLength(2);
  });
});

describe('an engine that misbehaves', () => {
  it('9.3 exit: by crashing cancels its job, with its last output; the others wait for the next engine', async () => {
    const { engine, job, clock, state } = await startReady(fakeEngine());
    const crash = engine.execute(await job('a1', { fake: 'crash' }));
    const next = engine.execute(await job('a2', { fake: 'success' }));
    expect(await crash).toMatchObject({ kind: 'cancelled', reason: 'disconnected' });
    const { lastExit, lastWords } = await state('backoff');
    expect(lastExit).toBe('exit code 7');
    expect(lastWords).toContain('last words');
    await clock.tick(500);
    expect(await next).toEqual({ kind: 'success' });
  });

  it.each(['garbage', 'binary', 'wrong-id', 'wrong-role'] as const)('9.2 unknown results: with %s is dropped', async (fake) => {
    const { engine, job, waitForLog } = await startReady(fakeEngine());
    const outcome = await engine.execute(await job('a1', { fake }));
    expect(outcome).toMatchObject({ kind: 'cancelled', reason: 'disconnected' });
    expect((await waitForLog('ENGINE_BAD_MESSAGE')).level).toBe('error');
  });

  it('9.2 unknown results: with a second result for a job changes nothing and is dropped', async () => {
    const { engine, job, waitForLog } = await startReady(fakeEngine());
    expect(await engine.execute(await job('a1', { fake: 'twice' }))).toEqual({ kind: 'success' });
    await waitForLog('ENGINE_BAD_MESSAGE');
  });

  it('9.3 watchdog: by hanging is ended at the deadline, even if it ignores SIGTERM, and its late result is ignored', async () => {
    const { engine, job, first, clock, waitForEvent, state } = await startReady(
      fakeEngine('--ignore-sigterm', '--late-on-sigterm', '--outlive'),
    );
    const hang = engine.execute(await job('a1', { fake: 'hang' }, { timeLeftMs: until(clock, 70_000) }));
    await waitForEvent('job');
    await clock.tick(69_999);
    expect(engine.state()).toEqual(first);
    await clock.tick(1);
    expect(await hang).toMatchObject({ kind: 'cancelled', reason: 'deadline' });
    await waitForEvent('closed', 2);
    expect(await processIdentity(first.pid)).not.toBeNull();
    await clock.tick(5000);
    const { lastExit, untilMs } = await state('backoff');
    expect(lastExit).toContain('signal SIGKILL');
    expect(await processIdentity(first.pid)).toBeNull();
    await clock.tick(untilMs - clock.now());
    expect((await state('ready')).lifetime).not.toBe(first.lifetime);
  });

  it('9.3 watchdog: takes one job with it; waiting jobs that are not late themselves go to the next engine', async () => {
    const { engine, job, first, clock, waitForEvent, state } = await startReady(fakeEngine());
    const hang = engine.execute(await job('a1', { fake: 'hang' }, { timeLeftMs: until(clock, 70_000) }));
    const late = engine.execute(await job('a2', { fake: 'success' }, { timeLeftMs: until(clock, 60_000) }));
    const next = engine.execute(await job('a3', { fake: 'success' }));
    await waitForEvent('job');
    await clock.tick(60_000);
    expect(await late).toMatchObject({ kind: 'cancelled', reason: 'deadline' });
    expect(engine.state()).toEqual(first);
    await clock.tick(10_000);
    expect(await hang).toMatchObject({ kind: 'cancelled', reason: 'deadline' });
    await clock.tick(5000);
    const { untilMs } = await state('backoff');
    await clock.tick(untilMs - clock.now());
    expect(await next).toEqual({ kind: 'success' });
  });

  it('9.2 unknown results: by a result of the last connection on a new one is dropped', async () => {
    const { engine, job, waitForLog } = await startReady(fakeEngine());
    const outcome = await engine.execute(await job('a1', { fake: 'reconnect-late-result' }));
    expect(outcome).toMatchObject({ kind: 'cancelled', reason: 'disconnected' });
    await waitForLog('ENGINE_BAD_MESSAGE');
  });

  it.each([
    ['no hello at all', ['--silent']],
    ['a hello of another role', ['--hello', '{"version":"3.5.0","role":"download"}', '--outlive']],
    ['a hello that is none', ['--hello', '{"worker":"x"}', '--outlive']],
  ])('9.3 connect time: by %s is alive but never ready, and is restarted', async (_what, args) => {
    const { engine, waitForEvent, clock, state } = await start(fakeEngine(...args));
    await waitForEvent('started');
    expect(engine.state()).toEqual({ kind: 'starting', attempt: 1 });
    await clock.tick(120_000);
    const { lastExit } = await state('backoff');
    expect(lastExit).toContain('no connection in time');
  });

  it('9.3 exit: by exiting at once is restarted with growing pauses, up to a limit', async () => {
    const { clock, states, state, waitForEvent } = await start(fakeEngine('--exit', '3'), {
      timing: { backoffMs: 1000, backoffMaxMs: 4000 },
    });
    for (let run = 1; run <= 4; run++) {
      await waitForEvent('started', run);
      const { untilMs, attempt, lastExit } = await state('backoff');
      expect([attempt, lastExit]).toEqual([run, 'exit code 3']);
      await clock.tick(untilMs - clock.now());
    }
    await state('backoff');
    const waits = states.flatMap((entry) => (entry.kind === 'backoff' ? [entry.untilMs] : []));
    expect(waits.slice(0, 4).map((until, run) => until - (waits[run - 1] ?? NOW))).toEqual([1000, 2000, 4000, 4000]);
  });

  it('9.2 keep-alive: one that hangs without a job is ended and restarted', async () => {
    const { clock, first, state } = await startReady(fakeEngine('--ignore-sigterm'));
    process.kill(first.pid, 'SIGSTOP');
    const whole = clock.tick(120_000 + 5_000);
    const { lastExit } = await state('backoff');
    expect(lastExit).toContain('no sign of life in time');
    await whole;
  });

  it('by not existing is reported, not thrown', async () => {
    const { state } = await start({ kind: 'program', command: '/nonexistent/engine', args: [], env: {} });
    expect((await state('backoff')).lastExit).toBe('could not be started: ENOENT');
    const impossible = await start({ kind: 'program', command: 'node', args: ['\0'], env: {} });
    expect((await impossible.state('backoff')).lastExit).toBe('could not be started: ERR_INVALID_ARG_VALUE');
  });
});

describe('a connection', () => {
  it('9.2 disconnect: that closes while the process is alive cancels the job; the process may reconnect, with a different version', async () => {
    const { engine, job, first, state } = await startReady(fakeEngine('--version', '3.5.0'));
    const outcome = await engine.execute(await job('a1', { fake: 'reconnect' }));
    expect(outcome).toMatchObject({ kind: 'cancelled', reason: 'disconnected' });
    const again = await state('ready');
    expect(again).toMatchObject({ pid: first.pid, lifetime: first.lifetime });
    expect(await engine.execute(await job('a2', { fake: 'success' }))).toEqual({ kind: 'success' });
  });

  it('9.2 hello: of a worker that names no role is the inference engine’s', async () => {
    const { engine, job, first, eventsOf } = await startReady(fakeEngine('--hello', '{"version":"3.4.1"}'));
    expect(first.version).toBe('3.4.1');
    expect(await engine.execute(await job('a1', { fake: 'success' }))).toEqual({ kind: 'success' });
    expect(eventsOf('welcome')).toEqual([{ event: 'welcome', worker_id: 1 }]);
  });

  it('9.2 replaced connection: of the same process replaces the previous one', async () => {
    const { engine, job, first, waitForEvent } = await startReady(fakeEngine());
    const outcome = await engine.execute(await job('a1', { fake: 'replace-connection' }));
    expect(outcome).toMatchObject({ kind: 'cancelled', reason: 'disconnected' });
    expect(await waitForEvent('closed')).toMatchObject({ connection: 1 });
    expect(await waitForEvent('welcome', 2)).toMatchObject({ worker_id: 2 });
    expect(engine.state()).toEqual({ ...first, version: '3.5.0+2' });
    expect(await engine.execute(await job('a2', { fake: 'success' }))).toEqual({ kind: 'success' });
  });

  it('9.2 keep-alive: gets an empty frame every second while idle, and none during a job', async () => {
    const { engine, job, eventsOf, waitForEvent, clock, first } = await startReady(fakeEngine());
    await clock.tick(3000);
    await waitForEvent('keep-alive', 3);
    const long = engine.execute(await job('a1', { fake: 'success-on-signal' }));
    await waitForEvent('job');
    await clock.tick(5000);
    process.kill(first.pid, 'SIGUSR2');
    expect(await long).toEqual({ kind: 'success' });
    // Frames keep their order: everything sent before this job has been received before it.
    await engine.execute(await job('a2', { fake: 'success' }));
    await waitForEvent('job', 2);
    expect(eventsOf('keep-alive')).toHaveLength(3);
  });

  it('9.1 node url: is refused to clients that do not know the path, and to web pages', async () => {
    const { engine, job, waitForEvent } = await startReady(fakeEngine());
    const { environment } = await waitForEvent('started');
    const url = (environment as Record<string, string>).cw_node_url ?? '';
    for (const [path, headers] of [
      ['/', {}],
      ['/manager/v1/worker/', {}],
      [new URL(url).pathname, { origin: 'http://127.0.0.1' }],
    ] as const) {
      const socket = new WebSocket(new URL(path, url), { headers });
      const message = await new Promise((resolve) => {
        socket.on('error', (error) => resolve(error.message));
        socket.on('open', () => resolve('open'));
      });
      expect(message).toContain('404');
    }
    expect(await engine.execute(await job('a1', { fake: 'success' }))).toEqual({ kind: 'success' });
  });
});
