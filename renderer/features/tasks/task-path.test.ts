import { expect, it } from 'vitest';
import type { TransitionView } from '../../../contract/tasks.ts';
import type { TaskStatus } from '../../../protocol/tasks/status.ts';
import { takenEdges, taskPath } from './task-path.ts';

const steps = (...statuses: TaskStatus[]): TransitionView[] =>
  statuses.map((status, i) => ({ status, atMs: i * 1_000, source: 'relay', evidence: `row ${i}` }));

it('says who moved the task, and how long each step took', () => {
  const path = taskPath({
    transitions: steps('Started', 'ParametersUploaded', 'ScoreReady', 'GroupValidated', 'EndGroupSuccess'),
    abortReason: 'None',
  });
  expect(path.map((step) => step.actors)).toEqual([[], ['relay'], ['node'], ['application'], ['relay']]);
  expect(path.map((step) => step.tookMs)).toEqual([null, 1_000, 1_000, 1_000, 1_000]);
  expect([...takenEdges(path)]).toEqual([
    'Started>ParametersUploaded',
    'ParametersUploaded>ScoreReady',
    'ScoreReady>GroupValidated',
    'GroupValidated>EndGroupSuccess',
  ]);
});

it('has each state once, by the network’s own time, in the order in which a task can reach them', () => {
  const told = (status: TaskStatus, atMs: number, source: TransitionView['source'], evidence = ''): TransitionView => {
    return { status, atMs, source, evidence };
  };
  const path = taskPath({
    transitions: [
      told('Queued', 1_000, 'relay', 'create_time'),
      told('ScoreReady', 5_400, 'local', 'the network accepted the score 0x12'),
      told('Validated', 5_000, 'event', 'event 1103 TaskValidated'),
      told('Started', 2_000, 'relay', 'start_time'),
      told('ScoreReady', 6_000, 'event', 'event 1102 TaskScoreReady'),
      told('ScoreReady', 5_000, 'relay', 'score_ready_time'),
    ],
    abortReason: 'None',
  });
  expect(path.map(({ status, atMs, sources, events }) => [status, atMs, sources, events])).toEqual([
    ['Queued', 1_000, ['relay'], []],
    ['Started', 2_000, ['relay'], []],
    ['ScoreReady', 5_000, ['relay', 'event', 'local'], ['1102']],
    ['Validated', 5_000, ['event'], ['1103']],
  ]);
  expect(path.map(({ tookMs }) => tookMs)).toEqual([null, 1_000, 3_000, 0]);
});

it('tells an abort after a deadline from one by validation, if the reason does', () => {
  const transitions = steps('ScoreReady', 'EndAborted');
  expect(taskPath({ transitions, abortReason: 'CreatorValidationTimeout' })[1]?.via).toEqual(['abort']);
  expect(taskPath({ transitions, abortReason: 'IncorrectResult' })[1]?.actors).toEqual(['application']);
});

it('highlights no edge that the network does not have', () => {
  const path = taskPath({ transitions: steps('Queued', 'ScoreReady'), abortReason: 'None' });
  expect(path[1]).toMatchObject({ from: 'Queued', actors: [], via: [] });
  expect(takenEdges(path).size).toBe(0);
});
