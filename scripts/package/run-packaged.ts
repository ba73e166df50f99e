/** Starts the programs of a package where they are, on the Node next to them, like its launcher. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { connectProgram } from '../../headless/rpc/running-program.ts';

export interface RunReport {
  readonly version: string;
  /** Findings of `doctor`. */
  readonly doctor: readonly string[];
  /** Commitments of tasks that the node was paid for. */
  readonly paid: readonly string[];
  /** Title of the page that `serve` has served. */
  readonly window: string;
}

const TASKS = 2;
const PAYMENT_TIMEOUT_MS = 240_000;

/** A local network, a node in it with the embedded engine, two payments, and the window's page. */
export async function runPackaged({
  resources,
  dataDir,
}: {
  readonly resources: string;
  readonly dataDir: string;
}): Promise<RunReport> {
  const launcher = path.join(resources, 'bin', process.platform === 'win32' ? 'crynux-node.cmd' : 'crynux-node');
  // Nothing of this machine's Node, and nothing of a checkout around it.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE|npm)_/i.test(name)));
  const ask = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(launcher, [...args, '--data', dataDir], { env, cwd: '/', maxBuffer: 1 << 24 });
    return stdout;
  };
  const { stdout: version } = await promisify(execFile)(launcher, ['--version'], { env, cwd: '/' });
  const program = spawn(launcher, ['serve', '--json', '--port', '0', '--data', dataDir], {
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => program.once('exit', resolve));
  try {
    const { port } = await waitForReady(program);
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    await ask('profile', 'create', 'Packaged', '--network', 'devnet');
    const paid = await paymentsOf(dataDir, 'packaged');
    const doctor: { findings: readonly { check: string; state: string; message: string }[] } = JSON.parse(
      await ask('doctor', '--json').catch((error: { stdout?: string }) => error.stdout ?? '{"findings":[]}'),
    );
    return {
      version: version.trim(),
      doctor: doctor.findings.map(({ check, state, message }) => `${state} ${check}: ${message}`),
      paid,
      window: /<title>([^<]*)<\/title>/.exec(page)?.[1] ?? '',
    };
  } finally {
    program.kill('SIGINT');
    const code = await ended;
    if (code !== 0) process.stderr.write(`the packaged program ended with ${code}\n`);
  }
}

function waitForReady(program: ChildProcess): Promise<{ readonly port: number }> {
  return new Promise((resolve, reject) => {
    program.once('exit', (code) => reject(new Error(`the packaged program ended with ${code} before it was ready`)));
    if (program.stdout === null) return;
    createInterface({ input: program.stdout }).on('line', (line) => {
      const said: { event: string; port: number } = JSON.parse(line);
      if (said.event === 'ready') resolve(said);
    });
  });
}

async function paymentsOf(dataDir: string, profileId: string): Promise<readonly string[]> {
  const connection = await connectProgram(dataDir);
  const paid = new Set<string>();
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(PAYMENT_TIMEOUT_MS)]);
  try {
    for await (const update of await connection.host.profiles.watch({}, { signal })) {
      const views = update.kind === 'snapshot' ? update.profiles : update.kind === 'changed' ? [update.profile] : [];
      if (views.some(({ worker, node }) => worker.kind === 'running' && node?.state === 'running')) break;
    }
    const node = await connection.node(profileId);
    for await (const update of await node.tasks.watch({}, { signal })) {
      if (update.kind !== 'task' || update.task.paymentWei === null || update.task.paymentWei === '0') continue;
      paid.add(update.task.commitment);
      if (paid.size >= TASKS) break;
    }
  } finally {
    enough.abort();
    connection.close();
  }
  return [...paid];
}
