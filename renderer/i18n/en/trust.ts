import { trustCase } from './trust-case.ts';
import { trustConditions } from './trust-conditions.ts';
import { trustQos } from './trust-qos.ts';

export const trust = {
  title: 'Trust',
  lead: {
    calm: 'No incidents.',
    slashed: 'This node was slashed. The case file says what is known.',
    kickedOut: 'This node was kicked out because its quality of service was too low.',
    underReview: 'An invalidated task is under review: an admin may still slash this node.',
    excluded: 'This node is excluded from new tasks until its health has recovered.',
    belowKickOut: 'The long-term quality is low enough for a kick-out.',
    unknown: 'The quality of service is not known yet.',
  },
  tabs: { label: 'Parts of this screen', happened: 'What happened', qos: 'Quality of service', protection: 'Slash protection' },
  timeline: {
    label: 'What happened, newest first',
    empty: 'Nothing has happened yet',
    emptyHint: 'Invalidations, slashes, kick-outs, timeouts and changes in quality of service appear here.',
    onlyCases: 'Hide quality changes',
    more: 'Show older cases',
    open: 'Open the case',
    openTask: 'Open the task',
    incomplete: 'Still being investigated',
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
    hint: 'Each score is recorded before it is signed. Because of this record, the node can never sign a second, different score for the same task or run an execution twice.',
    sound: 'Sound',
    soundHint: 'The file was read, and its rows are consistent.',
    unsound: 'Damaged',
    unsoundHint:
      'The file could not be read, or its rows are not consistent. Stop the node and restore a copy before you continue.',
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
