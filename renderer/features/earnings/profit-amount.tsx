import { microText } from '../../../contract/costs.ts';

export const kWh = (wattHours: number | null) => (wattHours === null ? '—' : (wattHours / 1_000).toFixed(2));

export function Amount({ micro }: { readonly micro: bigint | null }) {
  if (micro === null) return <span className="text-faint">—</span>;
  return <span className={micro < 0n ? 'text-bad' : ''}>{microText(micro)}</span>;
}
