import { describe, expect, it, test } from 'vitest';
import { FEE, type TestTask } from '../../devnet/relay/testing/harness.ts';
import { Store } from '../store/store.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';
import { Ledger } from './ledger/ledger.ts';
import { Payments } from './payments.ts';
import { noRelayAccount } from './relay/no-account.ts';
import { memoryDatabase, payment } from './testing/ledger.ts';
import { type RelayRig, type RelayRigOptions, relayRig } from './testing/relay-rig.ts';

const HOUR_MS = 3_600_000;

interface Earned {
  readonly rig: RelayRig;
  readonly task: TestTask;
  /** Tasks whose payment was announced, in order. */
  readonly announced: string[];
  /** The task loop has seen the end, so long ago. */
  close(agoMs?: number): void;
  paid(): bigint | null;
}

/** The relay has paid, and this node knows how its task ended. */
async function earned(options: RelayRigOptions = {}): Promise<Earned> {
  const rig = await relayRig(options);
  const announced: string[] = [];
  rig.payments.onPaid((commitment) => announced.push(commitment));
  await rig.node.join();
  const task = await rig.earn();
  await rig.observe(task.commitment);
  const close = (agoMs = 0) => rig.store.tasks.close(task.commitment, 'EndSuccess', rig.harness.clock.now() - agoMs);
  return { rig, task, announced, close, paid: () => rig.store.tasks.get(task.commitment).paymentWei };
}

const readings: readonly (readonly [string, (rig: RelayRig) => Promise<unknown>])[] = [
  ['the end of the task reads first', async ({ payments, sync }) => [await payments.poll(), await sync.sync()]],
  ['the regular reading is first', async ({ payments, sync }) => [await sync.sync(), await payments.poll()]],
  ['both read at once', ({ payments, sync }) => Promise.all([payments.poll(), sync.sync(), payments.poll(), sync.sync()])],
];

test.each(readings)('%s: one entry, one payment, announced once', async (_, read) => {
  const { rig, task, announced, close, paid } = await earned();
  close();
  expect(rig.payments.isEnabled()).toBe(true);
  await read(rig);
  expect(rig.ledger.ofTask(task.commitment)).toMatchObject([{ kind: 'taskPayment', wei: FEE }]);
  expect(paid()).toBe(FEE);
  expect(announced).toEqual([task.commitment]);
  expect(rig.ledger.conflicts()).toEqual([]);
  expect(rig.payments.isEnabled()).toBe(false);
});

describe('a program that ends between the ledger’s entry and the task', () => {
  it.each([0, 72])('knows the payment after its next start, %i hours later', async (hours) => {
    const { rig, close, paid } = await earned();
    await rig.sync.sync();
    close(hours * HOUR_MS);
    expect([paid(), rig.ledger.count()]).toEqual([null, 1]);
    const again = rig.open();
    await again.sync.sync();
    expect([paid(), rig.ledger.count()]).toEqual([FEE, 1]);
  });

  it('whose task was reopened by a reorganisation, knows it again when the task has ended again', async () => {
    const { rig, task, close, paid } = await earned();
    close();
    await rig.payments.poll();
    rig.store.tasks.reopen(task.commitment);
    await rig.payments.poll();
    expect(paid()).toBeNull();
    close();
    await rig.payments.poll();
    expect([paid(), rig.ledger.count()]).toEqual([FEE, 1]);
  });
});

test('payments that come together wait for the disk together', () => {
  const db = memoryDatabase();
  const store = new Store(db, () => {});
  const tasks = [1, 2, 3].map(commitmentOf);
  for (const commitment of tasks) {
    store.tasks.observe(remoteTask({ commitment, status: 'EndSuccess' }), 0);
    store.tasks.close(commitment, 'EndSuccess', 0);
  }
  new Ledger(db).record(
    tasks.map((task) => payment({ source: `relay:0-${task}`, task })),
    0,
  );
  const run: string[] = [];
  const exec = db.exec.bind(db);
  db.exec = (sql) => {
    run.push(sql);
    exec(sql);
  };
  new Payments(db, { now: () => 0 }).settle();
  expect(run).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
  expect(tasks.map((task) => store.tasks.get(task).paymentWei)).not.toContain(null);
});

test('the end of a task reads one page, and fails like the relay', async () => {
  const { rig, close } = await earned();
  close();
  const pages: string[] = [];
  const looking = rig.open({
    page: async (list, page) => {
      pages.push(`${list} ${page}`);
      throw new Error('no relay');
    },
  });
  await expect(looking.payments.poll()).rejects.toThrow('no relay');
  expect(pages).toEqual(['taskFee 1']);
  expect(looking.payments.isEnabled()).toBe(true);
});

test('if the relay does not list payments, they are not polled again', async () => {
  const { rig, close } = await earned();
  close();
  const { payments } = rig.open(noRelayAccount(rig.account.address));
  expect(payments.isEnabled()).toBe(true);
  await payments.poll();
  expect(payments.isEnabled()).toBe(false);
});

test('polls often at first, then rarely, and no more after a day', async () => {
  const { rig, task, close } = await earned();
  const periods = [0, 30_000, 20 * 60_000, 24 * HOUR_MS].map((agoMs) => {
    close(agoMs);
    const period = [rig.payments.isEnabled(), rig.payments.periodMs()];
    rig.store.tasks.reopen(task.commitment);
    return period;
  });
  expect(periods).toEqual([
    [true, 2_000],
    [true, 15_000],
    [true, 600_000],
    [false, HOUR_MS],
  ]);
});
