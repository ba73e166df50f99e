/** A soak's report as a table for people. */
import { VIOLATION_KINDS, type ViolationKind } from './judge.ts';
import type { SoakReport } from './run-soak.ts';

const TITLES: Readonly<Record<ViolationKind, string>> = {
  secondExecution: 'second executions after a score',
  secondScore: 'second scores signed',
  wrongReport: 'wrong error reports',
  wei: 'accounts and tasks whose money does not add up',
  slash: 'slashes',
  unfinished: 'tasks without an end',
};

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, count) => total + count, 0);

function formatCounts(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  return entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

export function soakTable(report: SoakReport): string {
  const { seed, seconds, tasks, ends, runs, kills, faults, clockSteps, acts, failures, violations } = report;
  const found = (kind: ViolationKind) => violations.filter((violation) => violation.kind === kind).length;
  const lostWei = violations.reduce((total, { wei }) => total + wei, 0n);
  const rows: [string, string, string][] = [
    ['tasks', String(tasks), formatCounts(ends)],
    ['runs of an engine', String(runs), ''],
    ['kills', String(sum(kills)), formatCounts(kills)],
    ['faults', String(sum(faults)), formatCounts(faults)],
    ['clock steps', String(clockSteps), ''],
    ['acts of the host', String(sum(acts)), formatCounts(acts)],
    ['workers or calls that failed', String(failures.length), ''],
    ...VIOLATION_KINDS.map((kind): [string, string, string] => [TITLES[kind], String(found(kind)), '']),
    ['wei lost or unexplained', String(lostWei), ''],
  ];
  const width = Math.max(...rows.map(([title]) => title.length));
  const number = Math.max(...rows.map(([, count]) => count.length));
  const lines = rows.map(([title, count, more]) => `${title.padEnd(width)}  ${count.padStart(number)}  ${more}`.trimEnd());
  return [`seed ${seed}, ${seconds} s`, ...lines].join('\n');
}
