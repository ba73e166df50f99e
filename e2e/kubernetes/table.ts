/** The observations, as the table that docs/fleet.md has between two markers. */
import type { Row } from './scenario.ts';

const BEGIN = '<!-- e2e:kubernetes -->';
const END = '<!-- /e2e:kubernetes -->';

export function tableOf(
  rows: readonly Row[],
  facts: { readonly minutes: number; readonly mostAtOnce: number; readonly looks: number },
): string {
  return [
    '| step | seen | s |',
    '| --- | --- | ---: |',
    ...rows.map(({ step, seen, seconds }) => `| ${step} | ${seen} | ${seconds} |`),
    '',
    `Most processes that had one key at the same time, of ${facts.looks} looks over all machines: ${facts.mostAtOnce}. The whole took ${facts.minutes.toFixed(1)} minutes.`,
  ].join('\n');
}

/** @throws Error if the page has no place for it */
export function intoPage(page: string, table: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} … ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}
