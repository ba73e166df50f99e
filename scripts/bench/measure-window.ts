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
import { chromium } from 'playwright-core';
import { z } from 'zod';
import { needBrowser } from './browser.ts';

const IDLE_SECONDS = 20;
const MIB = 1024 * 1024;

export interface WindowFigures {
  /** Milliseconds from the start of the process to the address of its window. */
  readonly programMs: number;
  /** Milliseconds from opening the address to a window whose first control takes the focus. */
  readonly interactiveMs: number;
  /** MiB of JavaScript heap in use after a collection. */
  readonly heapMib: number;
  /** Share of one processor that the page's script, style and layout took while nothing happened, in percent. */
  readonly idlePercent: number;
}

const readySchema = z.object({ event: z.literal('ready'), address: z.string() });

async function startProgram(dataDir: string) {
  const root = path.resolve(import.meta.dirname, '..');
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

export async function measureWindow(): Promise<WindowFigures> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-bench-'));
  const began = performance.now();
  const { address, child } = await startProgram(dataDir);
  const programMs = performance.now() - began;
  const browser = await chromium.launch({ executablePath: needBrowser(), chromiumSandbox: process.getuid?.() !== 0 });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const opened = performance.now();
    await page.goto(address);
    await page.getByRole('button').first().focus();
    const interactiveMs = performance.now() - opened;
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
    const idlePercent = ((await read('TaskDuration')) - busyBefore) * (100 / IDLE_SECONDS);
    return { programMs, interactiveMs, heapMib: (await read('JSHeapUsedSize')) / MIB, idlePercent };
  } finally {
    await browser.close();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
}
