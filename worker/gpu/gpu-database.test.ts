import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { tempDir } from '../testing/temp-dir.ts';
import { openGpuDatabase } from './gpu-database.ts';
import { SelfTestStore } from './self-test-store.ts';
import { TelemetryStore } from './telemetry-store.ts';

const KEY = {
  cards: ['GPU-1', 'GPU-2'],
  driver: '595.84',
  engineKind: 'official',
  engineVersion: '3.5.0',
  modelId: 'base:m',
  reference: 'llm-1',
} as const;

it('telemetry and self-tests survive a restart', () => {
  const file = path.join(tempDir(), 'gpu.sqlite');
  const first = openGpuDatabase(file);
  new TelemetryStore(first).record(600_000, [{ id: 'a', loadPercent: 1, memoryUsedMib: 2, temperatureC: 3, powerW: 4 }]);
  new SelfTestStore(first).record(KEY, { kind: 'scored', score: '0xaa', seconds: 1.5 }, 7);
  new SelfTestStore(first).record(KEY, { kind: 'failed', detail: 'why' }, 8);
  const before = new SelfTestStore(first).history();
  first.close();

  const second = openGpuDatabase(file);
  const points = new TelemetryStore(second).history({ cardId: 'a', fromMs: 600_000, toMs: 600_000, points: 9 }, 600_000);
  expect(points.map((point) => point.powerW)).toEqual([{ average: 4, maximum: 4 }]);
  expect(new SelfTestStore(second).history()).toEqual(before);
  expect(before.map((record) => record.key)).toEqual([KEY, KEY]);
  second.close();
});

it('a file of a newer version is refused and left unchanged', () => {
  const file = path.join(tempDir(), 'gpu.sqlite');
  const made = openGpuDatabase(file);
  made.exec('PRAGMA user_version = 99');
  made.close();
  expect(() => openGpuDatabase(file)).toThrow(expect.objectContaining({ code: 'STORE_NEWER_VERSION' }));
  const after = new DatabaseSync(file, { readOnly: true });
  expect(after.prepare('PRAGMA user_version').get()?.user_version).toBe(99);
  after.close();
});
