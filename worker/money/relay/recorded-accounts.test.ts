import { describe, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import { createLog } from '../../log.ts';
import { NetworkClock } from '../../networks/network-clock.ts';
import { RELAY_LISTS, type RelayList } from '../../networks/relay/relay-account.ts';
import { Store } from '../../store/store.ts';
import { createMoney } from '../money.ts';
import { THOROUGH } from '../sync.ts';
import { memoryDatabase } from '../testing/ledger.ts';
import { type RecordedAccountOptions, recordedAccount, recordedBalance, recordedRows } from '../testing/recorded-account.ts';
import { unfinishedKeys } from './unfinished.ts';

/** Joined, and served tasks alone and in groups. */
const NODE: Hex = '0x9b87fD1dde41C3805Fe579673c2f9f03C04edAb1';
/** Deposited, withdrew ten times (pending, paid, returned), got emissions, was slashed. */
const SLASHED: Hex = '0x1Dd01Ae563708f202c2e36421b792a6cd8fC9F17';
/** Delegated to a node, and was paid for it. */
const DELEGATOR: Hex = '0x3172a97df3C0bE21e6c807682ad0c932f291Cb0d';
/** Paid for tasks and was refunded. */
const APPLICATION: Hex = '0x1aa19b39e6Aa88435103F84DC9322105807cA397';
const NOW = Date.parse('2026-11-28T23:53:00Z');

function moneyOf(options: RecordedAccountOptions) {
  const db = memoryDatabase();
  const store = new Store(db, () => {});
  const clock = new ManualClock(NOW);
  const money = createMoney({
    db,
    events: store.events,
    account: recordedAccount(options),
    chain: null,
    network: 'h8net',
    gpu: 'NVIDIA GeForce RTX 4090+Linux',
    nodeInfo: () => Promise.reject(new Error('not asked for')),
    networkClock: new NetworkClock(clock),
    clock,
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    log: createLog({ level: 'silent', secrets: [] }),
  });
  return { ...money, db, clock };
}

type Money = ReturnType<typeof moneyOf>;

function entriesOf({ ledger }: Money) {
  return ledger.page({ limit: 1_000, after: null, order: 'oldestFirst' });
}

function sumOf(money: Money, ...kinds: string[]): bigint {
  return entriesOf(money).reduce((sum, { kind, wei }) => (kinds.includes(kind) ? sum + wei : sum), 0n);
}

async function relayChecks(money: Money) {
  const { checks } = await money.reconciler.reconcile();
  return Object.fromEntries(checks.map(({ account, against, agreement }) => [`${account} ${against}`, agreement.kind]));
}

describe('the account of a recorded node', () => {
  it('is booked to the wei: every task and the deposit, at the second at which the relay booked them', async () => {
    const money = moneyOf({ address: NODE });
    await money.sync.sync();
    expect(money.records.withProblem()).toEqual([]);
    expect(money.ledger.balanceWei('relay')).toBe(recordedBalance(NODE));
    expect(money.ledger.balanceWei('relay')).toBe(702_964_705_882_352_941_221n);
    expect(sumOf(money, 'taskPayment')).toBe(2_964_705_882_352_941_221n);
    expect(sumOf(money, 'deposit')).toBe(700_000_000_000_000_000_000n);
    expect(money.ledger.find('relay:0-0x34844575219367bf45056abcca71a35b5f0f0878091dac44250ff68cff5cf729')).toMatchObject({
      kind: 'taskPayment',
      wei: 800_000_000_000_000_006n,
      atMs: Date.UTC(2026, 10, 28, 23, 32, 34),
      record: 'taskFee 5',
    });
    expect(await relayChecks(money)).toMatchObject({ 'relay relayBalance': 'agrees', 'relay relayRecords': 'agrees' });
  });

  it('is booked with its withdrawals, emissions and a slash, and agrees with the balance', async () => {
    const money = moneyOf({ address: SLASHED });
    await money.sync.sync();
    expect(money.records.withProblem()).toEqual([]);
    expect(money.ledger.balanceWei('relay')).toBe(261_029_999_999_999_999_984n);
    // Seven withdrawals are pending, two were paid, one was returned; every fee is the one that the relay charged.
    expect(money.ledger.balanceWei('inTransit')).toBe(24_180_000_000_000_000_015n + 6_050_000_000_000_000_001n);
    expect(money.ledger.balanceWei('benefit')).toBe(10_000_000_000_000_000_000n);
    expect(sumOf(money, 'withdrawalReturn')).toBe(6_050_000_000_000_000_001n);
    expect(sumOf(money, 'emission')).toBe(132_000_000_000_000_000_001n);
    expect(money.ledger.balanceWei('locked')).toBe(0n);
    expect(await relayChecks(money)).toEqual({
      'relay relayBalance': 'agrees',
      'relay relayRecords': 'agrees',
      'inTransit relayRecords': 'agrees',
      'locked relayRecords': 'agrees',
      'wallet chain': 'unknown',
      'stake chain': 'unknown',
      'benefit none': 'unknown',
    });
  });

  it('is booked where it paid for tasks as an application', async () => {
    const money = moneyOf({ address: APPLICATION, balance: () => money.ledger.balanceWei('relay') });
    await money.sync.sync();
    expect(money.records.withProblem()).toEqual([]);
    const rows = recordedRows('taskFee', APPLICATION);
    const of = (type: number) => rows.reduce((sum, row) => (row.type === type ? sum + BigInt(String(row.amount)) : sum), 0n);
    expect([sumOf(money, 'taskCharge'), sumOf(money, 'taskRefund')]).toEqual([of(4), of(5)]);
    expect(rows.length).toBeGreaterThanOrEqual(24);
  });
});

describe('the account of a recorded delegator', () => {
  /**
   * Its vesting was recorded before the hourly release, its balance afterwards: this computes what had been released by
   * then.
   */
  const rows = (list: RelayList) =>
    recordedRows(list, DELEGATOR).map((row) =>
      list === 'vesting' ? { ...row, released_amount: '100000000000000000', remaining_amount: row.locked_amount } : row,
    );

  it('has income that no list of the relay itemises: its total is booked, and the account agrees to the wei', async () => {
    const money = moneyOf({ address: DELEGATOR, rows });
    await money.sync.sync();
    expect(money.ledger.balanceWei('relay')).toBe(1_540_000_000_000_000_000n);
    expect(entriesOf(money).filter(({ kind }) => kind === 'delegation')).toMatchObject([
      { wei: 1_440_000_000_000_000_000n, record: 'not itemised by the relay' },
    ]);
    expect(await relayChecks(money)).toMatchObject({ 'relay relayBalance': 'agrees', 'relay relayRecords': 'agrees' });
    await money.sync.sync();
    expect(entriesOf(money).filter(({ kind }) => kind === 'delegation')).toHaveLength(1);
  });

  it('is not counted twice if the relay lists the payments', async () => {
    const listed = {
      ...{ id: 900, created_at: 1_795_909_000, address: DELEGATOR, type: 8, amount: '1440000000000000000' },
      reason: `8-0x${'ab'.repeat(32)}-${DELEGATOR}`,
    };
    const withList = (list: RelayList) => (list === 'taskFee' ? [listed] : rows(list));
    const money = moneyOf({ address: DELEGATOR, rows: withList });
    await money.sync.sync();
    expect(entriesOf(money).filter(({ kind }) => kind === 'delegation')).toHaveLength(1);
    expect(await relayChecks(money)).toMatchObject({ 'relay relayBalance': 'agrees', 'relay relayRecords': 'agrees' });
  });
});

describe('a deposit that is in the balance before the list shows it', () => {
  const DEPOSIT = 50_000_000_000_000_000_000n;
  const row = (recordedRows('deposit', '0x1cCd121f30E07871A639ddf6444Fc67bf860D19a')[0] ?? expect.fail()) as object;
  const relayBalance = async (money: Money) => (await money.reconciler.reconcile()).checks[0]?.agreement;

  function depositing() {
    let isListed = false;
    const money = moneyOf({
      address: NODE,
      balance: () => recordedBalance(NODE) + DEPOSIT,
      rows: (list) =>
        list === 'deposit' && isListed ? [...recordedRows(list, NODE), { ...row, address: NODE }] : recordedRows(list, NODE),
    });
    const list = () => {
      isListed = true;
    };
    return { money, list };
  }

  it('is under way, not a difference, and agrees once it is listed', async () => {
    const { money, list } = depositing();
    expect(await relayBalance(money)).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining(`${DEPOSIT} wei are under way`),
      underWayWei: DEPOSIT,
    });
    await money.clock.tick(10_000);
    list();
    expect(await relayBalance(money)).toEqual({ kind: 'agrees' });
    expect(money.ledger.find('relay:deposit:4')?.wei).toBe(DEPOSIT);
  });

  it('is a difference if the list still does not show it after a minute', async () => {
    const { money } = depositing();
    await relayBalance(money);
    await money.clock.tick(60_000);
    expect(await relayBalance(money)).toMatchObject({ kind: 'differs', byWei: DEPOSIT, sinceMs: NOW });
  });
});

/** Rows as left by the previous version: kept verbatim, because it expected times to be text. */
function keepUnread({ db }: Money, address: Hex): void {
  const insert = db.prepare(
    `INSERT INTO money_records (list, key, position, json, posted, problem, observed_ms) VALUES (?, ?, ?, ?, NULL, ?, ?)`,
  );
  for (const list of RELAY_LISTS) {
    for (const row of recordedRows(list, address)) {
      const problem = 'created_at: Invalid input: expected string, received number';
      insert.run(list, String(row.id), row.id, JSON.stringify(row), problem, NOW - 86_400_000);
    }
  }
}

describe('records that an earlier version could not read', () => {
  it.each([
    ['a relay that still lists them', (list: RelayList) => recordedRows(list, SLASHED)],
    [
      'a relay that cannot be reached',
      () => {
        throw new Error('unreachable');
      },
    ],
  ])('are booked after the update, with %s', async (_, rows) => {
    const money = moneyOf({ address: SLASHED, rows });
    keepUnread(money, SLASHED);
    expect(money.records.withProblem()).toHaveLength(17);
    expect(money.ledger.count()).toBe(0);
    await money.sync.sync();
    expect(money.records.withProblem()).toEqual([]);
    expect(money.ledger.balanceWei('relay')).toBe(recordedBalance(SLASHED));
    expect(money.ledger.find('relay:deposit:3')?.atMs).toBe(1_795_908_908_000);
  });

  it('are booked once, however often the sources are read', async () => {
    const money = moneyOf({ address: NODE });
    keepUnread(money, NODE);
    await money.sync.sync();
    const before = entriesOf(money);
    await money.sync.sync();
    expect(entriesOf(money)).toEqual(before);
    expect(money.ledger.conflicts()).toEqual([]);
  });
});

describe('an emission that the network deprecates', () => {
  const [OTHER, ITS_WEI] = [9, 7_000_000_000_000_000_000n];
  /** This account's last recorded emissions, with this one still locked as before the slash. */
  const listed = (list: RelayList, changes: object = {}) =>
    recordedRows(list, SLASHED).map((row) => {
      const whole = { released_amount: '0', remaining_amount: String(ITS_WEI), slashed: false };
      return list === 'vesting' && row.id === OTHER ? { ...row, ...whole, ...changes } : row;
    });

  function vanishing() {
    const gone = new Set<number>();
    const rows = (list: RelayList) => listed(list).filter(({ id }) => list !== 'vesting' || !gone.has(id));
    return { gone, money: moneyOf({ address: SLASHED, rows }) };
  }
  const withdrawals = (money: Money) =>
    entriesOf(money).filter(({ kind, from, to }) => kind === 'emission' && (from === 'locked' || to === 'locked'));

  it('vanishes from the list: the locked amount goes back to the network, and is not read again', async () => {
    const { gone, money } = vanishing();
    await money.reconciler.reconcile();
    const before = money.ledger.balanceWei('locked');
    expect(recordedRows('vesting', SLASHED)).toHaveLength(4);
    gone.add(OTHER);
    expect(await relayChecks(money)).toMatchObject({ 'locked relayRecords': 'agrees', 'relay relayRecords': 'agrees' });
    expect(money.ledger.balanceWei('locked')).toBe(before - ITS_WEI);
    expect(withdrawals(money).at(-1)).toMatchObject({
      ...{ from: 'locked', to: 'network', wei: ITS_WEI, record: `vesting ${OTHER}, withdrawn by the network` },
    });
    expect(unfinishedKeys(money.records, 'vesting').has(String(OTHER))).toBe(false);
    const { lists } = await money.sync.sync({ ...THOROUGH });
    expect(lists.vesting).toEqual({ kind: 'complete', total: 3, held: 4 });
    const count = withdrawals(money).length;
    await money.reconciler.reconcile();
    expect(withdrawals(money)).toHaveLength(count);
    expect(money.records.withProblem()).toEqual([]);
  });

  it('is locked again if the network lists it again', async () => {
    const { gone, money } = vanishing();
    await money.reconciler.reconcile();
    const before = money.ledger.balanceWei('locked');
    for (let round = 0; round < 2; round++) {
      gone.add(OTHER);
      await money.clock.tick(60_000);
      await money.reconciler.reconcile();
      expect(money.ledger.balanceWei('locked')).toBe(before - ITS_WEI);
      gone.clear();
      await money.clock.tick(60_000);
      expect(await relayChecks(money)).toMatchObject({ 'locked relayRecords': 'agrees' });
      expect(money.ledger.balanceWei('locked')).toBe(before);
    }
  });

  it('is booked the same way if the relay reports its status', async () => {
    const rows = (list: RelayList) => listed(list, { status: 2 });
    const money = moneyOf({ address: SLASHED, rows });
    expect(await relayChecks(money)).toMatchObject({ 'locked relayRecords': 'agrees' });
    expect(withdrawals(money).filter(({ from }) => from === 'locked')).toMatchObject([{ wei: ITS_WEI }]);
    expect(money.records.withProblem()).toEqual([]);
  });

  it('is never treated as deprecated because of a list that grew while it was read', async () => {
    let reads = 0;
    const money = moneyOf({
      address: SLASHED,
      rows: (list) => (list === 'vesting' ? many(reads++ === 0 ? 150 : 149) : recordedRows(list, SLASHED)),
    });
    const many = (count: number) => {
      const [row] = recordedRows('vesting', SLASHED);
      return Array.from({ length: count }, (_, i) => ({ ...row, id: 1_000 - i, slashed: false }));
    };
    await money.sync.sync(THOROUGH);
    expect(entriesOf(money).filter(({ from }) => from === 'locked')).toEqual([]);
  });
});
