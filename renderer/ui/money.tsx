import { formatCnx, formatCnxExact } from '../../protocol/money/wei.ts';

export interface MoneyProps {
  /** Decimal text or bigint; null = not known. */
  readonly wei: string | bigint | null;
  /** A plus sign before what came in. */
  readonly signed?: boolean;
  /** Leaves the unit out, where a heading has it. */
  readonly bare?: boolean;
  /** Always four decimals, so that amounts one below the other stand in line. */
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
      {column ? columnText(amount) : moneyText(amount)}
      {bare ? '' : ' CNX'}
    </data>
  );
}

/** With its trailing zeros; nothing at all stays `0`. */
export function columnText(wei: bigint): string {
  const text = moneyText(wei);
  if (wei === 0n || text.includes('0.0001')) return text;
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(4, '0')}`;
}

/** As {@link Money} shows it: thousands apart, and what is less than the last decimal not as nothing. */
export function moneyText(wei: bigint): string {
  const text = formatCnx(wei);
  if (text === '0' && wei !== 0n) return wei < 0n ? '>-0.0001' : '<0.0001';
  const [whole = '0', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
