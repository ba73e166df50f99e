import { expect, it } from 'vitest';
import { axisTicks } from './chart.ts';

it.each([
  [2.2, [0, 1, 2, 3]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [5.32, [0, 2, 4, 6]],
  [98, [0, 50, 100]],
  [1_400, [0, 500, 1_000, 1_500]],
  [0, [0, 1]],
])('an axis to %s has marks at %j', (most, ticks) => {
  expect(axisTicks(most)).toEqual(ticks);
});
