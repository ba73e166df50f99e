import { describe, expect, it } from 'vitest';
import type { LedgerRow } from '../devnet/relay/store/rows.ts';
import { buildReport, ledgerBalance } from './report.ts';

const NODE = `0x${'Aa'.repeat(20)}` as const;
const APP = `0x${'bb'.repeat(20)}` as const;
const TASK = `0x${'11'.repeat(32)}`;

let id = 0;
const row = (type: LedgerRow['type'], from: string, to: string, wei: bigint, reason: string): LedgerRow => ({
  id: ++id,
  type,
  from,
  to,
  wei,
  reason,
  atMs: 0,
});
const LEDGER = [
  row('Deposit', 'issued', APP, 100n, 'genesis'),
  row('TaskPayment', APP, `escrow:${TASK}`, 7n, `4-${TASK}`),
  row('TaskIncome', `escrow:${TASK}`, NODE, 7n, `0-${TASK}`),
];

const input = {
  tasks: [],
  ledger: LEDGER,
  node: { name: 'you', address: NODE },
  peers: [],
  application: { name: 'application', address: APP },
  titles: new Map<string, string>(),
  balancesWei: new Map([
    [NODE.toLowerCase(), 7n],
    [APP, 93n],
  ]),
  nodePaymentsWei: new Map([[TASK, 7n]]),
  chain: { text: '', differences: [] },
  ledgerReport: { text: '', differences: [] },
  durationMs: 1_500,
};

describe('buildReport', () => {
  it('agrees when ledger, balances and the node agree', () => {
    const report = buildReport(input);
    expect(report.differences).toEqual([]);
    expect(report.json).toMatchObject({
      mode: 'relay',
      earnedWei: '7',
      relayBalanceWei: '7',
      slashedNodes: [],
      durationMs: 1_500,
    });
    expect(report.text).toContain('agree to the wei');
  });

  it('says by how much a relay balance is off, to the wei', () => {
    const report = buildReport({ ...input, balancesWei: new Map([...input.balancesWei, [NODE.toLowerCase(), 8n]]) });
    expect(report.differences).toContain('relay balance of you against the ledger: 8 wei, expected 7 wei');
    expect(report.text).toContain('NOT add up');
  });

  it('says if the node itself does not know about a payment', () => {
    expect(buildReport({ ...input, nodePaymentsWei: new Map() }).differences).toHaveLength(1);
  });

  it('does not add up if the chain does not', () => {
    const chain = { text: 'CHAIN', differences: ['one wei is gone'] };
    const report = buildReport({ ...input, chain });
    expect(report.differences).toEqual(chain.differences);
    expect(report.text).toContain('CHAIN');
  });

  it('names the slashed node by its address', () => {
    const slash = row('Slash', `stake:${NODE}`, 'slashed', 400n, 'slash');
    expect(buildReport({ ...input, ledger: [...LEDGER, slash] }).json.slashedNodes).toEqual([NODE]);
  });
});

describe('ledgerBalance', () => {
  it('compares addresses case-insensitively', () => {
    expect(ledgerBalance(LEDGER, NODE.toUpperCase().replace('0X', '0x'))).toBe(7n);
    expect(ledgerBalance(LEDGER, APP)).toBe(93n);
  });
});
