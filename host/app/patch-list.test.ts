import { expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { createPatchList } from './patch-list.ts';

const HOUR_MS = 60 * 60_000;

it('is requested once an hour, however many ask', async () => {
  const clock = new ManualClock(0);
  let asked = 0;
  const list = createPatchList({ clock, read: async () => `3.0.${asked++}` });
  expect(await Promise.all([list(), list()])).toEqual(['3.0.0', '3.0.0']);
  expect(await list()).toBe('3.0.0');
  await clock.tick(HOUR_MS);
  expect(await list()).toBe('3.0.1');
  expect(asked).toBe(2);
});

it('is unknown if it cannot be read, and what was known before is kept', async () => {
  const clock = new ManualClock(0);
  let works = false;
  const read = async () => (works ? '3.0.0' : Promise.reject(new Error('no connection')));
  const list = createPatchList({ clock, read });
  expect(await list()).toBeUndefined();
  await clock.tick(HOUR_MS);
  works = true;
  expect(await list()).toBe('3.0.0');
  await clock.tick(HOUR_MS);
  works = false;
  expect(await list()).toBe('3.0.0');
});

it('is not waited for if it is slow, and available the next time', async () => {
  const clock = new ManualClock(0);
  const answer = Promise.withResolvers<string>();
  const list = createPatchList({ clock, read: () => answer.promise });
  const first = list();
  await clock.tick(2_000);
  expect(await first).toBeUndefined();
  answer.resolve('3.0.0');
  expect(await list()).toBe('3.0.0');
});
