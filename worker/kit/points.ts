/**
 * Named moments in the life of a task or node, right before or after a durable write or an act on the network. A test's
 * worker kills itself at one of them; production ignores them.
 */
export const KILL_POINTS = [
  'task.beforeObserve',
  'task.observed',
  'execution.beforeRecord',
  'execution.recorded',
  'execution.beforeEngine',
  'execution.answered',
  'result.sealed',
  'result.recorded',
  'outcome.recorded',
  'score.beforeSubmit',
  'score.submitted',
  'error.beforeReport',
  'error.reported',
  'abort.beforeSend',
  'abort.sent',
  'upload.verified',
  'upload.sent',
  'upload.recorded',
  'task.beforeClose',
  'task.closed',
  'events.beforeRecord',
  'events.recorded',
  'events.handled',
  'stakeAct.begun',
  'stakeAct.final',
  'join.claimed',
  'join.accepted',
] as const;

export type KillPoint = (typeof KILL_POINTS)[number];

/** Called and awaited at each kill point. */
export type KillPointHook = (point: KillPoint) => void | Promise<void>;

/** The production hook, which does nothing. */
export const noKillPoint: KillPointHook = () => {};
