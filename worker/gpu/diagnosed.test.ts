import { expect, it } from 'vitest';
import { deriveGpu } from './assignment.ts';
import { diagnosedByName, diagnosedGpu } from './diagnosed.ts';
import { card } from './testing/card.ts';

it('8.7 diagnostics: name the cards without the platform, and the memory of one', () => {
  const cards = [card({ index: 0 }), card({ index: 1 })];
  const gpu = deriveGpu({ ids: cards.map(({ id }) => id) }, { cards, platform: 'Linux', executor: null });
  expect(diagnosedGpu(gpu)).toEqual({ model: '2x NVIDIA GeForce RTX 4090', perCardMib: 24_564 });
  expect(diagnosedByName({ name: gpu.reportedName, vramGib: gpu.reportedVramGib })).toEqual({
    model: '2x NVIDIA GeForce RTX 4090',
    perCardMib: 24_576,
  });
});

it.each([
  ['Devnet GPU+docker', 8, 'Devnet GPU', 8192],
  ['Apple M2 Type+Darwin', 16, 'Apple M2 Type', 16_384],
  ['3x TP-Link TP+Linux', 24, '3x TP-Link', 8192],
  ['no suffix', 1, 'no suffix', 1024],
])('8.7 diagnostics: a stated %s is named by its name', (name, vramGib, model, perCardMib) => {
  expect(diagnosedByName({ name, vramGib })).toEqual({ model, perCardMib });
});
