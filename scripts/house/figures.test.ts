/** How the architecture is measured, on small examples; and what must hold for this repository. */
import { expect, it } from 'vitest';
import { arrowsBack, houseFigures, importCycles, roomArrows } from './figures.ts';
import { readSources } from './imports.ts';

const file = (path: string, imports: string[] = [], lines = 30) => ({ path, imports, lines });

it('counts rooms and arrows of the program, but not those of tests', () => {
  const sources = [
    file('worker/kit/clock.ts'),
    file('worker/store/store.ts', ['worker/kit/clock.ts']),
    file('worker/store/tables.ts', ['worker/kit/clock.ts', 'worker/store/store.ts']),
    file('worker/store/store.test.ts', ['worker/testing/rig.ts', 'worker/money/money.ts']),
    file('worker/money/money.ts', ['worker/store/store.ts', 'protocol/hex.ts']),
    file('worker/testing/rig.ts', ['worker/money/money.ts']),
    file('protocol/hex.ts', [], 19),
  ];
  expect(roomArrows(sources)).toEqual([
    ['money', 'store'],
    ['store', 'kit'],
  ]);
  expect(houseFigures(sources)).toMatchObject({ rooms: 3, arrows: 2, arrowsBack: 0, cycles: 0, files: 7, filesUnder20: 1 });
});

it('counts as few back arrows as an order leaves', () => {
  const ring = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
  ] as const;
  expect(arrowsBack(['a', 'b', 'c'], ring)).toBe(1);
  expect(arrowsBack(['a', 'b', 'c', 'd'], [...ring, ['d', 'a'], ['a', 'd']])).toBe(2);
  expect(
    arrowsBack(
      ['a', 'b', 'c'],
      [
        ['c', 'b'],
        ['b', 'a'],
        ['c', 'a'],
      ],
    ),
  ).toBe(0);
});

it('finds import cycles over several files, one by one', () => {
  const sources = [file('a.ts', ['b.ts']), file('b.ts', ['c.ts']), file('c.ts', ['a.ts']), file('d.ts', ['a.ts'])];
  expect(importCycles(sources)).toEqual([['a.ts', 'b.ts', 'c.ts']]);
  expect(importCycles([...sources, file('e.ts', ['f.ts']), file('f.ts', ['e.ts'])])).toHaveLength(2);
});

it('this repository has no cycle, and no arrow in worker/ runs back', () => {
  expect(houseFigures(readSources(process.cwd()))).toMatchObject({ cycles: 0, arrowsBack: 0 });
});
