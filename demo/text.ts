/** Text for a terminal: money, aligned columns. */
import { formatCnx } from '../protocol/money/wei.ts';

/** CNX with at most 4 decimals, as everywhere a person reads it. */
export function cnx(wei: bigint): string {
  return `${formatCnx(wei, { maxDecimals: 4 })} CNX`;
}

export type Align = 'left' | 'right';

/** Rows as an aligned text table; widths count code points, which is exact for what the demo prints. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], align: readonly Align[]): string {
  const length = (text: string) => [...text].length;
  const widths = head.map((title, column) => Math.max(length(title), ...rows.map((row) => length(row[column] ?? ''))));
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? '';
        const pad = ' '.repeat(width - length(cell));
        return align[column] === 'right' ? pad + cell : cell + pad;
      })
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
