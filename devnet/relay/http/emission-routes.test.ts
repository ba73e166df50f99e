import { afterEach, beforeEach, expect, test } from 'vitest';
import { vestingRecordSchema } from '../../../protocol/wire/relay-account.ts';
import { type Actor, createHarness, type Harness, STAKE, START_MS } from '../testing/harness.ts';
import { refused } from '../testing/refusals.ts';
import { logIn, requestWithdrawal } from '../testing/withdraw.ts';

const DAY_MS = 86_400_000;
let harness: Harness;
let node: Actor;
beforeEach(() => {
  const feeTiers = [
    { minAmountWei: 100n, ratio: '0.01' },
    { minAmountWei: 1000n, ratio: '0.025' },
  ];
  harness = createHarness({ config: { withdraw: { feeWei: 3n, feeTiers } } });
  node = harness.actor('n1');
});
afterEach(() => harness.relay.close());

const path = (rest: string) => `/v2/relay_account/${node.address}/${rest}`;

async function vestings() {
  const { json } = await node.get(path('vesting/list'), { address: node.address });
  const { vesting_records } = (json as { data: { vesting_records: unknown[] } }).data;
  return vesting_records.map((record) => vestingRecordSchema.parse(record));
}

async function locked(): Promise<unknown> {
  return (await node.get(path('vesting/locked'), { address: node.address })).json;
}

test('an emission is released day by day, to the last wei', async () => {
  harness.relay.vest({ address: node.address, wei: 100n, durationDays: 3, type: 'node' });
  expect(await locked()).toMatchObject({ data: '100' });
  await harness.clock.tick(DAY_MS - 1_000);
  harness.relay.runRound();
  expect(await locked()).toMatchObject({ data: '100' });
  await harness.clock.tick(1_000);
  harness.relay.runRound();
  expect(await vestings()).toMatchObject([{ totalWei: 100n, releasedWei: 33n, remainingWei: 67n, slashed: false }]);
  expect(await locked()).toMatchObject({ data: '67' });
  expect(harness.relay.balanceWei(node.address)).toBe(33n);
  await harness.clock.tick(5 * DAY_MS);
  harness.relay.runRound();
  harness.relay.runRound();
  expect(harness.relay.balanceWei(node.address)).toBe(100n);
  const totals = harness.relay.totals();
  expect(totals).toMatchObject({ lockedWei: 0n, totalWei: totals.issuedWei });
});

test('a slash takes what is still locked, and leaves what was released', async () => {
  await node.join();
  harness.relay.vest({ address: node.address, wei: 100n, durationDays: 2, type: 'node' });
  await harness.clock.tick(DAY_MS);
  harness.relay.runRound();
  harness.relay.slash({ address: node.address, commitment: '0x' });
  expect(await vestings()).toMatchObject([{ releasedWei: 50n, slashed: true }]);
  await harness.clock.tick(DAY_MS);
  harness.relay.runRound();
  expect(harness.relay.balanceWei(node.address)).toBe(50n);
  const totals = harness.relay.totals();
  expect(totals).toMatchObject({ slashedWei: 50n + STAKE, lockedWei: 0n, totalWei: totals.issuedWei });
});

test('the chart counts emissions by week and kind', async () => {
  const vest = (type: 'node' | 'delegation', wei: bigint) =>
    harness.relay.vest({ address: node.address, wei, durationDays: 7, type });
  vest('node', 5n);
  await harness.clock.tick(7 * DAY_MS);
  vest('node', 7n);
  vest('delegation', 11n);
  const headers = { authorization: `Bearer ${await logIn(harness, node)}` };
  const chart = (weeks: number) => harness.send({ method: 'GET', url: path(`emission/chart?weeks=${weeks}`), headers });
  // The first of January 2026 is a Thursday.
  const monday = START_MS - 3 * DAY_MS;
  expect(await chart(2)).toMatchObject({
    json: {
      data: {
        timestamps: [monday / 1000, (monday + 7 * DAY_MS) / 1000],
        node_emission_income: ['5', '7'],
        delegation_emission_income: ['0', '11'],
      },
    },
  });
  expect(await chart(261)).toMatchObject(refused('weeks', 'weeks must be between 1 and 260'));
});

test('a withdrawal costs the fixed fee and the ratio of its tier', async () => {
  const app = harness.actor('app');
  const before = harness.relay.balanceWei(app.address);
  const { json } = await harness.send({ method: 'GET', url: '/v1/network/withdraw_config' });
  expect(json).toMatchObject({ data: [{ withdrawal_fee_tiers: [{ fee_ratio: 0.01 }, { fee_ratio: 0.025 }] }] });
  for (const amountWei of [99n, 150n, 1001n]) await requestWithdrawal(harness, app, { amountWei, benefitAddress: node.address });
  expect(before - harness.relay.balanceWei(app.address)).toBe(99n + 150n + 1001n + 3n * 3n + 1n + 25n);
});
