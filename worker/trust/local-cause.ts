/** Why this machine did not do in time what was due, according to its own records. */

import type { CaseKind, LocalCause } from '../../contract/trust.ts';
import { lastLine } from '../kit/last-line.ts';
import type { Execution } from '../store/executions.ts';
import type { Alarm } from '../store/tasks.ts';

export interface LocalFacts {
  readonly kind: CaseKind;
  /** Times of the same clock, epoch ms. */
  readonly firstSeenMs: number;
  readonly deadlineMs: number | null;
  readonly hasScore: boolean;
  readonly executions: readonly Pick<Execution, 'outcome' | 'detail' | 'endedMs'>[];
  readonly alarms: readonly Pick<Alarm, 'code' | 'message'>[];
  readonly uploadedMs: number | null;
  readonly uploadRefusals: number;
}

const MAX_DETAIL = 500;

export function localCause(facts: LocalFacts): LocalCause {
  if (facts.kind === 'executionTimeout') return causeOfLateScore(facts);
  if (facts.kind === 'uploadTimeout') return causeOfLateUpload(facts);
  return cause('none');
}

function causeOfLateScore({ firstSeenMs, deadlineMs, hasScore, executions, alarms }: LocalFacts): LocalCause {
  const late = (atMs: number | null) => deadlineMs !== null && atMs !== null && atMs >= deadlineMs;
  if (late(firstSeenMs)) return cause('seenTooLate');
  const last = executions.at(-1);
  if (last === undefined) return cause('notExecuted');
  if (hasScore) return late(last.endedMs) ? cause('executionTooSlow') : cause('notSubmitted', alarms[0]?.message);
  switch (last.outcome) {
    case 'failed':
      return cause('executionFailed', lastLine(last.detail));
    case 'invalid':
      return cause('errorNotReported', lastLine(last.detail));
    case 'cancelled':
      return cause(last.detail.startsWith('deadline') ? 'executionTooSlow' : 'executionCutOff', lastLine(last.detail));
    default:
      return cause('executionTooSlow');
  }
}

function causeOfLateUpload({ alarms, uploadedMs, uploadRefusals }: LocalFacts): LocalCause {
  const changed = alarms.find((alarm) => alarm.code === 'RESULT_CHANGED');
  if (changed !== undefined) return cause('filesChanged', changed.message);
  if (uploadedMs !== null) return cause('uploadLost');
  return cause(uploadRefusals > 0 ? 'uploadRefused' : 'notUploaded', alarms[0]?.message);
}

function cause(code: LocalCause['code'], detail = ''): LocalCause {
  return { code, detail: detail.slice(0, MAX_DETAIL) };
}
