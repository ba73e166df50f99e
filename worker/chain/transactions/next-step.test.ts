import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import type { Receipt } from '../rpc/methods.ts';
import type { JournalEntry, TransactionState } from './intent.ts';
import { nextStep, type Observation } from './next-step.ts';

const HASH = `0x${'1'.repeat(64)}` as Hex;
const BLOCK = `0x${'b'.repeat(64)}` as Hex;
const rules = { confirmations: 3, stuckAfterMs: 1000 };
const SIGNED_MS = 10_000;

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
  attempts: [{ hash: HASH, raw: '0x', fees: { kind: 'legacy', gasPriceWei: 1n }, signedMs: SIGNED_MS }],
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

describe('the next step', () => {
  it.each<[string, TransactionState, Partial<Observation>, number, string]>([
    ['recorded, free: sent', { kind: 'signed' }, {}, 0, 'broadcast'],
    ['recorded, but a node has it', { kind: 'signed' }, { waiting: 'newest' }, 0, 'broadcast'],
    ['sent and waiting: patience', { kind: 'sent' }, { waiting: 'newest' }, 999, 'wait'],
    ['sent and waiting too long: replaced', { kind: 'sent' }, { waiting: 'newest' }, 1000, 'replace'],
    ['only the older waits: the newer is sent', { kind: 'sent' }, { waiting: 'older' }, 999, 'broadcast'],
    ['only the older waits, too long: replaced', { kind: 'sent' }, { waiting: 'older' }, 1000, 'replace'],
    ['sent and forgotten: sent again', { kind: 'sent' }, { waiting: 'none' }, 5000, 'broadcast'],
    ['in a block: noted', { kind: 'sent' }, { receipt, headBlock: 6n }, 0, 'noteMined'],
    ['recorded and in a block', { kind: 'signed' }, { receipt, headBlock: 6n }, 0, 'noteMined'],
    ['noted: waits for depth', { kind: 'mined', inclusion }, { receipt, headBlock: 6n }, 0, 'wait'],
    [
      'in another block: noted anew',
      { kind: 'mined', inclusion: { ...inclusion, blockHash: HASH } },
      { receipt, headBlock: 6n },
      0,
      'noteMined',
    ],
    ['deep enough: settled', { kind: 'mined', inclusion }, { receipt, headBlock: 7n }, 0, 'settle'],
    ['deep enough at first sight: settled', { kind: 'sent' }, { receipt, headBlock: 7n }, 0, 'settle'],
    ['an endpoint that is behind: waits', { kind: 'mined', inclusion }, { receipt, headBlock: 3n }, 0, 'wait'],
    ['in no block any more: waits again', { kind: 'mined', inclusion }, { waiting: 'newest' }, 0, 'reopen'],
    ['nonce taken, just seen: waits', { kind: 'sent' }, { accountNonce: 8, takenSinceBlock: 100n }, 0, 'wait'],
    ['nonce taken, not for long: waits', { kind: 'sent' }, { accountNonce: 8, takenSinceBlock: 98n }, 0, 'wait'],
    ['nonce taken for good: lost', { kind: 'sent' }, { accountNonce: 8, takenSinceBlock: 97n }, 0, 'lose'],
    ['something before it is missing', { kind: 'sent' }, { accountNonce: 6, waiting: 'newest' }, 9000, 'fillGap'],
  ])('%s', (_, state, observation, sinceMs, kind) => {
    expect(nextStep(entry(state), seen(observation), rules, SIGNED_MS + sinceMs).kind).toBe(kind);
  });

  it('never gives a transaction up, nor sends another, while one of ours is in a block or may still get into one', () => {
    const states: TransactionState[] = [{ kind: 'signed' }, { kind: 'sent' }, { kind: 'mined', inclusion }];
    const observation = fc.record({
      headBlock: fc.bigInt(0n, 20n),
      accountNonce: fc.integer({ min: 5, max: 9 }),
      receipt: fc.constantFrom(null, receipt),
      waiting: fc.constantFrom('newest', 'older', 'none'),
      takenSinceBlock: fc.option(fc.bigInt(0n, 20n)),
    });
    fc.assert(
      fc.property(fc.constantFrom(...states), observation, fc.nat(5000), (state, what, sinceMs) => {
        const { kind } = nextStep(entry(state), what, rules, SIGNED_MS + sinceMs);
        if (what.receipt !== null) expect(['settle', 'noteMined', 'wait']).toContain(kind);
        if (kind === 'lose') expect(what.accountNonce).toBeGreaterThan(7);
        if (kind === 'settle') expect(what.headBlock).toBeGreaterThanOrEqual(7n);
        if (kind === 'replace') expect(what.accountNonce).toBe(7);
      }),
    );
  });
});
