import { expect, it } from 'vitest';
import { comparisonTable, Figures, figureTable, type Report, verdictOf } from './figures.ts';

const figure = (...runs: number[]) => ({ unit: 'ms', runs, floor: null });
const report = (figures: Report['figures']): Report => ({ machine: 'm', date: 'd', figures });

it('collects runs under a name', () => {
  const figures = new Figures();
  for (const value of [30, 10, 20]) figures.add('start → read', 'ms', value, 5);
  expect(figures.all()).toEqual({ 'start → read': { unit: 'ms', runs: [30, 10, 20], floor: 5 } });
  expect(figureTable(figures.all())).toEqual(['start → read  20.0 ms  (10.0 … 30.0)  floor 5 ms']);
});

it.for([
  ['slower', figure(10, 12), figure(14, 15)],
  ['same', figure(10, 14), figure(13, 15)],
  ['same', figure(100, 101), figure(103, 104)],
  ['faster', figure(14, 15), figure(10, 12)],
] as const)('reports a change as %s', ([verdict, before, now]) => {
  expect(verdictOf(before, now)).toBe(verdict);
});

it('lists what became slower first, and only figures that both have', () => {
  const before = report({ a: figure(10, 11), b: figure(10, 11), c: figure(1) });
  const now = report({ a: figure(10, 11), b: figure(20, 21), d: figure(1) });
  expect(comparisonTable(before, now)).toEqual([
    'slower  b  11.0 ms  (10.0 … 11.0)  →  21.0 ms  (20.0 … 21.0)  × 1.91',
    'same    a  11.0 ms  (10.0 … 11.0)  →  11.0 ms  (10.0 … 11.0)  × 1.00',
  ]);
});
