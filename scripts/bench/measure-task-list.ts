/**
 * The window's list of 100,000 tasks in the whole program: a store on disk, the built program that serves it, a browser
 * that shows it. Measured inside the page, from the click or the key to the frame that shows the result.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { profileDraftSchema } from '../../contract/profiles.ts';
import { systemClock } from '../../devnet/system.ts';
import { openProfiles } from '../../host/profiles/profiles.ts';
import { openStore } from '../../worker/store/store.ts';
import type { Figures } from './figures.ts';
import { fillStore, START_MS } from './filled-store.ts';
import { openBrowser, serveBuilt } from './serve-built.ts';

const TASKS = 100_000;
const NAME = '100,000 tasks';
const SLOW_FRAME_MS = 32;
const SCROLL_FRAMES = 180;

/**
 * A program with one node that has a history but is not running: the list comes from its records, as for a running
 * node.
 */
export async function measureTaskList(runs: number, figures: Figures): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-bench-'));
  try {
    const profiles = openProfiles({
      file: path.join(dataDir, 'profiles.json'),
      folder: path.join(dataDir, 'nodes'),
      clock: systemClock,
    });
    const { id } = profiles.create(
      profileDraftSchema.parse({
        ...{ name: 'Bench', networkId: 'devnet', address: `0x${'11'.repeat(20)}`, engine: { kind: 'embedded' } },
        ...{ gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 }, modelIds: ['base:crynux/bench'], stakeWei: '1' },
      }),
    );
    const store = openStore(profiles.dataDir(id), START_MS);
    fillStore(store.db, TASKS);
    store.close();
    await measureProgram(dataDir, runs, figures);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measureProgram(dataDir: string, runs: number, figures: Figures): Promise<void> {
  const program = await serveBuilt(dataDir);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(program.address);
    for (let run = 0; run < runs; run++) await measureVisit(page, figures);
  } finally {
    await browser.close();
    await program.stop();
  }
}

/** One tab, reloaded: its code is compiled again and its list is empty. */
async function measureVisit(page: Page, figures: Figures): Promise<void> {
  await page.evaluate("location.hash = location.hash.replace('/tasks', '/overview')");
  await page.reload();
  await page.getByRole('link', { name: 'Tasks' }).waitFor();
  await systemClock.sleep(3_000);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    const ms = (name: string) => (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN) * 1_000;
    return {
      all: ms('TaskDuration'),
      script: ms('ScriptDuration'),
      style: ms('RecalcStyleDuration'),
      layout: ms('LayoutDuration'),
    };
  };
  /** Milliseconds of CPU time on the page's own thread, whatever else the machine does. The parts contain no painting. */
  const inPage = async <Value>(script: string) => {
    const before = await busy();
    const value = await page.evaluate<Value>(`(async () => { ${IN_PAGE} ${script} })()`);
    const after = await busy();
    const parts = {
      script: after.script - before.script,
      style: after.style - before.style,
      layout: after.layout - before.layout,
    };
    return { value, busyMs: after.all - before.all, parts };
  };
  for (const [what, script] of STEPS) {
    const { value, busyMs } = await inPage<number>(script);
    figures.add(`${NAME}: ${what}`, 'ms', value);
    figures.add(`${NAME}: ${what}, the page's own thread`, 'ms of CPU', busyMs);
  }
  const { value: frames, busyMs, parts } = await inPage<number[]>(SCROLL);
  const slow = frames.filter((ms) => ms > SLOW_FRAME_MS);
  figures.add(`${NAME}: frames over ${SLOW_FRAME_MS} ms while scrolling`, '%', (100 * slow.length) / frames.length);
  figures.add(`${NAME}: a frame of scrolling, the page's own thread`, 'ms of CPU', busyMs / frames.length);
  for (const [part, ms] of Object.entries(parts)) {
    figures.add(`${NAME}: a frame of scrolling, ${part}`, 'ms of CPU', ms / frames.length);
  }
  await cdp.detach();
}

/** Runs in the page: `shown` resolves with the milliseconds until the frame after `fits` first holds. */
const IN_PAGE = `
  const rows = () => document.querySelectorAll('[role=grid] tbody tr[data-task]').length;
  const status = () => document.querySelector('search [role=status]')?.textContent ?? '';
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const shown = async (fits, act) => {
    const began = performance.now();
    act();
    while (!fits()) await frame();
    await frame();
    await new Promise((resolve) => setTimeout(resolve));
    return performance.now() - began;
  };
  const type = (text) => {
    const field = document.querySelector('search input[type=search]');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };`;
const OPEN = `
  const link = [...document.querySelectorAll('a')].find((a) => /\\/tasks$/.test(a.hash));
  return shown(() => rows() > 3, () => link.click());`;
/** Every twentieth task in the store has timed out. */
const TEXT = `return shown(() => rows() > 0 && /5,000/.test(status()), () => type('timeout'));`;
const CLEAR = `return shown(() => rows() > 3 && /100,000/.test(status()), () => type(''));`;
const SCROLL = `
  const scroller = document.querySelector('[role=grid]').parentElement;
  const times = [];
  let last = await frame();
  for (let i = 0; i < ${SCROLL_FRAMES}; i++) {
    scroller.scrollTop += 120;
    const now = await frame();
    times.push(now - last);
    last = now;
  }
  return times;`;
const STEPS = [
  ['screen chosen → first rows', OPEN],
  ['text typed → list narrowed', TEXT],
  ['text taken back → list whole', CLEAR],
] as const;
