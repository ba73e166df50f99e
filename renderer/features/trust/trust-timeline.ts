/** Cases and changes in quality of service on one timeline. */
import type { QosChange } from '../../../contract/standing.ts';
import type { CaseSummary } from '../../../contract/trust.ts';
import type { Tone } from '../../ui/badge.tsx';

export type TrustEvent =
  | { readonly kind: 'case'; readonly key: string; readonly atMs: number; readonly summary: CaseSummary }
  | { readonly kind: 'quality'; readonly key: string; readonly atMs: number; readonly change: QosChange };

/** Newest first; at the same moment, a case comes before its effect. */
export function trustTimeline(cases: readonly CaseSummary[], changes: readonly QosChange[]): readonly TrustEvent[] {
  const happenings: TrustEvent[] = [
    ...cases.map((summary) => ({ kind: 'case' as const, key: summary.id, atMs: summary.openedMs, summary })),
    ...changes.map((change, i) => ({
      kind: 'quality' as const,
      key: `${change.atMs} ${changes.length - i}`,
      atMs: change.atMs,
      change,
    })),
  ];
  return happenings.toSorted((a, b) => b.atMs - a.atMs || (a.kind === 'case' ? -1 : 0) - (b.kind === 'case' ? -1 : 0));
}

export const CASE_TONES: Readonly<Record<CaseSummary['kind'], Tone>> = {
  slashed: 'bad',
  invalidated: 'bad',
  kickedOut: 'bad',
  executionTimeout: 'warn',
  uploadTimeout: 'warn',
};

/** What a change did to the node, by the number that moved. */
export function changeTone({ before, after }: QosChange): Tone {
  const moved = after.health - before.health || after.long - before.long;
  if (moved < 0) return 'warn';
  return moved > 0 ? 'good' : 'neutral';
}
