/** A server without a person: after everything is killed, as in a power cut, the node earns again. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { bundledModelIds } from '../host/app/bundled-models.ts';
import { localCard } from '../host/app/local-nodes.ts';
import { connectProgram } from './rpc/running-program.ts';

const ENTRY = path.join(import.meta.dirname, 'main.ts');
const NODE = ['--disable-warning=ExperimentalWarning', ENTRY];
const KEY = '0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318';
const ADDRESS = '0x2c7536E3605D9C16a7a3D7b1898e529396a65c23';
const PASSPHRASE = 'a passphrase of a server';
const PROFILE = {
  ...{ networkId: 'devnet', address: ADDRESS, engine: { kind: 'embedded', device: 'cpu' } },
  ...{
    gpu: { kind: 'stated', ...localCard(24) },
    modelIds: bundledModelIds(),
    stakeWei: `400${'0'.repeat(18)}`,
    autoStart: true,
  },
};

interface Row {
  readonly pid: number;
  readonly parent: number;
}

/** Of a process and everything it has started, those that are alive. */
function family(root: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , stat]) => stat !== undefined && !stat.startsWith('Z'))
    .map(([pid, parent]): Row => ({ pid: Number(pid), parent: Number(parent) }));
  const found = [root];
  for (const pid of found) found.push(...rows.filter(({ parent }) => parent === pid).map((row) => row.pid));
  return found.filter((pid) => rows.some((row) => row.pid === pid));
}

function kill(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended with its parent.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** As the systemd unit does it. */
async function boot(dataDir: string, credentials: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...NODE, 'run', '--data', dataDir, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CREDENTIALS_DIRECTORY: credentials },
  });
  onTestFinished(() => kill(family(child.pid ?? 0)));
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => Promise.reject(new Error('it has ended')))]);
  lines.resume();
  return child;
}

/** Watches tasks until one is paid that was not paid before. */
async function newPayment(dataDir: string, before: ReadonlySet<string>): Promise<string> {
  const connection = await connectProgram(dataDir);
  const ending = new AbortController();
  try {
    for await (const update of await connection.host.profiles.watch({}, { signal: ending.signal })) {
      const views = update.kind === 'snapshot' ? update.profiles : update.kind === 'changed' ? [update.profile] : [];
      const [failed] = views.flatMap(({ worker }) => (worker.kind === 'failed' || worker.kind === 'locked' ? [worker] : []));
      if (failed !== undefined) throw new Error(JSON.stringify(failed));
      if (views.some(({ worker, node }) => worker.kind === 'running' && node?.state === 'running')) break;
    }
    const node = await connection.node('server');
    for await (const update of await node.tasks.watch({}, { signal: ending.signal })) {
      if (update.kind !== 'task' || BigInt(update.task.paymentWei ?? 0) === 0n) continue;
      if (!before.has(update.task.commitment)) return update.task.commitment;
    }
    throw new Error('the feed has ended');
  } finally {
    ending.abort();
    connection.close();
  }
}

it('a node with a key in the keystore earns, is killed with everything around it, and earns again unattended', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'server-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const dataDir = path.join(root, 'data');
  const credentials = path.join(root, 'credentials');
  mkdirSync(credentials);
  writeFileSync(path.join(credentials, 'crynux-passphrase'), `${PASSPHRASE}\n`);
  writeFileSync(path.join(root, 'key'), `${KEY}\n`);
  writeFileSync(path.join(root, 'profile.json'), JSON.stringify(PROFILE));
  const make = (...args: string[]) =>
    execFileSync('sh', ['-c', '"$0" "$@" 3<"$KEY_FILE" 4<"$PASS_FILE"', process.execPath, ...NODE, ...args, '--data', dataDir], {
      env: { ...process.env, KEY_FILE: path.join(root, 'key'), PASS_FILE: path.join(credentials, 'crynux-passphrase') },
    });
  make('key', 'import', '--store', 'keystore', '--secret-fd', '3', '--passphrase-fd', '4');
  make('profile', 'create', 'server', '--file', path.join(root, 'profile.json'));

  const first = await boot(dataDir, credentials);
  const paid = await newPayment(dataDir, new Set());
  // Checked at this instant, without waiting.
  const all = family(first.pid ?? 0);
  expect(all.length).toBeGreaterThan(4);
  kill(all);
  await expect.poll(() => all.filter(isAlive)).toEqual([]);

  const second = await boot(dataDir, credentials);
  expect(await newPayment(dataDir, new Set([paid]))).not.toBe(paid);
  const ended = once(second, 'exit');
  second.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
}, 400_000);
