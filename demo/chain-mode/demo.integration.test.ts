/** The demo on a chain from end to end, with a trivial engine; everything else is as the command runs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Report } from '../report-text.ts';
import { openChainStage } from './stage.ts';

const ENGINE = {
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, '../../devnet/peers/testing/little-engine.ts')],
  env: {},
};

it('every kind of end happens, the contract slashes the cheat, and every wei is accounted for', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'demo-chain-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const lines: string[] = [];
  const titles = new Map<string, string>();
  const print = (text: string) => void lines.push(text);
  const stage = await openChainStage(
    {
      ...{ dataDir, print, say: print, titles, engine: ENGINE },
      signal: new AbortController().signal,
      elapsedMs: () => 0,
    },
    { firstChats: 1, images: 1, laterChats: 1, lastChats: 1 },
  );
  onTestFinished(() => stage.stop());
  stage.follow();
  expect((await stage.runJob()).surprises).toEqual([]);
  let report: Report | undefined;
  // The node learns of its last payment a moment later.
  await expect
    .poll(async () => {
      report = await stage.report(1_000);
      return report.differences;
    })
    .toEqual([]);

  const mallory = stage.participants.find(({ name }) => name === 'mallory');
  expect(report?.json).toMatchObject({
    mode: 'chain',
    relayBalanceWei: '0',
    slashedNodes: [mallory?.address],
    durationMs: 1_000,
  });
  const ends = stage.view
    .tasks()
    .map(({ status, abortReason }) => (abortReason === 'None' ? status : `${status} ${abortReason}`));
  const count = (end: string) => ends.filter((one) => one === end).length;
  expect(Object.fromEntries([...new Set(ends)].sort().map((end) => [end, count(end)]))).toEqual({
    'EndAborted IncorrectResult': 1,
    'EndAborted Timeout': 1,
    EndGroupRefund: 5,
    EndGroupSuccess: 3,
    EndInvalidated: 1,
    EndSuccess: 6,
  });
  expect(report?.json.tasks.map(({ state }) => state)).toEqual(stage.view.tasks().map(({ status }) => status));
  expect(BigInt(report?.json.earnedWei ?? 0)).toBeGreaterThan(0n);
  expect(stage.view.isBalanced()).toBe(true);
  expect(lines.some((line) => line.includes('mallory was slashed'))).toBe(true);
  expect(lines.filter((line) => line.startsWith('devnet:'))).toEqual([]);
});
