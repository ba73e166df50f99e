/**
 * What the window costs: from the start of the program to a window that answers, its memory, and what an open, idle
 * window takes of a processor. Headless program and system browser; needs `npm run build` first.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { z } from 'zod';
import { needBrowser } from '../browser.ts';
import { serveFixtures } from '../serve-fixtures.ts';
import type { Figures } from './figures.ts';

const IDLE_SECONDS = 20;
const MIB = 1024 * 1024;

const readySchema = z.object({ event: z.literal('ready'), address: z.string() });

async function startProgram(dataDir: string) {
  const root = path.resolve(import.meta.dirname, '..', '..');
  const args = ['--disable-warning=ExperimentalWarning', path.join(root, 'headless', 'main.ts')];
  const child = spawn(process.execPath, [...args, 'serve', '--json', '--port', '0', '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const ready = readySchema.safeParse(JSON.parse(line));
    if (ready.success) return { address: ready.data.address, child };
  }
  throw new Error('the program did not start');
}

export async function measureWindow(runs: number, figures: Figures): Promise<void> {
  for (let run = 0; run < runs; run++) await measureProgram(figures);
  await measureTaskList(runs, figures);
}

const launch = () => chromium.launch({ executablePath: needBrowser(), chromiumSandbox: process.getuid?.() !== 0 });

async function measureProgram(figures: Figures): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-bench-'));
  const began = performance.now();
  const { address, child } = await startProgram(dataDir);
  figures.add('program started → address of the window', 'ms', performance.now() - began);
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const opened = performance.now();
    await page.goto(address);
    await page.getByRole('button').first().focus();
    figures.add('address opened → window answers', 'ms', performance.now() - opened);
    figures.add('first paint', 'ms', await firstPaint(page));
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    await cdp.send('HeapProfiler.collectGarbage');
    const read = async (name: string): Promise<number> => {
      const { metrics } = await cdp.send('Performance.getMetrics');
      return metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    };
    await sleep(3_000);
    const busyBefore = await read('TaskDuration');
    await sleep(IDLE_SECONDS * 1_000);
    figures.add(
      'open, idle window: processor',
      '% of a core',
      ((await read('TaskDuration')) - busyBefore) * (100 / IDLE_SECONDS),
    );
    figures.add('window: JavaScript heap', 'MiB', (await read('JSHeapUsedSize')) / MIB);
  } finally {
    await browser.close();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
}

function firstPaint(page: Page): Promise<number> {
  return page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN);
}

/** 100,000 made-up tasks: the first rows, one filter, and the frames of three seconds of scrolling. */
async function measureTaskList(runs: number, figures: Figures): Promise<void> {
  const fixtures = await serveFixtures();
  const browser = await launch();
  try {
    for (let run = 0; run < runs; run++) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await page.goto(`${fixtures.url}?scenario=many-tasks`);
      await page.getByRole('button').first().focus();
      const rows = page.locator('[role=row], tbody tr');
      const opened = performance.now();
      await page.getByRole('link', { name: 'Tasks' }).click();
      await rows.nth(3).waitFor();
      figures.add('100,000 tasks: screen opened → first rows', 'ms', performance.now() - opened);
      const chosen = performance.now();
      await page.getByRole('searchbox').or(page.getByRole('textbox')).first().fill('zzz');
      await page.getByText('100,000').first().waitFor({ state: 'hidden' });
      figures.add('100,000 tasks: typed → list narrowed', 'ms', performance.now() - chosen);
      await page.close();
    }
  } finally {
    await browser.close();
    await fixtures.close();
  }
}
