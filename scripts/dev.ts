/**
 * `npm run dev -- [--data DIR] [--port N]`: the program without a desktop on the local network, with a window served by
 * Vite, so that a change in `renderer/` shows at once.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openProgram } from '../headless/program.ts';
import { connectProgram } from '../headless/rpc/running-program.ts';
import { createLog } from '../worker/log.ts';
import { openDevWindow } from './dev-window.ts';

const PORT = 7421;
const NODE_NAME = 'Dev node';

async function dev(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: { data: { type: 'string', default: path.join('.data', 'dev') }, port: { type: 'string', default: String(PORT) } },
  });
  const dataDir = path.resolve(values.data);
  const ended = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.resolve());
  const window = await openDevWindow();
  try {
    const log = createLog({ level: 'warn', secrets: [] });
    const program = await openProgram({ dataDir, port: Number(values.port), windowDir: null, liveWindow: window, log });
    try {
      process.stdout.write(`The window: ${program.windowAddress()}\n`);
      process.stdout.write('The network and a node on it are starting; press Ctrl-C to stop everything.\n');
      await Promise.race([ended.promise, startNode(dataDir).then(() => ended.promise)]);
    } finally {
      await program.close();
    }
  } finally {
    await window.close();
  }
}

/** The one from last time, or a new one with everything that it needs. */
async function startNode(dataDir: string): Promise<void> {
  const { host, close } = await connectProgram(dataDir);
  try {
    for await (const update of await host.profiles.watch({})) {
      if (update.kind !== 'snapshot') continue;
      const known = update.profiles.find(({ profile }) => profile.name === NODE_NAME);
      if (known === undefined) await host.profiles.createOnDevnet({ name: NODE_NAME });
      else await host.profiles.start({ id: known.profile.id });
      break;
    }
  } catch (error) {
    process.stderr.write(`No node is running: ${error instanceof Error ? error.message : String(error)}\n`);
  } finally {
    close();
  }
}

await dev(process.argv.slice(2));
