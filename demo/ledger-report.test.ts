import { expect, it } from 'vitest';
import type { AccountCheckView } from '../contract/money.ts';
import { ledgerReport } from './ledger-report.ts';

const check = (fields: Partial<AccountCheckView>): AccountCheckView => ({
  account: 'wallet',
  against: 'chain',
  ledgerWei: '7',
  observedWei: '7',
  agreement: { state: 'agrees' },
  ...fields,
});

it('shows what every account holds and what it agrees with', () => {
  const { text, differences } = ledgerReport([check({}), check({ account: 'benefit', against: 'none' })]);
  expect(text).toMatch(/wallet.*7 wei.*agrees with the chain/);
  expect(text).not.toContain('benefit');
  expect(differences).toEqual([]);
});

it.each<[AccountCheckView['agreement'], string]>([
  [
    { state: 'differs', byWei: '-2', sinceMs: 0, candidates: [] },
    "the node's own ledger of wallet against the chain: -2 wei are missing in it",
  ],
  [
    { state: 'unknown', why: 'it is silent', underWayWei: null },
    "the node's own ledger of wallet against the chain: it is silent",
  ],
])('%o is a difference', (agreement, difference) => {
  expect(ledgerReport([check({ agreement })]).differences).toEqual([difference]);
});
