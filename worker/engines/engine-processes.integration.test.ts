import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConfig } from '../../contract/node-config.ts';
import { processIdentity } from '../kit/process-identity.ts';
import { systemClock } from '../kit/system-clock.ts';
import { SILENT_LOG } from './log.ts';
import { endOrphan, writePidFile } from './process/pid-file.ts';
import type { EngineSupervisorOptions } from './supervisor.ts';
import type { EngineHarness } from './testing/engine-harness.ts';
import { createHarness, fakeEngine } from './testing/engine-harness.ts';

/** Long enough that only the escalation ends a stubborn engine, short enough to wait for. */
const QUICK = { stopGraceMs: 300, backoffMs: 10, backoffMaxMs: 20 };

let folder: string;
let harnesses: EngineHarness[] = [];
let helpers: number[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-'));
});

afterEach(async () => {
  // Taken first: one that cannot be closed fails its own test, and not all that follow.
  const [started, others] = [harnesses, helpers];
  [harnesses, helpers] = [[], []];
  for (const pid of others) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has already ended.
    }
  }
  for (const harness of started) await harness.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(config: EngineConfig, options: Partial<EngineSupervisorOptions> = {}) {
  const harness = await createHarness(config, { folder, timing: QUICK, ...options });
  harnesses.push(harness);
  await harness.engine.start();
  return harness;
}

/** Resolves once a process is gone; limited by the test's own timeout. */
async function gone(pid: number): Promise<true> {
  while ((await processIdentity(pid)) !== null) await systemClock.sleep(10);
  return true;
}

function sleeper(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(()=>{},1000)'], { stdio: 'ignore', detached: true });
  child.unref();
  if (child.pid === undefined) throw new Error('not started');
  helpers.push(child.pid);
  return child.pid;
}

describe('stopping', () => {
  it('8.7 cancelled: waits for the exit, and cancels waiting jobs', async () => {
    const { engine, job, state, waitForEvent } = await start(fakeEngine());
    const { pid } = await state('ready');
    const running = engine.execute(await job('a1', { fake: 'hang' }));
    const waiting = engine.execute(await job('a2', { fake: 'success' }));
    await waitForEvent('job');
    await engine.stop();
    expect(await processIdentity(pid)).toBeNull();
    expect(engine.state()).toEqual({ kind: 'stopped' });
    for (const outcome of [running, waiting]) {
      expect(await outcome).toMatchObject({ kind: 'cancelled', reason: 'shutdown' });
    }
    expect(await engine.execute(await job('a3', { fake: 'success' }))).toMatchObject({ reason: 'shutdown' });
    expect(existsSync(join(folder, 'engine', 'inference-engine.json'))).toBe(false);
  });

  it('9.1 stop: ends a program that ignores SIGTERM, and reports stopped only then', async () => {
    const { engine, states, state, eventsOf } = await start(fakeEngine('--ignore-sigterm', '--outlive'));
    const { pid } = await state('ready');
    const stopped = engine.stop();
    expect(engine.state()).toEqual({ kind: 'stopping' });
    await stopped;
    expect(eventsOf('sigterm')).toHaveLength(1);
    expect(await processIdentity(pid)).toBeNull();
    expect(states.map(({ kind }) => kind)).toEqual(['starting', 'ready', 'stopping', 'stopped']);
  });

  it('9.1 stop: also ends what the program has started', async () => {
    const { engine, waitForEvent, state } = await start(fakeEngine('--grandchild'));
    await state('ready');
    const grandchild = Number((await waitForEvent('grandchild')).grandchild);
    expect(await processIdentity(grandchild)).not.toBeNull();
    await engine.stop();
    expect(await gone(grandchild)).toBe(true);
  });

  it('during a backoff or before the start just stops', async () => {
    const failing = await start(fakeEngine('--exit', '1'), {
      timing: { ...QUICK, backoffMs: 3_600_000, backoffMaxMs: 3_600_000 },
    });
    await failing.state('backoff');
    const ready = failing.engine.ready(new AbortController().signal);
    await Promise.all([failing.engine.stop(), expect(ready).rejects.toMatchObject({ code: 'ENGINE_STOPPED' })]);
    const never = await createHarness(fakeEngine(), { folder });
    await never.engine.stop();
    await expect(never.engine.start()).rejects.toMatchObject({ code: 'ENGINE_ILLEGAL_STATE' });
    await expect(failing.engine.start()).rejects.toMatchObject({ code: 'ENGINE_ILLEGAL_STATE' });
  });

  it('is not needed to stop waiting for readiness', async () => {
    const { engine } = await start(fakeEngine('--silent'));
    const waiting = new AbortController();
    const ready = engine.ready(waiting.signal);
    waiting.abort(new Error('enough'));
    await expect(ready).rejects.toThrow('enough');
    await expect(engine.ready(AbortSignal.abort(new Error('at once')))).rejects.toThrow('at once');
  });
});

describe('the environment of an engine', () => {
  it('9.1 cards: confines it to the selected cards and contains no secrets', async () => {
    const config: EngineConfig = {
      ...fakeEngine(),
      env: { CUDA_VISIBLE_DEVICES: '7', HF_ENDPOINT: 'https://hub' },
    } as EngineConfig;
    const { waitForEvent, state } = await start(config, {
      gpuUuids: ['GPU-1111', 'GPU-2222'],
      environment: { ...process.env, CUDA_VISIBLE_DEVICES: '0,1,2', NODE_PRIVATE_KEY: '0xabc', GITHUB_TOKEN: 'x' },
    });
    await state('ready');
    const environment = (await waitForEvent('started')).environment as Record<string, string>;
    expect(environment).toMatchObject({
      CUDA_VISIBLE_DEVICES: 'GPU-1111,GPU-2222',
      HF_ENDPOINT: 'https://hub',
      cw_worker_role: 'inference',
      cw_output_dir: join(folder, 'results'),
      cw_worker_url: 'http://127.0.0.1:9/v1/worker',
    });
    expect(environment).not.toHaveProperty('NODE_PRIVATE_KEY');
    expect(environment).not.toHaveProperty('GITHUB_TOKEN');
  });
});

describe('downloads', () => {
  const model = { id: 'qwen/qwen3-8b', type: 'base', variant: null };

  it('9.1 two roles: start their own engine when first needed, and leave the other alone', async () => {
    const { engine, eventsOf, state, waitForEvent } = await start(fakeEngine());
    const first = await state('ready');
    await waitForEvent('started');
    expect(eventsOf('started')).toHaveLength(1);
    const signal = new AbortController().signal;
    expect(await engine.download(model, 'Llm', signal)).toEqual({ kind: 'success' });
    expect(await engine.download(model, 'Llm', signal)).toEqual({ kind: 'success' });
    // The engine's output uses a different path than its answers, and may arrive after them.
    await waitForEvent('started', 2);
    expect(eventsOf('started')).toHaveLength(2);
    const frame = JSON.parse(String((await waitForEvent('job')).frame));
    expect(frame).toEqual({ task: { task_name: 'download', task_type: 1, task_id: 'download:1:qwen/qwen3-8b', model } });
    expect(engine.state()).toEqual(first);
  });

  it('can be cancelled while running or waiting; the next one runs', async () => {
    const { engine, state, waitForEvent } = await start(fakeEngine());
    await state('ready');
    const cancel = [new AbortController(), new AbortController()];
    const [running, waiting] = cancel.map(({ signal }) => engine.download({ ...model, id: 'hang' }, 'Llm', signal));
    await waitForEvent('job');
    for (const controller of cancel.reverse()) controller.abort();
    expect(await waiting).toMatchObject({ kind: 'cancelled', reason: 'restarted' });
    expect(await running).toMatchObject({ kind: 'cancelled', reason: 'restarted' });
    expect(await engine.download(model, 'Llm', new AbortController().signal)).toEqual({ kind: 'success' });
    await expect(engine.download(model, 'Llm', AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
  });

  it('9.2 download: a job goes only to the download engine; its error never restarts that engine', async () => {
    const { engine, state, waitForEvent, eventsOf } = await start(fakeEngine());
    await state('ready');
    const signal = new AbortController().signal;
    const failed = await engine.download({ ...model, id: 'broken' }, 'Llm', signal);
    expect(failed).toMatchObject({ kind: 'failed', traceback: expect.stringContaining('Task args invalid'), gpuCount: 1 });
    expect(await engine.download(model, 'Llm', signal)).toEqual({ kind: 'success' });
    await waitForEvent('job', 2);
    expect(eventsOf('started')).toHaveLength(2);
  });

  it('9.4 version: keep running if it comes back with the same one', async () => {
    const { engine, state, job, eventsOf, waitForEvent } = await start(fakeEngine('--same-version'));
    await state('ready');
    const signal = new AbortController().signal;
    await engine.download(model, 'Llm', signal);
    await engine.execute(await job('a1', { fake: 'reconnect' }));
    await waitForEvent('welcome', 3);
    await engine.download(model, 'Llm', signal);
    await waitForEvent('job', 3);
    expect(eventsOf('started')).toHaveLength(2);
  });

  it('9.4 version: get a new engine if the inference engine comes back with a different version', async () => {
    const { engine, state, job, eventsOf, waitForEvent } = await start(fakeEngine());
    await state('ready');
    await engine.download(model, 'Llm', new AbortController().signal);
    const hanging = engine.download({ ...model, id: 'hang' }, 'Llm', new AbortController().signal);
    await waitForEvent('job', 2);
    await engine.execute(await job('a1', { fake: 'reconnect' }));
    expect(await hanging).toMatchObject({ kind: 'cancelled', reason: 'restarted' });
    await waitForEvent('started', 3);
    expect(eventsOf('started').map(({ environment }) => (environment as Record<string, string>).cw_worker_role)).toEqual([
      'inference',
      'download',
      'download',
    ]);
  });
});

describe('what the official worker needs', () => {
  it('9.4 working folder: it runs in the folder of its installation, to which the file names of its patches are relative', async () => {
    const script = join(folder, 'node', 'worker', 'crynux_worker_process.py');
    await mkdir(join(folder, 'node', 'worker'), { recursive: true });
    await writeFile(script, 'console.log(JSON.stringify({ event: "started", cwd: process.cwd() }))');
    const { waitForEvent } = await start({ kind: 'official', command: process.execPath, args: [script], env: {}, patchUrl: '' });
    expect((await waitForEvent('started')).cwd).toBe(await realpath(join(folder, 'node')));
  });

  it('9.4 patches: of several nodes on one installation, one lets it patch itself, and another after that has ended', async () => {
    const script = join(folder, 'node', 'worker', 'crynux_worker_process.py');
    await mkdir(join(folder, 'node', 'worker'), { recursive: true });
    const say = 'console.log(JSON.stringify({ event: "started", patches: process.env.CRYNUX_WORKER_PATCH_URL }))';
    await writeFile(script, `${say}; setInterval(() => {}, 1000)`);
    const patchUrl = 'http://127.0.0.1:9/patches';
    const config: EngineConfig = { kind: 'official', command: process.execPath, args: [script], env: {}, patchUrl };
    const patches = async (name: string) => {
      const node = await start(config, { engineDir: join(folder, name) });
      return { ...node, patches: (await node.waitForEvent('started')).patches };
    };
    const [first, second] = [await patches('first'), await patches('second')];
    expect(first.patches).toBe(patchUrl);
    expect(second.patches).toMatch(/^http:\/\/127\.0\.0\.1:/);
    await first.engine.stop();
    expect((await patches('third')).patches).toBe(patchUrl);
    expect(await readdir(join(folder, 'node'))).toEqual(['worker']);
  });

  it('9.4 switched off: it finds an empty list, so that it has no failure', async () => {
    const script = join(folder, 'node', 'worker', 'crynux_worker_process.py');
    await mkdir(join(folder, 'node', 'worker'), { recursive: true });
    const look = "const answer = await fetch(process.env.CRYNUX_WORKER_PATCH_URL + '/patches.txt')";
    const say = "console.log(JSON.stringify({ event: 'looked', status: answer.status, text: await answer.text() }))";
    await writeFile(script, `import('node:process').then(async () => { ${look}; ${say}; });`);
    const { waitForEvent } = await start({ kind: 'official', command: process.execPath, args: [script], env: {}, patchUrl: '' });
    expect(await waitForEvent('looked')).toMatchObject({ status: 200, text: '' });
  });

  it('9.4 patches: a lock that an earlier version left in the installation is removed', async () => {
    const script = join(folder, 'node', 'worker', 'crynux_worker_process.py');
    await mkdir(join(folder, 'node', 'worker'), { recursive: true });
    await writeFile(join(folder, 'node', '.crynux-node-desktop-patches.lock'), '');
    await writeFile(script, 'console.log(JSON.stringify({ event: "started" }))');
    const patchUrl = 'http://127.0.0.1:9/patches';
    const { waitForEvent } = await start({ kind: 'official', command: process.execPath, args: [script], env: {}, patchUrl });
    await waitForEvent('started');
    expect(await readdir(join(folder, 'node'))).toEqual(['worker']);
  });
});

describe('an engine of an earlier run', () => {
  const file = () => join(folder, 'engine', 'inference-engine.json');

  it('9.1 orphan: is ended at the start if the worker was killed and it survived', async () => {
    const script = `
      const { createHarness, fakeEngine } = await import(${JSON.stringify(new URL('./testing/engine-harness.ts', import.meta.url))});
      const { engine, heard, state } = await createHarness(fakeEngine('--outlive', '--ignore-sigterm'), { folder: ${JSON.stringify(folder)} });
      await engine.start();
      process.stdout.write(String((await state('ready')).pid) + '\\n');
    `;
    const worker = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: worker.stdout }), 'line')) as [string];
    const pid = Number(line);
    helpers.push(pid);
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    expect(await processIdentity(pid)).not.toBeNull();
    // An engine is recorded before it is ready.
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ pid });

    const { engine, entries } = await start(fakeEngine());
    expect(await processIdentity(pid)).toBeNull();
    expect(entries.some(({ message }) => message.includes('outlived its worker'))).toBe(true);
    expect((await engine.ready(new AbortController().signal)).pid).not.toBe(pid);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).not.toMatchObject({ pid });
  });

  it('9.1 orphan: is not mistaken for another process with the same ID', async () => {
    const stranger = sleeper();
    await mkdir(join(folder, 'engine'));
    await writeFile(file(), JSON.stringify({ pid: stranger, identity: `${await processIdentity(process.pid)}` }));
    const { state } = await start(fakeEngine());
    await state('ready');
    expect(await processIdentity(stranger)).not.toBeNull();
  });

  it('9.1 orphan: is ended only by its own record', async () => {
    const pid = sleeper();
    const record = join(folder, 'engine.json');
    await writePidFile(record, pid);
    expect(await endOrphan({ file: record, clock: systemClock, log: SILENT_LOG })).toBe(true);
    expect(await processIdentity(pid)).toBeNull();
    expect(await endOrphan({ file: record, clock: systemClock, log: SILENT_LOG })).toBe(false);
  });

  it.each(['', '{', '{"pid":1,"identity":"x"}', '{"pid":-5,"identity":"x"}', '{"pid":"all"}'])(
    '9.1 orphan: recorded as %j ends nothing',
    async (text) => {
      await mkdir(join(folder, 'engine'));
      await writeFile(file(), text);
      const { waitForLog, state } = await start(fakeEngine());
      expect((await waitForLog('ENGINE_BAD_PID_FILE')).level).toBe('warn');
      await state('ready');
    },
  );
});
