import { expect, it, vi } from 'vitest';
import { commitmentOf, SELF } from '../../testing/remote-task.ts';
import { Ledger } from '../ledger/ledger.ts';
import { flowPosition, type StoredFlow } from '../task-chain/flows.ts';
import { memoryDatabase } from '../testing/ledger.ts';
import { Booking } from './booking.ts';
import { MoneyRecords } from './money-records.ts';

const STAKE = 400n;

function rig() {
  const db = memoryDatabase();
  const [records, ledger] = [new MoneyRecords(db), new Ledger(db)];
  const opening = { chainId: 1, blockNumber: 1, atMs: 0, walletWei: '1000', stakeWei: '0', benefitAddress: null };
  records.put('opening', [{ key: '1', position: 0, value: opening }], 0);
  const open = () =>
    new Booking({
      ...{ db, records, ledger, self: SELF, unnamed: null, factsOf: () => null, slashedTask: () => null, onUnpaid: () => {} },
    });
  const put = (block: number, flow: { readonly event: StoredFlow['event']; readonly [field: string]: unknown }) =>
    records.put(
      'chainFlow',
      [
        {
          key: `${flow.event}${block}`,
          position: flowPosition({ event: flow.event, blockNumber: block }, 0),
          value: { blockNumber: block, txHash: `0x${block}`, atMs: block, ...flow },
        },
      ],
      0,
    );
  const pay = (block: number) => {
    put(block, { event: 'started', commitment: commitmentOf(block) });
    put(block + 1, { event: 'paid', commitment: commitmentOf(block), kind: 'taskPayment', wei: '7' });
  };
  return { records, ledger, open, put, pay };
}

it('flows on a chain that are booked are not read again for each new one', async () => {
  const { records, ledger, open, put, pay } = rig();
  const booking = open();
  put(2, { event: 'joined', wei: String(STAKE) });
  await booking.run(0);
  const all = vi.spyOn(records, 'all');
  for (let block = 10; block < 60; block += 10) {
    pay(block);
    await booking.run(0);
  }
  const read = all.mock.results.flatMap(({ value }) => value).filter(({ list }) => list === 'chainFlow');
  expect(read).toHaveLength(10);
  expect([ledger.balanceWei('wallet'), ledger.balanceWei('stake')]).toEqual([1_000n - STAKE + 35n, STAKE]);
  put(70, { event: 'slashed' });
  await booking.run(0);
  expect(ledger.balanceWei('stake')).toBe(0n);
});

it('a flow that comes late is booked in its place, as if it had been known before', async () => {
  const { records, ledger, open, put, pay } = rig();
  const booking = open();
  pay(10);
  await booking.run(0);
  put(20, { event: 'slashed' });
  await booking.run(0);
  // Nothing was known to be staked; the join shows what the slash took.
  expect(ledger.balanceWei('stake')).toBe(0n);
  put(2, { event: 'joined', wei: String(STAKE) });
  await booking.run(0);
  expect([ledger.balanceWei('wallet'), ledger.balanceWei('stake')]).toEqual([1_000n - STAKE + 7n, 0n]);
  expect(records.unposted('chainFlow')).toEqual([]);
});

it('if booking fails, the next one begins where the last good one ended', async () => {
  const { ledger, open, put, pay } = rig();
  const booking = open();
  put(2, { event: 'joined', wei: String(STAKE) });
  await booking.run(0);
  put(20, { event: 'slashed' });
  const record = vi.spyOn(ledger, 'record').mockImplementation(() => {
    throw new Error('disk full');
  });
  await expect(booking.run(0)).rejects.toThrow('disk full');
  record.mockRestore();
  pay(30);
  await booking.run(0);
  expect([ledger.balanceWei('wallet'), ledger.balanceWei('stake')]).toEqual([1_000n - STAKE + 7n, 0n]);
});

it('a record that contradicts what is booked is marked with the difference, and booked as it was', async () => {
  const { records, ledger, open, put } = rig();
  const booking = open();
  const paid = (wei: string) => put(11, { event: 'paid', commitment: commitmentOf(1), kind: 'taskPayment', wei });
  paid('7');
  await booking.run(0);
  expect(records.withProblem()).toEqual([]);
  paid('8');
  await booking.run(0);
  expect(records.withProblem()).toMatchObject([{ key: 'paid11', problem: expect.stringContaining('recorded as 7 wei') }]);
  expect([ledger.balanceWei('wallet'), ledger.conflicts().length]).toEqual([1_007n, 1]);
});
