import { trustCase } from './trust-case.ts';
import { trustConditions } from './trust-conditions.ts';
import { trustQos } from './trust-qos.ts';

export const trust = {
  title: 'Trust',
  lead: {
    calm: 'No incidents.',
    slashed: 'This node was slashed. The case says what is known.',
    kickedOut: 'This node was kicked out for too low a quality of service.',
    underReview: 'An invalidated task is under review: an admin may still slash this node.',
    excluded: 'This node is excluded from new tasks until its health has recovered.',
    belowKickOut: 'The long-term quality is low enough to be expelled for.',
    unknown: 'The quality of service is not known yet.',
  },
  tabs: { label: 'Parts of this screen', happened: 'What happened', qos: 'Quality of service', protection: 'Slash protection' },
  timeline: {
    label: 'What happened, newest first',
    empty: 'Nothing has happened',
    emptyHint: 'Invalidations, slashes, kick-outs, timeouts and changes of the quality of service appear here.',
    onlyCases: 'Hide changes of the quality',
    more: 'Show older cases',
    open: 'Open the case',
    openTask: 'Open the task',
    incomplete: 'Still being looked into',
    took: '{{amount}} taken',
    health: 'Health',
    long: 'Long-term',
  },
  kinds: {
    invalidated: 'Result invalidated',
    slashed: 'Slashed',
    kickedOut: 'Kicked out',
    executionTimeout: 'Score too late',
    uploadTimeout: 'Upload too late',
  },
  protection: {
    title: 'Slash-protection ledger',
    hint: 'Each score is written down before it is signed. With the record no second, different score can ever be signed for the same task, and no execution runs twice.',
    sound: 'Sound',
    soundHint: 'The file was read and its rows are in order.',
    unsound: 'Damaged',
    unsoundHint: 'The file could not be read in order. Stop the node and restore a copy before it goes on.',
    scores: 'Scores on record',
    executions: 'Executions on record',
    oldest: 'First entry',
    newest: 'Latest entry',
    none: 'none yet',
  },
  case: trustCase,
  conditions: trustConditions,
  qos: trustQos,
} as const;
