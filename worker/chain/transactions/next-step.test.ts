import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { toMonotonic } from '../../../protocol/monotonic.ts';
import type { Receipt } from '../rpc/methods.ts';
import type { JournalEntry, TransactionState } from './intent.ts';
import { type Broadcasts, nextStep, type Observation } from './next-step.ts';

const HASH = `0x${'1'.repeat(64)}` as Hex;
const BLOCK = `0x${'b'.repeat(64)}` as Hex;
const rules = { confirmations: 3, stuckAfterMs: 1000, rebroadcastMs: 100 };
const NOW = 50_000;

const inclusion = { hash: HASH, blockNumber: 5n, blockHash: BLOCK, succeeded: true, gasUsed: 1n, feeWei: 1n };
const receipt: Receipt = { transactionHash: HASH, blockNumber: 5n, blockHash: BLOCK, status: 1n, gasUsed: 1n };
const entry = (state: TransactionState): JournalEntry => ({
  sequence: 1,
  intent: { id: 'i', kind: 'k', to: HASH, data: '0x', valueWei: 0n },
  chainId: 1,
  account: HASH,
  nonce: 7,
  gasLimit: 1n,
  recordedMs: 0,
  attempts: [{ hash: HASH, raw: '0x', fees: { kind: 'legacy', gasPriceWei: 1n }, signedMs: NOW - 1000 }],
  state,
  lastError: '',
});
const seen = (part: Partial<Observation>): Observation => ({
  headBlock: 100n,
  accountNonce: 7,
  receipt: null,
  waiting: 'none',
  takenSinceBlock: null,
  ...part,
});

const ago = (firstMs: number, lastMs = firstMs): Broadcasts => ({
  first: toMonotonic(NOW - firstMs),
  last: toMonotonic(NOW - lastMs),
});

describe('the next step', () => {
  it.each<[string, TransactionState, Partial<Observation>, Broadcasts | null, string]>([
    ['recorded, free: sent', { kind: 'signed' }, {}, null, 'broadcast'],
    ['recorded, but a node has it', { kind: 'signed' }, { waiting: 'newest' }, null, 'broadcast'],
    ['sent and pending: wait', { kind: 'sent' }, { waiting: 'newest' }, ago(999), 'wait'],
    ['sent and pending too long: replaced', { kind: 'sent' }, { waiting: 'newest' }, ago(1000), 'replace'],
    [
      'pending since before a restart: the date of its signature decides',
      { kind: 'sent' },
      { waiting: 'newest' },
      null,
      'replace',
    ],
    ['only the older is pending: the newer is sent', { kind: 'sent' }, { waiting: 'older' }, null, 'broadcast'],
    ['only the older is pending, just sent: wait', { kind: 'sent' }, { waiting: 'older' }, ago(99), 'wait'],
    ['only the older is pending, too long: replaced', { kind: 'sent' }, { waiting: 'older' }, ago(1000, 10), 'replace'],
    ['sent before a restart and forgotten: sent again', { kind: 'sent' }, { waiting: 'none' }, null, 'broadcast'],
    ['not shown by any pool, just sent: wait', { kind: 'sent' }, { waiting: 'none' }, ago(99), 'wait'],
    ['not shown for a while: sent again', { kind: 'sent' }, { waiting: 'none' }, ago(500, 100), 'broadcast'],
    ['not shown, too long: replaced', { kind: 'sent' }, { waiting: 'none' }, ago(1000, 10), 'replace'],
    ['in a block: noted', { kind: 'sent' }, { receipt, headBlock: 6n }, null, 'noteMined'],
    ['recorded and in a block', { kind: 'signed' }, { receipt, headBlock: 6n }, null, 'noteMined'],
    ['noted: waits for depth', { kind: 'mined', inclusion }, { receipt, headBlock: 6n }, null, 'wait'],
    [
      'in a different block: noted again',
      { kind: 'mined', inclusion: { ...inclusion, blockHash: HASH } },
      { receipt, headBlock: 6n },
      null,
      'noteMined',
    ],
    ['deep enough: settled', { kind: 'mined', inclusion }, { receipt, headBlock: 7n }, null, 'settle'],
    ['deep enough at first sight: settled', { kind: 'sent' }, { receipt, headBlock: 7n }, null, 'settle'],
    ['a lagging endpoint: waits', { kind: 'mined', inclusion }, { receipt, headBlock: 3n }, null, 'wait'],
    ['no longer in a block: pending again', { kind: 'mined', inclusion }, { waiting: 'newest' }, null, 'reopen'],
    ['nonce taken, just seen: waits', { kind: 'sent' }, { accountNonce: 8, takenSinceBlock: 100n }, null, 'wait'],
    ['nonce taken, not for long: waits', { kind: 'sent' }, { accountNonce: 8, takenSinceBlock: 98n }, null, 'wait'],
    ['nonce taken for good: lost', { kind: 'sent' }, { accountNonce: 8, takenSinceBlock: 97n }, null, 'lose'],
    ['something before it is missing', { kind: 'sent' }, { accountNonce: 6, waiting: 'newest' }, null, 'fillGap'],
  ])('%s', (_, state, observation, broadcasts, kind) => {
    expect(
      nextStep({ entry: entry(state), seen: seen(observation), broadcasts, rules, now: toMonotonic(NOW), signedAgoMs: NOW }).kind,
    ).toBe(kind);
  });

  it('never gives up a transaction, nor sends another, while one of ours is in a block or may still get into one', () => {
    const states: TransactionState[] = [{ kind: 'signed' }, { kind: 'sent' }, { kind: 'mined', inclusion }];
    const observation = fc.record({
      headBlock: fc.bigInt(0n, 20n),
      accountNonce: fc.integer({ min: 5, max: 9 }),
      receipt: fc.constantFrom(null, receipt),
      waiting: fc.constantFrom('newest', 'older', 'none'),
      takenSinceBlock: fc.option(fc.bigInt(0n, 20n)),
    });
    fc.assert(
      fc.property(fc.constantFrom(...states), observation, fc.option(fc.nat(5000)), (state, what, since) => {
        const broadcasts = since === null ? null : ago(since);
        const { kind } = nextStep({
          entry: entry(state),
          seen: what,
          broadcasts,
          rules,
          now: toMonotonic(NOW),
          signedAgoMs: NOW,
        });
        if (what.receipt !== null) expect(['settle', 'noteMined', 'wait']).toContain(kind);
        if (kind === 'lose') expect(what.accountNonce).toBeGreaterThan(7);
        if (kind === 'settle') expect(what.headBlock).toBeGreaterThanOrEqual(7n);
        if (kind === 'replace') expect(what.accountNonce).toBe(7);
      }),
    );
  });
});
