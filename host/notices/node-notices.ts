/** What has happened to a node between two looks at it. Pure. */
import type { Notice } from '../../contract/notify.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import { lifeWord } from '../../contract/truth/life-word.ts';

/** What has happened to a node between two views, as far as the host may want to be told of it. */
export function noticesBetween(before: ProfileView | null, after: ProfileView): Notice[] {
  const [was, is] = [before === null ? null : lifeWord(before.worker, before.node), lifeWord(after.worker, after.node)];
  // What was already so when the program started is not reported.
  if (was === null || was === is) return [];
  if (is === 'slashed' || is === 'kickedOut') return [is];
  return is === 'failed' ? ['nodeFailed'] : [];
}
