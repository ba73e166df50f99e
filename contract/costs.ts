/** The cost of the cards' power and the value of the earnings, at the host's own prices. Pure; money as integers. */
import { z } from 'zod';
import { cardNameOf, collapseWhitespace } from '../protocol/node/gpu-name.ts';
import type { CardEnergy } from './gpu.ts';

const price = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,6})?$/, 'must be a number with at most six decimals')
  .nullable();

export const costsSchema = z.object({
  /** Only the currency's name: nothing is converted. */
  currency: z
    .string()
    .regex(/^[A-Za-z]{1,8}$/, 'must be letters')
    .default('EUR'),
  /** Per kWh; null = not set. */
  tariff: price.default(null),
  /** Price of one CNX; null = not set, and only the cost is shown in this currency. */
  cnxPrice: price.default(null),
});
export type Costs = z.output<typeof costsSchema>;

const MICRO = 1_000_000n;

/** In millionths. @param text one that the schema accepts */
function microOf(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole) * MICRO + BigInt(fraction.padEnd(6, '0'));
}

/** Millionths of the currency; null = no tariff is set. */
export function costMicro(wattHours: number, { tariff }: Costs): bigint | null {
  return tariff === null ? null : (BigInt(Math.round(wattHours * 1_000)) * microOf(tariff)) / MICRO;
}

/** Millionths of the currency; null = no price is set. */
export function worthMicro(wei: bigint, { cnxPrice }: Costs): bigint | null {
  return cnxPrice === null ? null : (wei * microOf(cnxPrice)) / 10n ** 18n;
}

/** The power cost of one earned CNX, in millionths; null if nothing was earned. */
export function costOfOneCnx(cost: bigint, wei: bigint): bigint | null {
  return wei > 0n ? (cost * 10n ** 18n) / wei : null;
}

/** At least two decimals: rounded to two or, if that would give zero, to six. */
export function microText(micro: bigint): string {
  const sign = micro < 0n ? '-' : '';
  const size = micro < 0n ? -micro : micro;
  const cents = (size + 5_000n) / 10_000n;
  if (cents === 0n && size > 0n) return `${sign}0.${String(size).padStart(6, '0').replace(/0+$/, '')}`;
  return `${cents === 0n ? '' : sign}${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}

export interface ProfitDay {
  readonly dayMs: number;
  readonly netWei: bigint;
  /** Null = nothing was measured on that day, so its cost and profit are not shown. */
  readonly wattHours: number | null;
  /** Millionths of the currency; null = no tariff, or no price, is set. */
  readonly cost: bigint | null;
  readonly worth: bigint | null;
  readonly profit: bigint | null;
}

/** UTC days with usage or earnings, newest first. */
export function profitDays(given: {
  readonly energy: readonly Pick<CardEnergy, 'dayMs' | 'wattHours'>[];
  readonly earnings: readonly { readonly fromMs: number; readonly netWei: string }[];
  readonly costs: Costs;
}): ProfitDay[] {
  const { energy, earnings, costs } = given;
  const days = new Map<number, { wattHours: number | null; netWei: bigint }>();
  const at = (dayMs: number) => {
    const day = days.get(dayMs) ?? { wattHours: null, netWei: 0n };
    days.set(dayMs, day);
    return day;
  };
  for (const { dayMs, wattHours } of energy) {
    const day = at(dayMs);
    day.wattHours = (day.wattHours ?? 0) + wattHours;
  }
  for (const { fromMs, netWei } of earnings) if (netWei !== '0') at(fromMs).netWei += BigInt(netWei);
  return [...days]
    .toSorted(([a], [b]) => b - a)
    .map(([dayMs, { wattHours, netWei }]) => ({ dayMs, ...profitOf({ netWei, wattHours }, costs) }));
}

export function profitOf({ netWei, wattHours }: Pick<ProfitDay, 'netWei' | 'wattHours'>, costs: Costs): Omit<ProfitDay, 'dayMs'> {
  const [cost, worth] = [wattHours === null ? null : costMicro(wattHours, costs), worthMicro(netWei, costs)];
  return { netWei, wattHours, cost, worth, profit: cost === null || worth === null ? null : worth - cost };
}

/** Sum of the days with measurements; null = there are none. */
export function measuredSum(days: readonly ProfitDay[], costs: Costs): Omit<ProfitDay, 'dayMs'> | null {
  const measured = days.filter(({ wattHours }) => wattHours !== null);
  if (measured.length === 0) return null;
  const netWei = measured.reduce((sum, day) => sum + day.netWei, 0n);
  return profitOf({ netWei, wattHours: measured.reduce((sum, day) => sum + (day.wattHours ?? 0), 0) }, costs);
}

export interface ProfitCard extends Omit<ProfitDay, 'dayMs'> {
  /** Equal cards have one name, and one row: the network pays them as one. Null = amounts that belong to no card. */
  readonly name: string | null;
  readonly cards: number;
  /** How long they were measured, all together. */
  readonly seconds: number;
}

/**
 * Usage and earnings by card. Of a card that was measured, only the earnings of days with measurements count, so that nothing is
 * earned for free.
 * @param given.earnings by day and reported GPU name
 */
export function profitCards(given: {
  readonly energy: readonly CardEnergy[];
  readonly earnings: readonly { readonly fromMs: number; readonly netWei: string; readonly group: string | null }[];
  readonly cardName: (cardId: string) => string;
  readonly costs: Costs;
}): ProfitCard[] {
  const { energy, earnings, cardName, costs } = given;
  const used = Map.groupBy(energy, ({ cardId }) => collapseWhitespace(cardName(cardId)));
  const earned = Map.groupBy(
    earnings.filter(({ netWei }) => netWei !== '0'),
    ({ group }) => (group === null ? null : cardNameOf(group)),
  );
  return [...new Set<string | null>([...used.keys(), ...earned.keys()])].map((name) => {
    const own = name === null ? [] : (used.get(name) ?? []);
    const days = new Set(own.map(({ dayMs }) => dayMs));
    const counted = (earned.get(name) ?? []).filter(({ fromMs }) => days.size === 0 || days.has(fromMs));
    const netWei = counted.reduce((sum, row) => sum + BigInt(row.netWei), 0n);
    const wattHours = own.length === 0 ? null : own.reduce((sum, row) => sum + row.wattHours, 0);
    return {
      name,
      cards: new Set(own.map(({ cardId }) => cardId)).size,
      seconds: own.reduce((sum, { seconds }) => sum + seconds, 0),
      ...profitOf({ netWei, wattHours }, costs),
    };
  });
}
