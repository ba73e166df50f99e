/**
 * Whether an open window grows: the built program with a node that gets a task every twenty seconds, and a page that
 * moves from screen to screen and is never reloaded. Once a minute, all garbage is collected and the JavaScript heap is
 * read.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { systemRandom } from '../../devnet/system.ts';
import { startLittleNetwork } from '../../e2e/support/little-network.ts';
import { openProgram } from '../../headless/program.ts';
import { connectProgram } from '../../headless/rpc/running-program.ts';
import { bytesToHex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { type Figures, median } from './figures.ts';
import { openBrowser, serveBuilt } from './serve-built.ts';

const MIB = 1024 * 1024;
/** Each of them reads and subscribes again. */
const SCREENS = ['overview', 'tasks', 'earnings', 'trust', 'gpus', 'models', 'wallet', 'logs'] as const;
const PASSPHRASE = 'a heron on the ice of march';
const ID = 'heron';

/** @param minutes more than twenty: the first ten minutes are compared to the last ten */
export async function measureHeap(minutes: number, figures: Figures, say: (text: string) => void): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-bench-'));
  const network = await startLittleNetwork();
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const address = addressOf(privateKey);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const own = await openProgram({ dataDir, port: 0, windowDir: null, log });
  await own.app.client.networks.add({ preset: network.preset });
  await own.app.client.keys.import({ kind: 'privateKey', privateKey, store: 'keystore', passphrase: PASSPHRASE });
  await own.app.client.profiles.create({ draft: network.draft({ name: 'Heron', address }) });
  await own.close();
  const program = await serveBuilt(dataDir);
  const browser = await openBrowser();
  const ending = new AbortController();
  let tasks = 0;
  const work = (async () => {
    while (!ending.signal.aborted) {
      await network.runTask();
      tasks += 1;
      await sleep(20_000, undefined, { signal: ending.signal }).catch(() => {});
    }
  })();
  try {
    const { host } = await connectProgram(dataDir);
    await host.keys.unlock({ address, passphrase: PASSPHRASE });
    await host.profiles.start({ id: ID });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(program.address);
    const read = await heapReader(page);
    const heaps: number[] = [];
    const began = performance.now();
    for (let minute = 1; minute <= minutes; minute++) {
      for (let step = 0; performance.now() - began < minute * 60_000; step++) {
        await page.evaluate(`location.hash = '#/node/${ID}/${SCREENS[step % SCREENS.length]}'`);
        await sleep(5_000);
      }
      // Always on the same screen, because another screen's content is not growth.
      await page.evaluate(`location.hash = '#/node/${ID}/overview'`);
      await sleep(1_000);
      heaps.push(await read());
      say(`minute ${minute}: ${heaps.at(-1)?.toFixed(2)} MiB, ${tasks} tasks`);
    }
    figures.add('window, first ten minutes: JavaScript heap', 'MiB', median(heaps.slice(0, 10)));
    figures.add(`window, minutes ${minutes - 9} to ${minutes}: JavaScript heap`, 'MiB', median(heaps.slice(-10)));
  } finally {
    ending.abort();
    await Promise.allSettled([browser.close(), program.stop()]);
    await Promise.race([work, sleep(5_000)]);
    await network.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function heapReader(page: Page): Promise<() => Promise<number>> {
  const cdp = await page.context().newCDPSession(page);
  return async () => {
    // Twice: the second collection frees what finalisers have released.
    for (let turn = 0; turn < 2; turn++) await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    return usedSize / MIB;
  };
}
