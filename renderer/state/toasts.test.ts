import { expect, it } from 'vitest';
import { createToastsStore, shownForMs } from './toasts.ts';

it('keeps the newest messages and limits their number', () => {
  const store = createToastsStore();
  for (const text of ['a', 'b', 'c', 'd']) store.getState().push({ tone: 'good', text });
  expect(store.getState().toasts.map(({ text }) => text)).toEqual(['b', 'c', 'd']);
  store.getState().dismiss(3);
  expect(store.getState().toasts.map(({ text }) => text)).toEqual(['b', 'd']);
});

it('keeps one message per subject: the newest', () => {
  const store = createToastsStore();
  store.getState().push({ tone: 'good', text: 'pauses', subject: 'node a' });
  store.getState().push({ tone: 'good', text: 'saved' });
  store.getState().push({ tone: 'good', text: 'goes on', subject: 'node a' });
  expect(store.getState().toasts.map(({ text }) => text)).toEqual(['saved', 'goes on']);
});

it('removes successes automatically, and never failures', () => {
  expect([shownForMs({ tone: 'good' }), shownForMs({ tone: 'info' }), shownForMs({ tone: 'bad' })]).toEqual([8_000, 8_000, null]);
});
