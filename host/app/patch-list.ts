/**
 * What the official worker's source of patches offers. The worker asks it every minute; the host asks at most once an
 * hour.
 */
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { OFFICIAL_PATCH_URL, readPatchList } from '../../worker/engines/official/patches.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';

const CACHE_MS = 60 * 60_000;
/** A window waits no longer than this, and gets the list the next time. */
const ANSWER_WITHIN_MS = 2_000;

/** Text of the list; undefined = not known (yet). Never rejects: without an answer, new patches are not mentioned. */
export type PatchList = () => Promise<string | undefined>;

export function createPatchList({
  policy,
  read = async () => readPatchList(OFFICIAL_PATCH_URL, await policy?.()),
  clock = systemClock,
}: {
  /** Proxy to use; default: from the environment. */
  readonly policy?: () => Promise<ProxyPolicy>;
  readonly read?: () => Promise<string>;
  readonly clock?: Clock;
} = {}): PatchList {
  let reading: Promise<string | undefined> | null = null;
  let known: string | undefined;
  let sinceAsked: (() => number) | null = null;
  return async () => {
    if (reading === null && (sinceAsked === null || sinceAsked() >= CACHE_MS)) {
      sinceAsked = startStopwatch(clock);
      reading = read()
        .then((text) => {
          known = text;
        })
        .catch(() => {})
        .then(() => {
          reading = null;
          return known;
        });
    }
    if (reading === null) return known;
    const enough = new AbortController();
    const late = clock.sleep(ANSWER_WITHIN_MS, enough.signal).then(
      () => known,
      () => known,
    );
    const text = await Promise.race([reading, late]);
    enough.abort();
    return text;
  };
}
