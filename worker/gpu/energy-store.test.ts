import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { ENERGY_TABLE, EnergyStore, readEnergy } from './energy-store.ts';
import { LONGEST_GAP_MS } from './sampler.ts';

const DAY = 86_400_000;
const card = (id: string, powerW: number | null) => ({ id, powerW, loadPercent: null, memoryUsedMib: null, temperatureC: null });

function rig() {
  const database = new DatabaseSync(':memory:');
  onTestFinished(() => database.close());
  database.exec(ENERGY_TABLE);
  const clock = new ManualClock(DAY * 3 + DAY - 3_600_000);
  const store = new EnergyStore(database, clock);
  const read = () => readEnergy(database, { fromMs: 0, toMs: DAY * 9 });
  return { database, clock, store, read };
}

it('sums up the energy of each card by UTC day, and computes none from a single reading', async () => {
  const { clock, store, read } = rig();
  store.record(clock.now(), [card('a', 300), card('b', 100)]);
  expect(read()).toEqual([]);
  for (let minutes = 0; minutes < 720; minutes += 1) {
    await clock.tick(10_000);
    store.record(clock.now(), [card('a', 300), card('b', 100)]);
  }
  const whole = read();
  expect(whole.map(({ cardId, dayMs }) => [cardId, dayMs / DAY])).toEqual([
    ['a', 3],
    ['b', 3],
    ['a', 4],
    ['b', 4],
  ]);
  const sum = (id: string) => whole.filter(({ cardId }) => cardId === id).reduce((all, { wattHours }) => all + wattHours, 0);
  expect([sum('a'), sum('b')]).toEqual([expect.closeTo(600, 6), expect.closeTo(200, 6)]);
  expect(whole.reduce((all, { seconds }) => all + seconds, 0)).toBe(2 * 7_200);
});

it('counts nothing for a gap without readings, and nothing for a card that does not report its power', async () => {
  const { clock, store, read } = rig();
  store.record(clock.now(), [card('a', 300), card('silent', null)]);
  await clock.tick(LONGEST_GAP_MS + 1);
  store.record(clock.now(), [card('a', 300), card('silent', null)]);
  expect(read()).toEqual([]);
  await clock.tick(LONGEST_GAP_MS);
  store.record(clock.now(), [card('a', 100), card('silent', null)]);
  expect(read()).toMatchObject([{ cardId: 'a', wattHours: expect.closeTo((200 * LONGEST_GAP_MS) / 3_600_000, 9) }]);
});

it('uses elapsed time, whatever happens to the date meanwhile', async () => {
  const { clock, store, read } = rig();
  store.record(clock.now(), [card('a', 360)]);
  await clock.tick(10_000);
  store.record(clock.now() - 5 * 3_600_000, [card('a', 360)]);
  expect(read()).toMatchObject([{ wattHours: expect.closeTo(1, 9), seconds: 10 }]);
});

it('deletes what is older than two years, and reads a file without this table', () => {
  const { database, clock, store, read } = rig();
  database.exec("INSERT INTO gpu_energy VALUES ('a', 0, 1, 1)");
  store.forgetOld(clock.now() + 801 * DAY);
  expect(read()).toEqual([]);
  expect(readEnergy(new DatabaseSync(':memory:'), { fromMs: 0, toMs: DAY })).toEqual([]);
});
