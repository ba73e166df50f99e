import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMonotonic } from '../../protocol/monotonic.ts';
import {
  assertSame,
  CONFIRM_WITHIN_MS,
  type ConfirmableAct,
  issueConfirmation,
  NO_CONFIRMATIONS,
  redeemConfirmation,
} from './confirmations.ts';

const act: ConfirmableAct = { kind: 'withdraw', facts: { amountWei: '5', destination: '0xaa' } };

function outcome(result: ReturnType<typeof redeemConfirmation>): string {
  return result.kind === 'confirmed' ? 'confirmed' : result.error.code;
}

describe('confirmations', () => {
  const issued = issueConfirmation(NO_CONFIRMATIONS, { act, token: 't', now: toMonotonic(1_000) });

  it('confirm the act that was shown, whatever the order of its facts', () => {
    const same = { facts: { destination: '0xaa', amountWei: '5' }, kind: 'withdraw' } as const;
    expect(outcome(redeemConfirmation(issued, { act: same, token: 't', now: toMonotonic(1_001) }))).toBe('confirmed');
  });

  it('are used up by the first attempt, even if it fails', () => {
    const other = { ...act, facts: { ...act.facts, amountWei: '6' } };
    const first = redeemConfirmation(issued, { act: other, token: 't', now: toMonotonic(1_001) });
    expect(outcome(first)).toBe('MONEY_CONFIRMATION_CHANGED');
    expect(outcome(redeemConfirmation(first.left, { act, token: 't', now: toMonotonic(1_001) }))).toBe(
      'MONEY_CONFIRMATION_UNKNOWN',
    );
  });

  it('are of exactly what is about to happen, also after a person has answered', () => {
    expect(() => assertSame(act, { facts: { destination: '0xaa', amountWei: '5' }, kind: 'withdraw' })).not.toThrow();
    const changed = expect.objectContaining({ code: 'MONEY_CONFIRMATION_CHANGED' });
    for (const now of [
      { ...act, facts: { ...act.facts, amountWei: '6' } },
      { ...act, facts: { ...act.facts, destination: '0xbb' } },
      { ...act, facts: { ...act.facts, more: null } },
      { ...act, kind: 'setStake' as const },
    ])
      expect(() => assertSame(act, now)).toThrow(changed);
  });

  it('last two minutes', () => {
    const at = (nowMs: number) => outcome(redeemConfirmation(issued, { act, token: 't', now: toMonotonic(nowMs) }));
    expect(at(1_000 + CONFIRM_WITHIN_MS - 1)).toBe('confirmed');
    expect(at(1_000 + CONFIRM_WITHIN_MS)).toBe('MONEY_CONFIRMATION_EXPIRED');
    const later = issueConfirmation(issued, { act, token: 'u', now: toMonotonic(1_000 + CONFIRM_WITHIN_MS) });
    expect([...later.keys()]).toEqual(['u']);
  });

  it('never confirm anything but an act that was shown recently and not confirmed before', () => {
    const step = fc.record({
      kind: fc.constantFrom('issue' as const, 'redeem' as const),
      token: fc.constantFrom('a', 'b'),
      wei: fc.constantFrom('1', '2'),
      waitMs: fc.constantFrom(0, 70_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let state = NO_CONFIRMATIONS;
        let nowMs = 0;
        const shown = new Map<string, { wei: string; atMs: number }>();
        for (const { kind, token, wei, waitMs } of steps) {
          nowMs += waitMs;
          const some = { act: { kind: 'withdraw' as const, facts: { wei } }, token, now: toMonotonic(nowMs) };
          if (kind === 'issue') {
            state = issueConfirmation(state, some);
            shown.set(token, { wei, atMs: nowMs });
            continue;
          }
          const seen = shown.get(token);
          const isGood = seen !== undefined && seen.wei === wei && nowMs < seen.atMs + CONFIRM_WITHIN_MS;
          const result = redeemConfirmation(state, some);
          expect(result.kind).toBe(isGood ? 'confirmed' : 'refused');
          state = result.left;
          shown.delete(token);
        }
      }),
    );
  });
});
