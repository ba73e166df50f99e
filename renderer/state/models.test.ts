import { expect, it } from 'vitest';
import { downloadViewSchema, type ModelsUpdate } from '../../contract/models.ts';
import { afterModelsUpdate } from './models.ts';

const disk = { directory: '/m', freeBytes: 1, reserveBytes: 1, usedBytes: 1, scannedAtMs: null };
const download = (modelId: string, bytes: number) =>
  downloadViewSchema.parse({
    ...{ engine: 'embedded', modelId, taskType: 'Llm', wantedBy: [], by: null, createdAtMs: 1 },
    state: { kind: 'paused', bytes, total: null },
  });
const delta = (revision: number, part: Partial<Extract<ModelsUpdate, { kind: 'delta' }>>): ModelsUpdate => ({
  ...{ kind: 'delta', revision, models: [], removedModels: [], downloads: [], removedDownloads: [], unknown: null, disk: null },
  ...part,
});

it('applies changes in place, drops removed models, and keeps what is not mentioned', () => {
  const first = afterModelsUpdate(null, {
    ...{ kind: 'snapshot', revision: 4, models: [], unknown: [], disk },
    downloads: [download('base:a', 1), download('base:b', 1)],
  });
  const next = afterModelsUpdate(first, delta(5, { downloads: [download('base:c', 1), download('base:a', 2)] }));
  expect(next?.downloads).toEqual([download('base:a', 2), download('base:b', 1), download('base:c', 1)]);
  expect(next?.disk).toEqual(disk);
  const last = afterModelsUpdate(next, delta(6, { removedDownloads: [{ engine: 'embedded', modelId: 'base:b' }] }));
  expect(last?.downloads.map(({ modelId }) => modelId)).toEqual(['base:a', 'base:c']);
});

it('notices missing updates, and applies nothing twice', () => {
  const state = { revision: 4, models: [], downloads: [], unknown: [], disk };
  expect(afterModelsUpdate(null, delta(5, {}))).toBeNull();
  expect(afterModelsUpdate(state, delta(6, {}))).toBeNull();
  expect(afterModelsUpdate(state, delta(4, { downloads: [download('base:a', 1)] }))).toBe(state);
});
