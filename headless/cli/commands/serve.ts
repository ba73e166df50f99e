/** `serve` and `run`: the program itself, in the foreground, with or without its window. */
import path from 'node:path';
import { feed } from '../../../host/app/feed.ts';
import type { HostApp } from '../../../host/app/host-app.ts';
import { createLog } from '../../../worker/log.ts';
import { HeadlessError } from '../../errors.ts';
import { openBrowser } from '../../open-browser.ts';
import { openProgram, WINDOW_DIR } from '../../program.ts';
import type { CommonOptions, Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { nodeFacts, stateLine } from '../node-text.ts';
import type { Terminal } from '../terminal.ts';

export interface ServeOptions extends CommonOptions {
  readonly port: number;
  readonly window: boolean;
  /** Open it in a browser, where there is a desktop. */
  readonly open: boolean;
  /** Start these too, by id or name. */
  readonly nodes: readonly string[];
}

export async function serve(options: ServeOptions, { terminal }: Pick<Context, 'terminal'>): Promise<ExitCode> {
  const { port, nodes, json = false } = options;
  const dataDir = path.resolve(options.data);
  const log = createLog({ level: 'warn', secrets: [] });
  const program = await openProgram({ dataDir, port, windowDir: options.window ? WINDOW_DIR : null, log });
  const following = new AbortController();
  try {
    const ids = nodes.map((name) => idOf(program.app, name));
    const address = program.windowAddress();
    terminal.out(json ? JSON.stringify({ event: 'ready', port: program.port, address, dataDir }) : readyText(address, dataDir));
    if (options.open && address !== null) openBrowser({ address, dataDir, say: terminal.note });
    const told = follow(program.app, { json, terminal, signal: following.signal });
    await program.app.autoStart();
    for (const id of ids) await program.app.parts.nodes.start(id);
    await untilAborted(terminal.signal);
    terminal.note('Ending: each node finishes its current task first. Press Ctrl-C again to end at once.');
    await program.close();
    following.abort();
    await told;
    return EXIT.ok;
  } finally {
    following.abort();
    await program.close();
  }
}

function readyText(address: string | null, dataDir: string): string {
  if (address === null) return `Running on ${dataDir}. Ctrl-C ends it.`;
  return `The window: ${address}\nThis address works once; "crynux-node window" prints another. Ctrl-C ends the program.`;
}

function idOf({ parts: { profiles } }: HostApp, name: string): string {
  const found = profiles.list().find((profile) => profile.id === name || profile.name === name);
  if (found !== undefined) return found.id;
  throw new HeadlessError('HEADLESS_WHICH_NODE', `there is no profile ${name}`, { name });
}

/** Says what the nodes do, each time that it is something else. */
async function follow(
  { parts: { views } }: HostApp,
  { json, terminal, signal }: { readonly json: boolean; readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<void> {
  const said = new Map<string, string>();
  for await (const update of feed({ subscribe: views.watch, first: () => [views.snapshot()], signal })) {
    if (update.kind === 'removed') continue;
    for (const view of update.kind === 'snapshot' ? update.profiles : [update.profile]) {
      const line = stateLine(view);
      if (said.get(view.profile.id) === line) continue;
      said.set(view.profile.id, line);
      terminal.out(json ? JSON.stringify({ event: 'node', ...nodeFacts(view) }) : line);
    }
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
