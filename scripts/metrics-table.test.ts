import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FLEET_PAGE, withMetricsTable } from './metrics-table.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '..', 'docs', FLEET_PAGE), 'utf8');

it('docs/fleet.md lists the existing metrics', () => {
  expect(withMetricsTable(page)).toBe(page);
});

it('an outdated table is generated again', () => {
  const wrong = page.replace('| `crynux_tasks_total` | counter |', '| `crynux_tasks_total` | gauge |');
  expect(wrong).not.toBe(page);
  expect(withMetricsTable(wrong)).toBe(page);
  expect(() => withMetricsTable('# A page')).toThrow('has no place');
});
