/** The window at the end of the demo: a separate program, with a node on the local network that one call creates. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NetworkMode } from '../contract/node-config.ts';
import { openBrowser } from '../headless/open-browser.ts';
import { openProgram } from '../headless/program.ts';
import { PROGRAMS } from '../platform/programs.ts';
import { createLog } from '../worker/log.ts';

export interface DemoWindow {
  /** Works once. */
  readonly address: string;
  close(): Promise<void>;
}

/** The window must have been built. @throws HeadlessError; the window itself shows what a node needs to start */
export async function openDemoWindow(localMode: NetworkMode, print: (text: string) => void): Promise<DemoWindow> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-window-'));
  const log = createLog({ level: 'error', secrets: [] });
  const program = await openProgram({ dataDir, port: 0, windowDir: PROGRAMS.window, log, localMode });
  const close = async () => {
    await program.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const address = program.windowAddress() ?? '';
    openBrowser({ address, dataDir, say: print });
    await program.app.client.profiles.createOnDevnet({ name: 'Your node' });
    return { address, close };
  } catch (error) {
    await close();
    throw error;
  }
}
