import { describe, expect, it } from 'vitest';
import type { GpuCard } from '../../../contract/gpu.ts';
import { gpuProblem } from '../../../worker/gpu/errors.ts';
import { card as gpuCard } from '../../../worker/gpu/testing/card.ts';
import { chosenCards } from './profiles.ts';

const card = (index: number, name: string, more: Partial<GpuCard> = {}) => gpuCard({ index, id: `c${index}`, name, ...more });
const chosen = (cards: readonly GpuCard[], usedBy: Readonly<Record<string, string>> = {}) =>
  chosenCards({ inventory: { atMs: 0, cards: [...cards], problems: [] }, usedBy });

describe('the default cards are those that the official node would choose', () => {
  it.each([
    ['the group with the most cards', [card(0, 'A', { memoryMib: 81_920 }), card(1, 'B'), card(2, 'B')], ['c1', 'c2']],
    ['then the one with the most memory', [card(0, 'A', { memoryMib: 8_192 }), card(1, 'B', { memoryMib: 24_576 })], ['c1']],
    ['then the one with the lowest index', [card(0, 'A'), card(1, 'B')], ['c0']],
  ])('%s', (_what, cards, ids) => {
    expect(chosen(cards)).toEqual(ids);
    expect(chosen(cards.toReversed())).toEqual(ids);
  });

  it('without cards that another profile uses or that cannot be used', () => {
    const cards = [card(0, 'A'), card(1, 'A'), card(2, 'B', { unusable: gpuProblem('GPU_MIG_ENABLED') }), card(3, 'B')];
    expect(chosen(cards, { c0: 'other' })).toEqual(['c1']);
    expect(chosen(cards, { c0: 'other', c1: 'other' })).toEqual(['c3']);
  });

  it('and if there are none, the reason is given', () => {
    const why = expect.objectContaining({ code: 'HEADLESS_BAD_ARGUMENT', message: expect.stringContaining('GB10: ') });
    expect(() => chosen([card(0, 'GB10', { unusable: gpuProblem('GPU_NO_MEMORY_SIZE') })])).toThrow(why);
  });
});
