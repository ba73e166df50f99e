import { beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../../worker/kit/system-random.ts';
import { createEntryGate, type EntryGate, IDLE_MS, MAX_AGE_MS, TOKEN_MS } from './entry-gate.ts';

let nowMs = 0;
let gate: EntryGate;
beforeEach(() => {
  nowMs = 1_000;
  gate = createEntryGate({ random: systemRandom, monotonicMs: () => nowMs });
});

const enter = () => gate.enter(gate.createToken()) ?? expect.fail('not entered');

describe('a token', () => {
  it('admits once', () => {
    const token = gate.createToken();
    expect(gate.enter(token)).not.toBeNull();
    expect(gate.enter(token)).toBeNull();
    expect(gate.enter('')).toBeNull();
  });

  it('is valid for an hour', () => {
    const token = gate.createToken();
    nowMs += TOKEN_MS;
    expect(gate.enter(token)).toBeNull();
  });
});

describe('a session', () => {
  it('ends after an hour without a connection, and goes on with one', () => {
    const [unused, used] = [enter(), enter()];
    const ended: string[] = [];
    const connection = gate.join(used, () => ended.push('used'));
    nowMs += IDLE_MS;
    gate.sweep();
    expect([gate.has(unused), gate.has(used), ended]).toEqual([false, true, []]);
    // It is idle from its last connection on.
    connection?.left();
    nowMs += IDLE_MS - 1;
    expect(gate.has(used)).toBe(true);
    nowMs += 1;
    expect(gate.has(used)).toBe(false);
  });

  it('ends at its maximum age, and its connections are told', () => {
    const secret = enter();
    const ended: string[] = [];
    gate.join(secret, () => ended.push('one'));
    gate.join(secret, () => ended.push('two'));
    nowMs += MAX_AGE_MS - 1;
    gate.sweep();
    expect(ended).toEqual([]);
    nowMs += 1;
    gate.sweep();
    expect([ended, gate.join(secret, () => {})]).toEqual([['one', 'two'], null]);
  });

  it('that logs out ends, and no other', () => {
    const [one, two] = [enter(), enter()];
    gate.leave(one);
    gate.leave('unknown');
    expect([gate.has(one), gate.has(two)]).toEqual([false, true]);
  });

  it('ends the oldest if there are too many', () => {
    const first = enter();
    for (let count = 0; count < 64; count += 1) enter();
    expect(gate.has(first)).toBe(false);
  });
});
