import { describe, expect, it } from 'vitest';
import { chainProgressLine, progressLine } from './progress.ts';

const NODE = `0x${'Ab'.repeat(20)}`;
const TASK = `0x${'12'.repeat(32)}`;
const context = { titles: new Map([[TASK, 'haiku']]), names: new Map([[NODE.toLowerCase(), 'ada']]), elapsedMs: 3_210 };
const event = (type: string, args: object) => ({ id: 1, type, nodeAddress: NODE, commitment: TASK, args: JSON.stringify(args) });

describe('progressLine', () => {
  it('shows time, task, title, state, node and score', () => {
    const line = progressLine(
      event('TaskScoreReady', { task_id_commitment: TASK, selected_node: NODE, score: '0xabcd' }),
      context,
    );
    expect(line?.split(/ {2,}/)).toEqual(['', '3.2 s', '0x1212…1212', 'haiku', 'ScoreReady', 'ada', 'score 0xabcd']);
  });

  it('names nodes that join, leave and are slashed', () => {
    expect(progressLine(event('NodeSlashed', {}), context)).toContain('ada was slashed');
    expect(progressLine(event('NodeJoin', {}), context)).toContain('ada joined');
  });

  it('ignores unknown events', () => {
    expect(progressLine(event('SomethingNew', {}), context)).toBeNull();
  });
});

describe('chainProgressLine', () => {
  const of = (name: string, fields: object = {}) =>
    chainProgressLine({ name, commitment: `0x${'12'.repeat(32)}`, node: null, score: null, ...fields }, context);

  it("shows the contracts' events", () => {
    expect(of('TaskScoreReady', { node: NODE, score: '0xabcd' })?.split(/ {2,}/)).toEqual([
      '',
      '3.2 s',
      '0x1212…1212',
      'haiku',
      'ScoreReady',
      'ada',
      'score 0xabcd',
    ]);
    expect(of('TaskEndGroupRefund')).toContain('EndGroupRefund');
    expect(of('TaskQueued')).toContain('Queued');
    expect(of('NodeSlashed', { commitment: null, node: NODE })).toContain('ada was slashed');
  });

  it('ignores events that contain nothing new', () => {
    expect([of('DownloadModel'), of('TaskParametersUploaded')]).toEqual([null, null]);
  });
});
