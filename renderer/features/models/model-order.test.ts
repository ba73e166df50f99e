import { expect, it } from 'vitest';
import type { ModelView } from '../../../contract/models.ts';
import { sortModels } from './model-order.ts';

const model = (modelId: string, sizeBytes: number, lastUsedAtMs: number | null, usedBy: string[] = []) =>
  ({ modelId, sizeBytes, lastUsedAtMs, usedBy }) as unknown as ModelView;
const MODELS = [model('m-10', 5, null), model('m-9', 7, 1_000), model('a', 5, 2_000), model('z', 1, null, ['p'])];
const names = (order: Parameters<typeof sortModels>[1]) => sortModels(MODELS, order, 'en').map(({ modelId }) => modelId);

it('orders models by name, size or last use, and by name if those are equal', () => {
  expect(names('given')).toEqual(['m-10', 'm-9', 'a', 'z']);
  expect(names('name')).toEqual(['a', 'm-9', 'm-10', 'z']);
  expect(names('size')).toEqual(['m-9', 'a', 'm-10', 'z']);
  expect(names('used')).toEqual(['z', 'a', 'm-9', 'm-10']);
});
