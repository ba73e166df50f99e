/** The built and started desktop program: on the Electron double, or on Electron if a test run is given its binary. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { buildDesktop } from '../../scripts/build-desktop.ts';
import type { OrderInput, ShellState } from '../electron-double/control.ts';
import { makeBinary } from '../electron-double/identity.ts';
import { launchElectron } from './launch-electron.ts';
import type { RunningShell } from './running-shell.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** Path of Electron's binary; null = use the double. */
export const ELECTRON = process.env.CRYNUX_ELECTRON ?? null;

/** The first start of a test run builds the program. */
export const START_WITHIN_MS = 300_000;

export interface LaunchOptions {
  /** Default: a new folder for this start. */
  readonly dataDir?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** An archive, which is started like an installed package. Default: the built checkout. */
  readonly archive?: string;
}

export async function launchShell({ dataDir, args = [], env = {}, archive }: LaunchOptions = {}): Promise<RunningShell> {
  // Set if somebody has built what is to be tested by hand.
  if (process.env.CRYNUX_DESKTOP_AS_BUILT === undefined && archive === undefined) await buildDesktop();
  const folder = dataDir ?? (await mkdtemp(path.join(tmpdir(), 'crynux-shell-')));
  const forget = async () => {
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const given = { dataDir: folder, args, env: { ...withoutTestRunner(process.env), ...env } };
  try {
    const shell = await (ELECTRON === null
      ? launchDouble({ ...given, program: archive ?? root })
      : launchElectron({ ...given, root, binary: ELECTRON }));
    // Ends what hangs; a busy machine may be ten times slower than an idle one.
    shell.page.context().setDefaultTimeout(150_000);
    // It is ready when the page has drawn something.
    await shell.page.locator('#app > *').first().waitFor();
    return {
      ...shell,
      async close() {
        // It may have ended before.
        await shell.order({ do: 'quit' }).catch(() => {});
        await shell.ended;
        await forget();
      },
    };
  } catch (error) {
    await forget();
    throw error;
  }
}

interface DoubleOptions {
  /** Folder or archive with package.json. */
  readonly program: string;
  readonly dataDir: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

async function launchDouble({ program, dataDir, args, env }: DoubleOptions): Promise<Omit<RunningShell, 'close'>> {
  const double = path.join(root, 'e2e', 'electron-double');
  const folder = await mkdtemp(path.join(tmpdir(), 'electron-double-binary-'));
  const binary = makeBinary(folder, { packaged: program.endsWith('.asar') });
  const child = fork(path.join(double, 'boot.ts'), [program, ...args], {
    cwd: root,
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', path.join(double, 'register.ts')],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...env, ELECTRON_DOUBLE_USER_DATA: dataDir, ELECTRON_DOUBLE_BINARY: binary.file },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve)).finally(() =>
    rm(folder, { recursive: true, force: true }),
  );
  const order = orderSender(child, () => output);
  const look = () => order({ do: 'look' }) as Promise<ShellState>;
  try {
    const browser = await chromium.connectOverCDP((await look()).debuggingUrl);
    const context = browser.contexts()[0];
    const page = context?.pages()[0] ?? (await context?.waitForEvent('page'));
    if (page === undefined) throw new Error('the double shows no page');
    return { pid: child.pid ?? 0, dataDir, output: () => output, page, order, state: look, ended };
  } catch (error) {
    child.kill();
    throw error;
  }
}

/** Settings of the test runner must not reach the program under test. */
function withoutTestRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = /^(VITEST|NODE_ENV|NODE_OPTIONS|TEST$|PROD$|DEV$|MODE$|SSR$|BASE_URL$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name)));
}

function orderSender(child: ChildProcess, output: () => string): (order: OrderInput) => Promise<unknown> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let next = 1;
  child.on('message', (answer: { id: number; result?: unknown; error?: string }) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.error === undefined) asked?.resolve(answer.result);
    else asked?.reject(new Error(answer.error));
  });
  child.once('exit', (code) => {
    for (const asked of waiting.values()) asked.reject(new Error(`the program has ended with ${code}:\n${output()}`));
  });
  return (order) => {
    const asked = Promise.withResolvers<unknown>();
    const id = next++;
    waiting.set(id, asked);
    if (child.connected) child.send({ id, ...order }, (error) => error && asked.reject(error));
    else asked.reject(new Error(`the program has ended:\n${output()}`));
    return asked.promise;
  };
}
