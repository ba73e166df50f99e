/**
 * What the window costs: from the start of the program to a responsive window, its memory, and the CPU time of an open,
 * idle window. Headless program and system browser; needs `npm run build` first.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Figures } from './figures.ts';
import { measureTaskList } from './measure-task-list.ts';
import { openBrowser, serveBuilt } from './serve-built.ts';

const IDLE_SECONDS = 20;
const MIB = 1024 * 1024;

export async function measureWindow(runs: number, figures: Figures): Promise<void> {
  for (let run = 0; run < runs; run++) await measureProgram(figures);
  await measureTaskList(runs, figures);
}

async function measureProgram(figures: Figures): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-bench-'));
  const began = performance.now();
  const { address, stop } = await serveBuilt(dataDir);
  figures.add('program started → address of the window', 'ms', performance.now() - began);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const opened = performance.now();
    await page.goto(address);
    await page.getByRole('button').first().focus();
    figures.add('address opened → window responsive', 'ms', performance.now() - opened);
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
    figures.add('open, idle window: CPU', '% of a core', ((await read('TaskDuration')) - busyBefore) * (100 / IDLE_SECONDS));
    figures.add('window: JavaScript heap', 'MiB', (await read('JSHeapUsedSize')) / MIB);
  } finally {
    await browser.close();
    await stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function firstPaint(page: Page): Promise<number> {
  return page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN);
}
