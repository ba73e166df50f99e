/** One Chromium for all windows of the double. The test gets its debugging port and controls the same pages. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { findBrowser } from '../../scripts/browser.ts';
import { TEST_BROWSER_FLAGS } from '../../scripts/testing/launch-browser.ts';

const FLAGS = [
  ...TEST_BROWSER_FLAGS,
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

export interface DoubleBrowser {
  readonly context: BrowserContext;
  readonly debuggingUrl: string;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<DoubleBrowser> {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error('the double needs Chrome or Chromium');
  const profile = await mkdtemp(path.join(tmpdir(), 'electron-double-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: FLAGS,
    headless: true,
    chromiumSandbox: process.getuid?.() !== 0,
    viewport: { width: 1280, height: 800 },
    // Rendering animations is most of such a browser's work.
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  });
  const [port] = (await readFile(path.join(profile, 'DevToolsActivePort'), 'utf8')).split('\n');
  // A page that is not a window of the program, such as a popup before it is refused, loads nothing.
  await context.route('**/*', (route) => route.abort('blockedbyclient'));
  // Chromium starts with a page of its own, which is not a window of the program.
  for (const page of context.pages()) await page.close();
  return {
    context,
    debuggingUrl: `http://127.0.0.1:${port}`,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
