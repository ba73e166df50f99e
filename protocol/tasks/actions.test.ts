import { describe, expect, it } from 'vitest';
import { actionsDue, actionsFor } from './actions.ts';
import { isTerminal, TASK_STATUSES } from './status.ts';

describe('actions', () => {
  it('belong to these states and no others', () => {
    const table = Object.fromEntries(TASK_STATUSES.map((status) => [status, actionsFor(status)]));
    expect(table).toEqual({
      Queued: [],
      Started: [],
      ParametersUploaded: [],
      ErrorReported: [],
      ScoreReady: [],
      Validated: [],
      GroupValidated: ['recordGroupNodes'],
      EndInvalidated: ['refund', 'slash'],
      EndSuccess: ['settle', 'release'],
      EndAborted: ['refund', 'release'],
      EndGroupRefund: ['refund', 'release'],
      EndGroupSuccess: ['distribute', 'release'],
    });
  });

  it('settle the fee and release the node exactly once in every end state', () => {
    for (const status of TASK_STATUSES.filter(isTerminal)) {
      const actions = actionsFor(status);
      expect(actions.filter((action) => ['settle', 'refund', 'distribute'].includes(action))).toHaveLength(1);
      expect(actions.filter((action) => ['release', 'slash'].includes(action))).toHaveLength(1);
    }
  });

  it('are not due a second time for a member that was aborted before its group was validated', () => {
    expect(actionsDue({ from: 'ScoreReady', to: 'EndAborted' })).toEqual(['refund', 'release']);
    expect(actionsDue({ from: 'EndAborted', to: 'EndAborted' })).toEqual([]);
  });
});
