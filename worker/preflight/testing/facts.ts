import type { DoppelgangerFacts } from '../doppelganger.ts';

/** No second machine: a node that has never joined, and nothing has happened with its key. */
export const NOBODY_ELSE: DoppelgangerFacts = {
  status: 'Quit',
  joinedAfterEvent: null,
  ownJoinSeen: false,
  newEvents: [],
  hasVerdict: () => false,
  confirmedAlone: false,
};
