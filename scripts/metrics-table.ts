/** The table of metrics in docs/fleet.md, generated from the metrics. */
import { METRICS } from '../headless/metrics/registry.ts';

export const FLEET_PAGE = 'fleet.md';

const PART = /(<!-- metrics: [^\n]*-->\n)[\s\S]*?(<!-- end of metrics -->)/;

/** The page with the current table. @throws Error if the page has no place for it */
export function withMetricsTable(page: string): string {
  if (!PART.test(page)) throw new Error(`docs/${FLEET_PAGE} has no place for the metrics`);
  const rows = METRICS.map(({ name, type, labels, help }) => {
    const names = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${names} | ${help} |`;
  });
  const table = ['', '| metric | type | labels | meaning |', '|---|---|---|---|', ...rows, '', ''].join('\n');
  return page.replace(PART, (_, head: string, end: string) => `${head}${table}${end}`);
}
