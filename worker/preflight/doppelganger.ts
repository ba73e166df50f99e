/**
 * Does another machine run with this key? Two that do would submit different scores for one task, and lose the stake.
 * An address that the network lists is ours only if this data directory says that it joined; and even a copied data
 * directory gives itself away by acts that its twin knows nothing of. Source: RELAY_PROTOCOL 1.3, 4.10.
 */
import type { NodeStatus } from '../../protocol/node/status.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { objection, ok, type Verdict } from './check.ts';

export interface DoppelgangerFacts {
  /** Read now. */
  readonly status: NodeStatus;
  /** Written before every join: the newest event id known then. Null: this data directory never joined. */
  readonly joinedAfterEvent: number | null;
  /** The store holds the event of that join. */
  readonly ownJoinSeen: boolean;
  /** Events of this address that the store has not seen yet. */
  readonly news: readonly RelayEvent[];
  /** The store holds a verdict (a score, an invalid task) on this task. */
  readonly hasVerdict: (commitment: string) => boolean;
  /** The host has said, for this start, that no other machine runs with the key. */
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

/** What needs the key and did not happen here. */
function foreignActs({ joinedAfterEvent, ownJoinSeen, news, hasVerdict }: DoppelgangerFacts): readonly RelayEvent[] {
  // A process killed between its join and the join's event has one that it does not know of.
  let ownJoins = joinedAfterEvent !== null && !ownJoinSeen ? 1 : 0;
  return news.filter((event) => {
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
