/**
 * The relay's node state machine. Source: RELAY_PROTOCOL 1.2 (numbers), 4.10 (table).
 */
import { ProtocolError } from '../errors.ts';

export const NODE_STATUS = { Quit: 0, Available: 1, Busy: 2, PendingPause: 3, PendingQuit: 4, Paused: 5 } as const;
export type NodeStatus = keyof typeof NODE_STATUS;

const NAMES = Object.keys(NODE_STATUS) as readonly NodeStatus[];

export function nodeStatusFromNumber(value: number): NodeStatus | undefined {
  return NAMES[value];
}

export type NodeStatusEvent =
  | 'join'
  | 'quit'
  | 'chainTryUnstake'
  | 'pause'
  | 'resume'
  | 'taskStart'
  | 'taskEnd'
  | 'slash'
  | 'kickOut';

/** `ok` = accepted without change (relay answers 200); `ignored` = the chain event has no effect; absent = refused. */
const TABLE: Readonly<Record<NodeStatus, Partial<Record<NodeStatusEvent, NodeStatus>>>> = {
  Quit: { join: 'Available', quit: 'Quit', chainTryUnstake: 'Quit' },
  Available: { quit: 'Quit', chainTryUnstake: 'Quit', pause: 'Paused', taskStart: 'Busy', slash: 'Quit' },
  Busy: {
    quit: 'PendingQuit',
    chainTryUnstake: 'PendingQuit',
    pause: 'PendingPause',
    taskEnd: 'Available',
    slash: 'Quit',
    kickOut: 'Quit',
  },
  PendingPause: { chainTryUnstake: 'PendingPause', taskEnd: 'Paused', slash: 'Quit', kickOut: 'Quit' },
  PendingQuit: { quit: 'PendingQuit', chainTryUnstake: 'PendingQuit', taskEnd: 'Quit', slash: 'Quit', kickOut: 'Quit' },
  Paused: { quit: 'Quit', chainTryUnstake: 'Quit', resume: 'Available', slash: 'Quit' },
};

/** The status after an event. @throws ProtocolError PROTOCOL_ILLEGAL_NODE_STATUS if the relay would refuse it. */
export function nodeStatusAfter(status: NodeStatus, event: NodeStatusEvent): NodeStatus {
  const next = TABLE[status][event];
  if (next === undefined) {
    throw new ProtocolError('PROTOCOL_ILLEGAL_NODE_STATUS', `a node in status ${status} does not accept ${event}`, {
      status,
      event,
    });
  }
  return next;
}
