import { expect, test } from 'vitest';
import { FEE } from '../../devnet/relay/testing/harness.ts';
import { DAY_MS } from './ledger/totals.ts';
import { createMoneyService } from './money-service.ts';
import { caller } from './testing/call.ts';
import { parseCsv } from './testing/parse-csv.ts';
import { type RelayRig, relayRig, SELF } from './testing/relay-rig.ts';
import { taskMoney } from './views.ts';

async function serviceRig(): Promise<RelayRig & { call: ReturnType<typeof caller> }> {
  // Days pass in these tests, but the relay's own rounds, five per second, would have nothing to do.
  const config = { withdraw: { feeWei: 10n, minimumWei: 100n, perDay: 2 }, times: { scan: 86_400 } };
  const rig = await relayRig({ config });
  await rig.node.join();
  return { ...rig, call: caller(createMoneyService(rig)) };
}

/** Two payments on two days. */
async function rigWithEarnings(rig: RelayRig) {
  const tasks = [await rig.earn()];
  await rig.harness.clock.tick(DAY_MS);
  tasks.push(await rig.earn());
  for (const { commitment } of tasks) await rig.observe(commitment);
  await rig.sync.sync();
  return tasks;
}

test('the summary distinguishes balances, earnings and the estimate', async () => {
  const rig = await serviceRig();
  await rigWithEarnings(rig);
  const summary = await rig.call('summary', {});
  expect(summary).toMatchObject({
    today: { earnedWei: String(FEE), payments: 1 },
    last7Days: { earnedWei: String(2n * FEE), netWei: String(2n * FEE) },
    // The local network has no emission to come, and reports that.
    emissionEstimate: { state: 'told', wei: '0' },
    unbooked: 0,
    conflicts: 0,
  });
  expect(summary.accounts).toContainEqual({ account: 'relay', wei: String(2n * FEE) });
});

test('entries, tasks, earnings and the export show the same money', async () => {
  const rig = await serviceRig();
  const [first] = await rigWithEarnings(rig);
  const nowMs = rig.harness.clock.now();
  const page = await rig.call('entries', { limit: 1, after: null });
  expect(page.entries).toMatchObject([{ kind: 'taskPayment', from: 'network', to: 'relay', wei: String(FEE), taskType: 'Llm' }]);
  const rest = await rig.call('entries', { limit: 5, after: page.next, account: 'relay', kinds: ['taskPayment'] });
  expect(rest).toMatchObject({ entries: [{ task: first?.commitment }], next: null });
  expect(taskMoney(rig.ledger, first?.commitment ?? '0x')).toMatchObject({ earnedWei: String(FEE) });
  const range = { fromMs: nowMs - DAY_MS, toMs: nowMs + 1 };
  const { rows } = await rig.call('earnings', { bucket: 'day', by: 'model', ...range });
  expect(rows.map(({ group, earnedWei }) => [group, earnedWei])).toEqual([
    ['base:qwen/qwen3-8b', String(FEE)],
    ['base:qwen/qwen3-8b', String(FEE)],
  ]);
  const whole = await rig.call('earnings', { bucket: null, by: 'gpu', ...range });
  expect(whole.rows).toMatchObject([{ group: 'NVIDIA GeForce RTX 4090+Linux', earnedWei: String(2n * FEE), payments: 2 }]);
  const { text, next } = await rig.call('exportCsv', { after: null });
  expect([parseCsv(text).length, next]).toEqual([3, null]);
  expect((await rig.call('reconcile', {})).checks).toContainEqual(
    expect.objectContaining({ account: 'relay', against: 'relayBalance', agreement: { state: 'agrees' } }),
  );
});

test('a network without a chain says so', async () => {
  const rig = await serviceRig();
  await expect(rig.call('stake', {})).rejects.toMatchObject({ code: 'MONEY_UNSUPPORTED' });
  await expect(rig.call('prepareChainAct', { act: { kind: 'forceUnstake' } })).rejects.toMatchObject({
    code: 'MONEY_UNSUPPORTED',
  });
  const preview = await rig.call('prepareWithdrawal', { amountWei: '1000' });
  expect(preview.confirmation).toBeNull();
  expect(preview.problems.map(({ code }) => code)).toEqual(['MONEY_WITHDRAW_INSUFFICIENT']);
  expect(preview).toMatchObject({ destination: SELF, toOwnKey: true });
  await expect(rig.call('confirmWithdrawal', { amountWei: '1000', confirmation: 'x' })).rejects.toMatchObject({
    code: 'MONEY_WITHDRAW_INSUFFICIENT',
  });
  expect(rig.harness.relay.balanceWei(SELF)).toBe(0n);
});

test("a what-if is computed from the relay's current data about the node", async () => {
  const rig = await serviceRig();
  const forecast = await rig.call('whatIf', { stakeWei: String(100n * FEE) });
  expect(forecast.before.scoreStakeWei).toBe(String(400n * FEE));
  // On this network, no other node has more.
  expect(forecast.after.stakingScore).toEqual({ low: 0.5, high: 1 });
  expect(forecast.unknowns).toContain('ownStakeIsHighest');
});

test('the reader runs until it is stopped, and at once when it is woken', async () => {
  const rig = await serviceRig();
  const stop = new AbortController();
  const running = rig.run(stop.signal);
  await expect.poll(() => rig.lastReport()?.lists.deposit).toMatchObject({ kind: 'complete', total: 0 });
  rig.harness.relay.deposit({ address: SELF, wei: 7n, reason: 'd' });
  rig.wake();
  await expect.poll(() => rig.ledger.balanceWei('relay')).toBe(7n);
  stop.abort();
  await running;
});
