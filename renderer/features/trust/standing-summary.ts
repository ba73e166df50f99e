/** The node's standing in one sentence: the worst one that is true. */
import type { QosExplanation } from '../../../contract/standing.ts';
import type { CaseSummary } from '../../../contract/trust.ts';
import type { NodeTruth } from '../../../contract/truth/node-truth.ts';
import type { Tone } from '../../ui/badge.tsx';

export interface StandingFacts {
  readonly barred: NodeTruth['barred'];
  readonly cases: readonly Pick<CaseSummary, 'review'>[] | null;
  readonly qos: (Pick<QosExplanation, 'exclusion' | 'belowKickOut' | 'now'> & Partial<Pick<QosExplanation, 'points'>>) | null;
}

export interface StandingSummary {
  readonly tone: Tone;
  readonly word: 'slashed' | 'kickedOut' | 'underReview' | 'excluded' | 'belowKickOut' | 'unknown' | 'calm';
}

/** Null if nothing has been read. */
export function standingSummary({ barred, cases, qos }: StandingFacts): StandingSummary | null {
  if (barred !== null) return { tone: 'bad', word: barred };
  if (cases === null || qos === null) return null;
  if (cases.some(({ review }) => review.kind === 'underReview')) return { tone: 'warn', word: 'underReview' };
  if (qos.exclusion.state === 'excluded') return { tone: 'warn', word: 'excluded' };
  if (qos.belowKickOut === true) return { tone: 'warn', word: 'belowKickOut' };
  if (qos.now.combined === null && (qos.points ?? null) === null) return { tone: 'neutral', word: 'unknown' };
  return { tone: 'good', word: 'calm' };
}
