/** `serve` and `run`: the program itself, in the foreground, with or without its window. */
import path from 'node:path';
import type { ProfileView } from '../../../contract/profiles.ts';
import { createLog } from '../../../worker/log.ts';
import { openProgram, type Program, WINDOW_DIR } from '../../program.ts';
import type { CommonOptions, Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { stateLine } from '../node-text.ts';

export interface ServeOptions extends CommonOptions {
  readonly port: number;
  readonly window: boolean;
  /** Start these too, by id or name. */
  readonly nodes: readonly string[];
}

export async function serve(options: ServeOptions, { terminal }: Context): Promise<ExitCode> {
  const { port, nodes, json } = options;
  const dataDir = path.resolve(options.data);
  const log = createLog({ level: 'warn', secrets: [] });
  const program = await openProgram({ dataDir, port, windowDir: options.window ? WINDOW_DIR : null, log });
  try {
    const address = program.windowAddress();
    if (json) terminal.out(JSON.stringify({ event: 'ready', port: program.port, address, dataDir }));
    else terminal.out(address === null ? `Running on ${dataDir}. Ctrl-C ends it.` : `Open ${address}\nIt works once. Ctrl-C ends the program.`);
    const following = follow(program, options, terminal);
    await program.app.autoStart();
    for (const name of nodes) await program.app.parts.nodes.start(find(program, name).profile.id);
    await untilAborted(terminal.signal);
    if (!json) terminal.out('Ending: each node finishes its current task first.');
    await program.close();
    await following;
    return EXIT.ok;
  } finally {
    await program.close();
  }
}
