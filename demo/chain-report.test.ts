import { describe, expect, it } from 'vitest';
import type { LedgerRow } from '../devnet/relay/store/rows.ts';
import { type ChainReportInput, chainReport } from './chain-report.ts';

const YOU = { name: 'you', address: `0x${'Aa'.repeat(20)}` as const };
const CHEAT = { name: 'cheat', address: `0x${'bb'.repeat(20)}` as const };
const slash: LedgerRow = {
  id: 1,
  type: 'Slash',
  from: `stake:${CHEAT.address}`,
  to: 'slashed',
  wei: 400n,
  reason: 'slash',
  atMs: 0,
};

function input(changes: Partial<ChainReportInput['chain']> = {}): ChainReportInput {
  return {
    nodes: [YOU, CHEAT],
    ledger: [slash],
    givenWei: 500n,
    relayStakesWei: new Map([[YOU.address.toLowerCase(), 400n]]),
    chain: {
      accounts: new Map([
        [YOU.address.toLowerCase(), { stakeWei: 400n, walletWei: 97n, gasWei: 3n }],
        [CHEAT.address, { stakeWei: 0n, walletWei: 98n, gasWei: 2n }],
      ]),
      heldWei: 400n,
      slashedWei: 400n,
      ...changes,
    },
  };
}

describe('chainReport', () => {
  it('agrees if every wei is accounted for, including the slashed ones', () => {
    const { differences, text } = chainReport(input());
    expect(differences).toEqual([]);
    expect(text).toMatch(/cheat.*2 wei.*500/);
  });

  it.each([
    [{ heldWei: 399n }, 'coin in the staking contract against all stakes: 399 wei, expected 400 wei'],
    [{ slashedWei: 0n }, 'coin of the slash receiver against the slashed stakes: 0 wei, expected 400 wei'],
  ])('%o is reported', (changes, difference) => {
    expect(chainReport(input(changes)).differences).toEqual([difference]);
  });

  it("reports a wei that a node lacks, and a stake that differs in the relay's books", () => {
    const accounts = new Map(input().chain.accounts).set(YOU.address.toLowerCase(), {
      stakeWei: 399n,
      walletWei: 97n,
      gasWei: 3n,
    });
    const { differences } = chainReport(input({ accounts, heldWei: 399n }));
    expect(differences).toEqual([
      "stake of you on the chain against the relay's books: 399 wei, expected 400 wei",
      'stake, coin, gas and slashed stake of you against what it had: 499 wei, expected 500 wei',
    ]);
  });
});
