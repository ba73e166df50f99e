import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withdrawSchema } from './config.ts';
import { chargedFee } from './withdrawal-fee.ts';

interface Group {
  readonly config: {
    readonly withdrawal_fee: number;
    readonly withdrawal_fee_tiers: readonly { readonly min_amount: number; readonly fee_ratio: number }[];
  };
  readonly fees: readonly { readonly amount: string; readonly fee: string }[];
}

const CNX = 10n ** 18n;
const vectors = JSON.parse(readFileSync(new URL('../../protocol/vectors/withdrawal-fees.json', import.meta.url), 'utf8'));

it.each<Group>(vectors.groups)('the devnet charges what the real relay charges: $config', ({ config, fees }) => {
  const withdraw = withdrawSchema.parse({
    feeWei: String(BigInt(config.withdrawal_fee) * CNX),
    feeTiers: config.withdrawal_fee_tiers.map(({ min_amount, fee_ratio }) => ({
      minAmountWei: String(BigInt(min_amount) * CNX),
      ratio: fee_ratio.toFixed(20),
    })),
  });
  for (const { amount, fee } of fees) expect([amount, String(chargedFee(withdraw, BigInt(amount)))]).toEqual([amount, fee]);
});
