/** The outcome of an invalidation. Source: RELAY_PROTOCOL 4.8 (immediate and passive mode). */
import type { Review } from '../../contract/trust.ts';
import type { NodeStatus } from '../../protocol/node/status.ts';

/**
 * An immediate slash expels the node in the same transaction that invalidates its task. So a node that is still a
 * member after its invalidation was released: this is passive mode, and an admin decides. If the node has left since
 * then, the two cannot be distinguished until a slash event comes or the node joins again.
 */
export function reviewAfter(
  before: Review,
  seen: { readonly status: NodeStatus | null; readonly invalidatedMs: number },
): Review {
  if (before.kind !== 'awaited') return before;
  if (seen.status === null || seen.status === 'Quit') return before;
  return { kind: 'underReview', sinceMs: seen.invalidatedMs };
}
