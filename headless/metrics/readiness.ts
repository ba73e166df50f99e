/** Whether a node does what it was started for: it is joined, or deliberately paused. Pure. */
import type { ProfileView } from '../../contract/profiles.ts';
import type { LifeState } from '../../contract/truth/life-state.ts';
import { nodeTruth } from '../../contract/truth/node-truth.ts';

export type Readiness =
  /** Nobody has started it. */
  | { readonly kind: 'notStarted' }
  | { readonly kind: 'ready'; readonly life: LifeState }
  | { readonly kind: 'notReady'; readonly life: LifeState };

const READY: ReadonlySet<LifeState> = new Set(['waiting', 'executing', 'pausing', 'paused']);
/** Reasons that the host has chosen. */
const CHOSEN_REASONS: ReadonlySet<string> = new Set(['GPU_OUTSIDE_SCHEDULE', 'GPU_IN_USE']);

export function readinessOf({ worker, node }: ProfileView): Readiness {
  const { life } = nodeTruth({ worker, node, nowMs: 0 });
  if (life === 'stopped') return { kind: 'notStarted' };
  if (READY.has(life)) return { kind: 'ready', life };
  const reasons = node?.gpu?.acceptance.reasons ?? [];
  const isChosen = life === 'held' && reasons.length > 0 && reasons.every(({ code }) => CHOSEN_REASONS.has(code));
  return { kind: isChosen ? 'ready' : 'notReady', life };
}

/** A line for each node that is not ready; empty = all are ready. */
export function notReadyLines(views: readonly ProfileView[]): string[] {
  return views.flatMap((view) => {
    const readiness = readinessOf(view);
    return readiness.kind === 'notReady' ? [`${view.profile.id}: ${readiness.life}`] : [];
  });
}
