import { describe, expect, it } from 'vitest';
import type { NodeStatus, NodeStatusEvent } from './status.ts';
import { NODE_STATUS, nodeStatusAfter, nodeStatusFromNumber } from './status.ts';

const STATUSES = Object.keys(NODE_STATUS) as NodeStatus[];
const EVENTS: readonly NodeStatusEvent[] = [
  'join',
  'quit',
  'chainTryUnstake',
  'pause',
  'resume',
  'taskStart',
  'taskEnd',
  'slash',
  'kickOut',
];

/** Columns as in EVENTS; `-` is refused. */
const TABLE: Readonly<Record<NodeStatus, string>> = {
  Quit: 'Available Quit Quit - - - - - -',
  Available: '- Quit Quit Paused - Busy - Quit -',
  Busy: '- PendingQuit PendingQuit PendingPause - - Available Quit Quit',
  PendingPause: '- - PendingPause - - - Paused Quit Quit',
  PendingQuit: '- PendingQuit PendingQuit - - - Quit Quit Quit',
  Paused: '- Quit Quit - Available - - Quit -',
};

describe('the node state machine', () => {
  for (const status of STATUSES) {
    it(`${status} changes exactly as the relay allows`, () => {
      TABLE[status].split(' ').forEach((expected, i) => {
        const event = EVENTS[i] as NodeStatusEvent;
        if (expected === '-') {
          expect(() => nodeStatusAfter(status, event), event).toThrow(
            expect.objectContaining({ code: 'PROTOCOL_ILLEGAL_NODE_STATUS', data: { status, event } }),
          );
        } else {
          expect(nodeStatusAfter(status, event), event).toBe(expected);
        }
      });
    });
  }

  it('a running task continues after a request to pause or quit, which takes effect when it ends', () => {
    expect(nodeStatusAfter(nodeStatusAfter('Busy', 'pause'), 'taskEnd')).toBe('Paused');
    expect(nodeStatusAfter(nodeStatusAfter('Busy', 'quit'), 'taskEnd')).toBe('Quit');
  });

  it('has the numbers that are sent', () => {
    for (const status of STATUSES) expect(nodeStatusFromNumber(NODE_STATUS[status])).toBe(status);
    expect(nodeStatusFromNumber(6)).toBeUndefined();
    expect(nodeStatusFromNumber(-1)).toBeUndefined();
    expect(nodeStatusFromNumber(0.5)).toBeUndefined();
  });
});
