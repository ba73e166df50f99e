import { describe, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { checksumAddress } from '../../../protocol/signing/keys.ts';
import { OTHER, SELF } from '../../testing/remote-task.ts';
import { checkBenefitAddress } from './benefit-address.ts';
import { recoveryOf } from './recovery.ts';

describe('forced recovery', () => {
  const asked = { status: 'PendingUnstaked', unstakeTimestampSeconds: 1_000 } as const;
  const at = (chainNowSeconds: number) => recoveryOf({ stake: asked, forceDelaySeconds: 1_800, chainNowSeconds });

  it('counts down to one second after the delay: at +1800 the contract still refuses', () => {
    expect(at(1_000)).toEqual({ kind: 'waiting', availableAtSeconds: 2_801, remainingSeconds: 1_801 });
    expect(at(2_800)).toEqual({ kind: 'waiting', availableAtSeconds: 2_801, remainingSeconds: 1 });
    expect(at(2_801)).toEqual({ kind: 'available', availableAtSeconds: 2_801 });
  });

  it('requires a stake whose return was requested', () => {
    const of = (status: 'Unstaked' | 'Staked') =>
      recoveryOf({ stake: { status, unstakeTimestampSeconds: 0 }, forceDelaySeconds: 1_800, chainNowSeconds: 9 }).kind;
    expect([of('Unstaked'), of('Staked')]).toEqual(['notStaked', 'notAsked']);
  });
});

describe('a beneficial address', () => {
  const good = checksumAddress(OTHER);
  const contract: Hex = `0x${'0c'.repeat(20)}`;
  const check = (text: string, present: Hex | null = null) => {
    const result = checkBenefitAddress({ text, ownAddresses: [SELF], contracts: [contract], present });
    return { ...result, problems: result.problems.map(({ code }) => code) };
  };

  it('is accepted with its checksum, and without one with a warning', () => {
    expect(check(` ${good}\n`)).toEqual({ address: good, checksummed: true, problems: [] });
    expect(check(good.toLowerCase())).toEqual({ address: good, checksummed: false, problems: [] });
    expect(check(`0x${good.slice(2).toUpperCase()}`)).toEqual({ address: good, checksummed: false, problems: [] });
  });

  it.each([
    ['a typing error', `${good.slice(0, -1)}${good.endsWith('a') ? 'b' : 'a'}`, 'MONEY_BENEFIT_CHECKSUM'],
    ['no address', '0x1234', 'MONEY_BENEFIT_MALFORMED'],
    ['a name', 'me.eth', 'MONEY_BENEFIT_MALFORMED'],
    ['zero', `0x${'0'.repeat(40)}`, 'MONEY_BENEFIT_ZERO'],
    ["the node's own", SELF, 'MONEY_BENEFIT_OWN_KEY'],
    ["the node's own, in lower case", SELF.toLowerCase(), 'MONEY_BENEFIT_OWN_KEY'],
    ['a contract', contract, 'MONEY_BENEFIT_CONTRACT'],
  ])('is refused: %s', (_, text, code) => {
    expect(check(text).problems).toContain(code);
  });

  it('is set permanently', () => {
    expect(check(good, SELF).problems).toEqual(['MONEY_BENEFIT_SET']);
  });
});
