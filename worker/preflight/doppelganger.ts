/**
 * Is another machine running with this key? Two of them would submit different scores for the same task and lose the
 * stake. An active address is ours only if this data directory recorded the join; and even a copied data directory is
 * detected by acts that it does not know of. Source: RELAY_PROTOCOL 1.3, 4.10.
 */
import type { NodeStatus } from '../../protocol/node/status.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { objection, ok, type Verdict } from './check.ts';

export interface DoppelgangerFacts {
  /** Just read. */
  readonly status: NodeStatus;
  /** Recorded before every join: the newest event ID known at that time. Null: this data directory has never joined. */
  readonly joinedAfterEvent: number | null;
  /** The store contains the event of that join. */
  readonly ownJoinSeen: boolean;
  /** Events of this address that the store has not seen yet. */
  readonly newEvents: readonly RelayEvent[];
  /** The store has a verdict (a score, an invalid task) on this task. */
  readonly hasVerdict: (commitment: string) => boolean;
  /** The host has confirmed, for this start, that no other machine runs with the key. */
  readonly confirmedAlone: boolean;
}

const MAX_EVIDENCE = 10;

export function judgeDoppelganger(facts: DoppelgangerFacts): Verdict {
  const { status, joinedAfterEvent, confirmedAlone } = facts;
  const foreign = foreignActs(facts);
  const evidence = foreign.slice(0, MAX_EVIDENCE).map((event) => `event ${event.id} ${event.type}`);
  const params = { status, evidence };
  if (confirmedAlone) return ok({ ...params, confirmed: true });
  const isActive = status !== 'Quit';
  if (foreign.length > 0) {
    if (isActive) return objection('fail', 'PREFLIGHT_FOREIGN_ACTS', params);
    return objection('warn', 'PREFLIGHT_KEY_USED_ELSEWHERE', params);
  }
  if (isActive && joinedAfterEvent === null) return objection('fail', 'PREFLIGHT_FOREIGN_MEMBER', params);
  return ok(params);
}

/** Acts that require the key but did not happen here. */
function foreignActs({ joinedAfterEvent, ownJoinSeen, newEvents, hasVerdict }: DoppelgangerFacts): readonly RelayEvent[] {
  // A process killed between its join and the join's event does not know of one join.
  let ownJoins = joinedAfterEvent !== null && !ownJoinSeen ? 1 : 0;
  return newEvents.filter((event) => {
    switch (event.type) {
      case 'NodeJoin':
        return ownJoins-- <= 0;
      case 'TaskScoreReady':
      case 'TaskErrorReported':
        return event.commitment !== null && !hasVerdict(event.commitment);
      default:
        return false;
    }
  });
}
