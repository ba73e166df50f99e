import { formatCnx, formatCnxExact } from '../../protocol/money/wei.ts';

export interface MoneyProps {
  /** Decimal text or bigint; null = unknown. */
  readonly wei: string | bigint | null;
  /** Shows a plus sign before income. */
  readonly signed?: boolean;
  /** Leaves out the unit, if a heading has it. */
  readonly bare?: boolean;
  /** Always four decimals, so that amounts in a column line up. */
  readonly column?: boolean;
}

/** CNX with at most four decimals; the exact wei on hover. */
export function Money({ wei, signed = false, bare = false, column = false }: MoneyProps) {
  if (wei === null) return <span className="text-faint">—</span>;
  const amount = BigInt(wei);
  const sign = signed && amount > 0n ? '+' : '';
  return (
    <data
      value={amount.toString()}
      title={`${formatCnxExact(amount)} CNX = ${amount} wei`}
      className="whitespace-nowrap tabular-nums"
    >
      {sign}
      {column ? moneyColumnText(amount) : moneyText(amount)}
      {bare ? '' : ' CNX'}
    </data>
  );
}

/** With trailing zeros; zero itself stays `0`. */
export function moneyColumnText(wei: bigint): string {
  const text = moneyText(wei);
  if (wei === 0n || text.includes('0.0001')) return text;
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(4, '0')}`;
}

/** As {@link Money} shows it: with thousands separators, and an amount below the last decimal not as zero. */
export function moneyText(wei: bigint): string {
  const text = formatCnx(wei);
  if (text === '0' && wei !== 0n) return wei < 0n ? '>-0.0001' : '<0.0001';
  const [whole = '0', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
