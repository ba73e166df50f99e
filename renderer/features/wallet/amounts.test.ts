import { expect, it } from 'vitest';
import type { StakeView } from '../../../contract/money-acts.ts';
import { WEI_PER_CNX as CNX } from '../../../protocol/money/wei.ts';
import { coinInStake, maxStakeWei, parseAmount, parseWei } from './amounts.ts';

const stake: StakeView = {
  status: 'Staked',
  balanceWei: String(400n * CNX),
  creditsWei: String(20n * CNX),
  freeCreditsWei: String(5n * CNX),
  minimumWei: String(400n * CNX),
  walletWei: String(CNX),
  benefitAddress: null,
  delegatorShare: 0,
  delegations: [],
  recovery: { state: 'notAsked' },
  legacy: null,
  paused: false,
};

it('reads amounts to the wei, with thousands separators, and nothing else', () => {
  expect(parseWei(' 1,234.000000000000000001 ')).toBe(1_234n * CNX + 1n);
  expect(parseWei('12 345')).toBe(12_345n * CNX);
  expect(parseWei('1,234,567')).toBe(1_234_567n * CNX);
  for (const text of ['', '1e3', '-1', '1.0000000000000000001', 'all', '1,23,4', '1.2.3']) expect(parseWei(text)).toBeNull();
});

it('accepts a decimal comma, and refuses what could be read two ways', () => {
  expect(parseWei('0,500')).toBe(CNX / 2n);
  expect(parseWei('1,5')).toBe((3n * CNX) / 2n);
  expect(parseWei('1.234,5')).toBe(1_234n * CNX + CNX / 2n);
  expect(parseWei('405.123')).toBe(405n * CNX + 123n * (CNX / 1_000n));
  for (const text of ['1,500', '12,345', '405,000'])
    expect([text, parseAmount(text).kind, parseWei(text)]).toEqual([text, 'twoWays', null]);
});

it('puts credits into the stake before coin, and returns coin before credits', () => {
  expect(coinInStake(stake, 424n * CNX)).toBe(400n * CNX);
  expect(coinInStake(stake, 430n * CNX)).toBe(405n * CNX);
  expect(coinInStake(stake, 410n * CNX)).toBe(390n * CNX);
  expect(coinInStake(stake, 10n * CNX)).toBe(0n);
});

it('offers what the wallet holds, minus gas', () => {
  expect(maxStakeWei(stake)).toBe(426n * CNX - CNX / 1_000n);
  expect(maxStakeWei({ ...stake, walletWei: '7' })).toBe(425n * CNX);
});
