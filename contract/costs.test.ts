import { expect, it } from 'vitest';
import { costMicro, costOfOneCnx, costsSchema, measuredSum, microText, profitCards, profitDays, worthMicro } from './costs.ts';

const costs = costsSchema.parse({ tariff: '0.32', cnxPrice: '0.0125' });
const CNX = 10n ** 18n;

it('card usage is priced per kWh, and earnings per coin', () => {
  expect(costMicro(2_400, costs)).toBe(768_000n);
  expect(worthMicro(88n * CNX, costs)).toBe(1_100_000n);
  expect(worthMicro(-4n * CNX, costs)).toBe(-50_000n);
  expect(costOfOneCnx(768_000n, 96n * CNX)).toBe(8_000n);
  expect(costOfOneCnx(1n, 0n)).toBeNull();
});

it('nothing is priced without a price from the host', () => {
  const none = costsSchema.parse({});
  expect([costMicro(1, none), worthMicro(1n, none)]).toEqual([null, null]);
});

it.each([
  [768_000n, '0.77'],
  [0n, '0.00'],
  [4_000n, '0.004'],
  [-1_234_567_890n, '-1234.57'],
  [-1n, '-0.000001'],
  [995_000n, '1.00'],
])('%s millionths are written as %s', (micro, text) => {
  expect(microText(micro)).toBe(text);
});

it.each(['1,5', '-1', '1e3', '0.1234567', ''])('%s is not a price', (tariff) => {
  expect(costsSchema.safeParse({ tariff }).success).toBe(false);
});

it('usage and earnings are listed by day, and neither is made up to match the other', () => {
  const energy = [
    { dayMs: 0, wattHours: 1_000 },
    { dayMs: 0, wattHours: 1_400 },
    { dayMs: 2, wattHours: 500 },
  ];
  const earnings = [
    { fromMs: 0, netWei: String(88n * CNX) },
    { fromMs: 1, netWei: '0' },
    { fromMs: 3, netWei: String(-4n * CNX) },
  ];
  const days = profitDays({ energy, earnings, costs });
  expect(days.map(({ dayMs, profit }) => [dayMs, profit])).toEqual([
    [3, null],
    [2, -160_000n],
    [0, 332_000n],
  ]);
  expect(profitDays({ energy, earnings, costs: { ...costs, cnxPrice: null } })[2]).toMatchObject({
    cost: 768_000n,
    profit: null,
  });
  // A day without measurements is excluded from sums that contain a cost.
  expect(measuredSum(days, costs)).toMatchObject({ netWei: 88n * CNX, wattHours: 2_900, profit: 172_000n });
  expect(measuredSum(days.slice(0, 1), costs)).toBeNull();
});

it('usage stands beside the earnings of the same card, on the days on which it was measured', () => {
  const energy = [
    { cardId: 'A', dayMs: 0, wattHours: 1_000, seconds: 3_600 },
    { cardId: 'B', dayMs: 0, wattHours: 1_400, seconds: 3_600 },
    { cardId: 'C', dayMs: 0, wattHours: 500, seconds: 60 },
  ];
  const names: Readonly<Record<string, string>> = { A: 'RTX 4090', B: 'RTX  4090', C: 'RTX 3060' };
  const earnings = [
    { fromMs: 0, netWei: String(88n * CNX), group: '2x RTX 4090 TP+Linux' },
    // Nothing was measured on this day.
    { fromMs: 1, netWei: String(50n * CNX), group: 'RTX 4090+docker' },
    { fromMs: 0, netWei: String(7n * CNX), group: 'RTX 5090+Linux' },
    { fromMs: 0, netWei: String(-2n * CNX), group: null },
  ];
  const rows = profitCards({ energy, earnings, cardName: (id) => names[id] ?? id, costs });
  expect(rows.map(({ name, cards, seconds, netWei, cost }) => [name, cards, seconds, netWei, cost])).toEqual([
    ['RTX 4090', 2, 7_200, 88n * CNX, 768_000n],
    ['RTX 3060', 1, 60, 0n, 160_000n],
    ['RTX 5090', 0, 0, 7n * CNX, null],
    [null, 0, 0, -2n * CNX, null],
  ]);
  expect(rows[0]?.profit).toBe(332_000n);
});
