/** One task's way through a node, split into phases, from the timed worker's log and the relay's data. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { KillPoint } from '../../worker/kit/points.ts';

const lineSchema = z.union([
  z.object({ kind: z.literal('call'), method: z.string(), startMs: z.number(), endMs: z.number() }),
  z.object({ kind: z.literal('point'), point: z.string(), atMs: z.number() }),
]);
type Line = z.output<typeof lineSchema>;
type Call = Extract<Line, { kind: 'call' }>;

/** Epoch ms of the relay, which runs on the same machine. */
export interface RelayTimes {
  readonly startMs: number;
  readonly scoreReadyMs: number;
  readonly validatedMs: number;
  readonly uploadedMs: number;
}

/** In order; milliseconds of each. */
export type Phases = Readonly<Record<string, number>>;

export interface TaskPath {
  /** From the network's start to the accepted score. */
  readonly score: Phases;
  /** From the network's verdict to the finished upload. */
  readonly upload: Phases;
}

export function readLines(file: string): Line[] {
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

/** When the node last polled its pointer: its regular polls follow at whole and half seconds after that. */
export function lastPoll(lines: readonly Line[]): number | undefined {
  return lines.findLast((line): line is Call => line.kind === 'call' && line.method === 'currentTask')?.startMs;
}

/** @param lines everything logged since before the task's start */
export function taskPath(lines: readonly Line[], relay: RelayTimes): TaskPath {
  const calls = lines.filter((line) => line.kind === 'call');
  const points = lines.filter((line) => line.kind === 'point');
  const at = (point: KillPoint, afterMs = relay.startMs) =>
    need(points.find((line) => line.point === point && line.atMs >= afterMs - 1)).atMs;
  const polls = calls.filter(({ method }) => method === 'currentTask' || method === 'eventsAfter');
  const reads = calls.filter(({ method }) => method === 'task');

  const read = need(reads.toSorted((a, b) => a.startMs - b.startMs).find(({ startMs }) => startMs >= relay.startMs));
  const poll = need(polls.findLast(({ endMs }) => endMs <= read.startMs));
  const observedMs = at('task.observed');
  const begunMs = at('execution.recorded');
  const engineMs = at('execution.beforeEngine');
  const answeredMs = at('execution.answered');
  const sealedMs = at('result.sealed');
  const recordedMs = at('result.recorded');
  const signMs = at('score.beforeSubmit');

  const verifiedMs = at('upload.verified', relay.validatedMs);
  const seen = need(reads.findLast(({ endMs }) => endMs <= verifiedMs));
  return {
    score: {
      wait: poll.startMs - relay.startMs,
      notice: read.startMs - poll.startMs,
      read: read.endMs - read.startMs,
      'queue: observe': observedMs - read.endMs,
      'queue: decide + record': begunMs - observedMs,
      'queue: hand over': engineMs - begunMs,
      execute: answeredMs - engineMs,
      'files + hash': sealedMs - answeredMs,
      disk: recordedMs - sealedMs,
      'read again': signMs - recordedMs,
      'sign + submit': relay.scoreReadyMs - signMs,
    },
    upload: {
      wait: seen.startMs - relay.validatedMs,
      read: seen.endMs - seen.startMs,
      'files + digest': verifiedMs - seen.endMs,
      'sign + upload': relay.uploadedMs - verifiedMs,
    },
  };
}

function need<Found>(found: Found | undefined): Found {
  if (found === undefined) throw new Error('the worker did not log a part of the task');
  return found;
}
