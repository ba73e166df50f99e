/** What has happened to a node between two views of it. Pure. */
import type { Notice } from '../../contract/notify.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import { nodeTruth } from '../../contract/truth/node-truth.ts';

/** Notices contain no ages, so the time does not matter. */
const lifeOf = ({ worker, node }: ProfileView) => nodeTruth({ worker, node, nowMs: 0 }).life;

/** The events between two views that the host may want to be notified about. */
export function noticesBetween(before: ProfileView | null, after: ProfileView): Notice[] {
  const [was, is] = [before === null ? null : lifeOf(before), lifeOf(after)];
  // What was already so when the program started is not reported.
  if (was === null || was === is) return [];
  if (is === 'slashed' || is === 'kickedOut') return [is];
  return is === 'failed' ? ['nodeFailed'] : [];
}
