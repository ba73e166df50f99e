/** The observations, as the table that docs/fleet.md has between two markers. */
import type { Row } from './scenario.ts';

const BEGIN = '<!-- e2e:kubernetes -->';
const END = '<!-- /e2e:kubernetes -->';

export function resultTable(
  rows: readonly Row[],
  facts: { readonly minutes: number; readonly mostAtOnce: number; readonly checks: number },
): string {
  return [
    '| step | result | s |',
    '| --- | --- | ---: |',
    ...rows.map(({ step, seen, seconds }) => `| ${step} | ${seen} | ${seconds} |`),
    '',
    `The most processes with one key at the same time, in ${facts.checks} checks of all machines: ${facts.mostAtOnce}. The whole run took ${facts.minutes.toFixed(1)} minutes.`,
  ].join('\n');
}

/** @throws Error if the page has no place for it */
export function replaceTable(page: string, table: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} … ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}
