/**
 * Asks the local relay what the real one was asked: the answers must be the same, except for the listed differences.
 */
import { expect, test } from 'vitest';
import { accountScenarios } from './recorded/accounts.ts';
import { DIFFERENCES, NOT_ASKED } from './recorded/differences.ts';
import { nodeScenarios } from './recorded/nodes.ts';
import { publicScenarios } from './recorded/public.ts';
import { taskScenarios } from './recorded/tasks.ts';
import { recordedWalk } from './testing/recorded-walk.ts';

const walk = recordedWalk();

test('nodes', () => nodeScenarios(walk), 60_000);
test('tasks', () => taskScenarios(walk), 120_000);
test('accounts', () => accountScenarios(walk), 60_000);
test('public requests', () => publicScenarios(walk), 60_000);

test('differ exactly as listed', () => {
  const known = (found: string) => DIFFERENCES.some(({ pattern }) => pattern.test(found));
  expect(walk.differences().filter((found) => !known(found))).toEqual([]);
  const gone = DIFFERENCES.filter(({ pattern }) => !walk.differences().some((found) => pattern.test(found)));
  expect(gone.map(({ pattern }) => pattern)).toEqual([]);
});
test('skip exactly what is listed', () => {
  const unasked = walk.unasked();
  expect(unasked.filter((key) => !NOT_ASKED.some(({ pattern }) => pattern.test(key)))).toEqual([]);
  expect(NOT_ASKED.filter(({ pattern }) => !unasked.some((key) => pattern.test(key))).map(({ pattern }) => pattern)).toEqual([]);
});
