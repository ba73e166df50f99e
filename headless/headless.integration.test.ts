import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPromtool, promtoolProblem } from '../scripts/prometheus/promtool.ts';
import { readAddress } from './rpc/address-file.ts';
import { connectProgram } from './rpc/running-program.ts';

const ENTRY = path.join(import.meta.dirname, 'main.ts');
const NODE_ARGS = ['--disable-warning=ExperimentalWarning', ENTRY];

let dataDir: string;
let program: ChildProcess;
const lines: { event: string; [name: string]: unknown }[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'headless-'));
  program = spawn(process.execPath, [...NODE_ARGS, 'run', '--metrics-port', '0', '--data', dataDir, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = Promise.withResolvers<void>();
  program.once('exit', (code) => ready.reject(new Error(`the program ended with ${code}`)));
  createInterface({ input: program.stdout ?? process.stdin }).on('line', (line) => {
    lines.push(JSON.parse(line));
    ready.resolve();
  });
  await ready.promise;
});
afterAll(() => {
  if (program.exitCode === null && program.signalCode === null) program.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs a command on the data directory and parses its answer. */
function cli(...args: string[]): Promise<{ code: number; answer: unknown }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; answer: unknown }>();
  execFile(process.execPath, [...NODE_ARGS, ...args, '--data', dataDir, '--json'], (error, stdout) => {
    const code = error === null ? 0 : Number(error.code);
    resolve({ code, answer: stdout.trim() === '' ? null : JSON.parse(stdout) });
  });
  return promise;
}

/** Runs the example of docs/api.md as written, and returns its output. */
function runExample(): Promise<string> {
  const file = path.resolve(import.meta.dirname, '..', 'docs', 'examples', 'ask-program.mjs');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile(process.execPath, [file, dataDir], (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
  return promise;
}

/** Ids of a process and of everything it has started. */
function family(root: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , stat]) => stat !== undefined && !stat.startsWith('Z'))
    .map(([pid, parent]) => [Number(pid), Number(parent)] as const);
  const found = [root];
  for (const pid of found) found.push(...rows.filter(([, parent]) => parent === pid).map(([child]) => child));
  return found.filter((pid) => rows.some(([alive]) => alive === pid));
}

test('from an empty directory to the first payment, seen from another process, until the last process is gone', async () => {
  expect(lines[0]).toMatchObject({ event: 'ready', address: null, dataDir });
  expect(statSync(path.join(dataDir, 'headless.json')).mode & 0o777).toBe(0o600);
  expect(await cli('status')).toEqual({ code: 0, answer: { nodes: [] } });
  expect(await cli('tasks')).toMatchObject({ code: 2, answer: { error: { code: 'HEADLESS_WHICH_NODE' } } });
  // Nothing else may open the same directory.
  expect(await cli('run')).toMatchObject({ code: 1, answer: { error: { code: 'HEADLESS_ALREADY_RUNNING' } } });

  const made = await cli('profile', 'create', 'My node', '--network', 'devnet');
  expect(made).toMatchObject({ code: 0, answer: { profile: { id: 'my-node', networkId: 'devnet' } } });

  const connection = await connectProgram(dataDir);
  const ending = new AbortController();
  let running = false;
  for await (const update of await connection.host.profiles.watch({}, { signal: ending.signal })) {
    const views = update.kind === 'snapshot' ? update.profiles : update.kind === 'changed' ? [update.profile] : [];
    running = views.some(({ worker, node }) => worker.kind === 'running' && node?.state === 'running');
    if (running) break;
  }
  expect(running).toBe(true);
  const node = await connection.node('my-node');
  let paid: string | null = null;
  for await (const update of await node.tasks.watch({}, { signal: ending.signal })) {
    if (update.kind !== 'task' || update.task.paymentWei === null || update.task.paymentWei === '0') continue;
    paid = update.task.commitment;
    break;
  }
  ending.abort();

  const status = await cli('status', '--node', 'My node');
  expect(status).toMatchObject({
    code: 0,
    answer: { nodes: [{ id: 'my-node', worker: 'running', state: 'running', relay: 'reachable' }] },
  });
  const tasks = (await cli('tasks', '--limit', '500')).answer as {
    tasks: { commitment: string; paymentWei: string | null }[];
    total: number;
  };
  expect(tasks.total).toBe(tasks.tasks.length);
  const payment = BigInt(tasks.tasks.find(({ commitment }) => commitment === paid)?.paymentWei ?? 0);
  expect(payment).toBeGreaterThan(0n);
  const earnings = await cli('earnings');
  expect(earnings).toMatchObject({ code: 0, answer: { summary: { total: {} }, rows: expect.any(Array) } });
  const { total } = (earnings.answer as { summary: { total: { tasksWei: string } } }).summary;
  expect(BigInt(total.tasksWei)).toBeGreaterThanOrEqual(payment);
  const { stake } = (await cli('stake')).answer as { stake: { status: string } };
  expect(stake.status).toBe('Staked');
  const said = await runExample();
  expect(said).toMatch(/^version \d+\.\d+\.\d+\nmy-node My node running running\n/);
  expect(said).toContain('PROFILE_UNKNOWN: ');
  const doctor = await cli('doctor');
  expect(doctor).toMatchObject({ code: 0, answer: { healthy: true } });
  expect((doctor.answer as { findings: { about: string; check: string; state: string }[] }).findings).toContainEqual(
    expect.objectContaining({ about: 'My node', check: 'relay', state: 'ok' }),
  );
  await expectMetrics(String(lines[0]?.metrics));
  expect(await cli('pause')).toMatchObject({ code: 0 });

  // As from another machine: with a token, through the port, to the node's own process.
  const { token } = (await cli('access', 'create', 'self', '--role', 'operate')).answer as { token: string };
  const url = `http://127.0.0.1:${String(lines[0]?.port)}`;
  const files = { caFile: null, certFile: null, keyFile: null };
  await connection.host.fleet.places.add({ name: 'self', url, token, ...files });
  const steered = async (order: 'pause' | 'resume', life: string) => {
    const looking = new AbortController();
    const target = { place: 'self', node: 'my-node' };
    for await (const { rows } of await connection.host.fleet.watch({}, { signal: looking.signal })) {
      const row = rows.find(({ place }) => place === 'self')?.row;
      if (row?.orders.includes(order) === true) break;
    }
    const done = await connection.host.fleet.steer({ targets: [target], order });
    expect(done).toEqual({ results: [{ ...target, error: null }] });
    for await (const { rows } of await connection.host.fleet.watch({}, { signal: looking.signal })) {
      if (rows.some(({ place, row }) => place === 'self' && row.life.startsWith(life))) break;
    }
    looking.abort();
  };
  await steered('resume', 'waiting');
  await steered('pause', 'paus');
  const seen = (await cli('fleet')).answer as { nodes: { place: string; monthWei: string | null }[] };
  expect(seen.nodes.map(({ place }) => place).toSorted()).toEqual(['here', 'self']);
  expect(BigInt(seen.nodes[0]?.monthWei ?? 0)).not.toBe(0n);
  connection.close();

  const all = family(program.pid ?? 0);
  expect(all.length).toBeGreaterThan(4);
  const ended = new Promise((resolve) => program.once('exit', (code) => resolve(code)));
  program.kill('SIGINT');
  expect(await ended).toBe(0);
  await expect.poll(() => all.filter((pid) => isAlive(pid))).toEqual([]);
  expect(readAddress(dataDir)).toBeNull();
  expect(await cli('status')).toMatchObject({ code: 4, answer: { error: { code: 'HEADLESS_NOT_RUNNING' } } });
  // The profile still exists, and is listed without a running program.
  expect(await cli('profile', 'list')).toMatchObject({ code: 0, answer: { profiles: [{ id: 'my-node', worker: 'stopped' }] } });
}, 600_000);

/** What Prometheus reads from a program whose node has been paid. */
async function expectMetrics(address: string): Promise<void> {
  const read = async (url: string) => (await fetch(url)).text();
  const text = await read(address);
  expect(text).toMatch(/^crynux_tasks_total\{node="my-node",type="\w+",end="End\w+"\} [1-9]/m);
  expect(text).toMatch(/^crynux_earned_cnx\{node="my-node",source="tasks"\} 0*[1-9.]/m);
  expect(text).toMatch(/^crynux_node_ready\{node="my-node"\} 1$/m);
  expect(text).toMatch(/^crynux_requests_total\{node="my-node",to="relay"\} [1-9]/m);
  expect(await read(new URL('/readyz', address).href)).toBe('ok\n');
  expect(await read(new URL('/livez', address).href)).toBe('ok\n');
  const promtool = findPromtool();
  if (promtool !== null) expect(promtoolProblem(promtool, ['check', 'metrics'], text)).toBeNull();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
