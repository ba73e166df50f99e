import type { Action, WaitReason } from './decide.ts';

/** Whole seconds, so that the reads fall between the event polls. */
export const SOON_MS = 1_000;
/** While the node only waits for the network to end the task, which events report anyway. */
const LATER_MS = 5_000;

const SLOW_REASONS: ReadonlySet<WaitReason> = new Set<WaitReason>([
  'notFound',
  'notSelected',
  'verdictConflict',
  'noStartTime',
  'deadlinePassed',
  'executing',
  'silent',
  'attemptsSpent',
  'tooLateToRepeat',
  'nothingToUpload',
  'contradiction',
  'unknownStatus',
]);

/** How long after an action the task is read again; 0 if there is something to do as soon as the effect is seen. */
export function nextReadDelayMs(action: Action): number {
  switch (action.kind) {
    case 'execute':
      return LATER_MS;
    // The application has to act next.
    case 'submitScore':
    case 'reportError':
    case 'abort':
      return SOON_MS;
    case 'wait':
      return SLOW_REASONS.has(action.reason) ? LATER_MS : SOON_MS;
    default:
      return 0;
  }
}
