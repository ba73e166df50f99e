import { describe, expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import { commitmentOf, OTHER, SELF } from '../testing/remote-task.ts';
import { caseOf, collectorRig, OWN, recordTask, TASK } from './testing/collector-rig.ts';
import { event, fakeNetwork, NOW, nodeInfo, slashEvent } from './testing/evidence.ts';

const [B, C] = [commitmentOf(2), commitmentOf(3)];
const THEIRS: Hex = `0x${'aa'.repeat(32)}`;

describe('the group of a case', () => {
  const scored = (id: Hex) => event('TaskScoreReady', id, { selected_node: OTHER, score: THEIRS });
  const byTask: Readonly<Record<string, readonly RelayEvent[]>> = {
    [B]: [scored(B), event('TaskValidated', B)],
    [C]: [scored(C), event('TaskEndGroupRefund', C)],
    [TASK]: [event('TaskEndInvalidated', TASK)],
  };
  const eventsOfTask = async (id: string) => byTask[id] ?? [];
  const around = async () =>
    [...(byTask[B] ?? []), ...(byTask[C] ?? []), ...(byTask[TASK] ?? [])].filter((e) => e.type !== 'TaskScoreReady');

  it('is inferred from the events next to ours if the table then explains what happened', async () => {
    const one = collectorRig(fakeNetwork({ eventsOfTask, eventsAround: around }));
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    one.collector.onTask(TASK);
    await one.collector.completeAll();
    const group = caseOf(one)?.group;
    expect(group?.members.map(({ commitment, score, knownBy }) => [commitment, score, knownBy])).toEqual([
      [TASK, OWN, 'self'],
      [B, THEIRS, 'events'],
      [C, THEIRS, 'events'],
    ]);
    expect(group?.rules).toMatchObject({ row: 'AAB', lawful: 'EndInvalidated', explained: true });
    expect(caseOf(one)?.fault).toMatchObject({ code: 'minorityScore', certainty: 'certain' });
  });

  it('is not claimed if more than one pair, or none, would explain it', async () => {
    const D = commitmentOf(4);
    const twice: TrustNetwork['eventsOfTask'] = async (id) =>
      id === D ? [scored(D), event('TaskEndGroupRefund', D)] : (byTask[id] ?? []);
    const ambiguous = collectorRig(
      fakeNetwork({ eventsOfTask: twice, eventsAround: async () => [...(await around()), event('TaskEndGroupRefund', D)] }),
    );
    const unlike = collectorRig(
      fakeNetwork({
        eventsAround: around,
        eventsOfTask: async (id) =>
          id === C
            ? [event('TaskScoreReady', C, { selected_node: OTHER, score: OWN }), ...(byTask[C] ?? []).slice(1)]
            : (byTask[id] ?? []),
      }),
    );
    for (const one of [ambiguous, unlike]) {
      recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
      one.collector.onTask(TASK);
      await one.collector.completeAll();
      expect(caseOf(one)).toMatchObject({ group: null, complete: true, fault: { certainty: 'presumed' } });
    }
  });

  it('is given by a slash’s evidence, completed by events', async () => {
    const one = collectorRig(fakeNetwork({ eventsOfTask, nodeInfo: async () => nodeInfo({ status: 'Quit' }) }));
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    const evidence = {
      task_snapshots: [
        { task_id_commitment: B, selected_node: OTHER, score: THEIRS, status: 11, start_time: '2026-01-01T00:00:00Z' },
      ],
      node_snapshots: [{ address: SELF, gpu_name: 'NVIDIA GeForce RTX 4090+Linux', gpu_vram: 24, qos_score: 5 }],
      validation_context: { reason: 'minority', task_id_commitments: [TASK, B, C] },
    };
    one.collector.onNodeEvent(slashEvent(TASK, { evidence }));
    await one.collector.completeAll();
    const group = caseOf(one)?.group;
    expect(group?.members.map(({ commitment, status, end, knownBy }) => [commitment, status, end, knownBy])).toEqual([
      [TASK, 'ScoreReady', 'EndInvalidated', 'self'],
      [B, 'ScoreReady', 'GroupValidated', 'evidence'],
      [C, 'ScoreReady', 'EndGroupRefund', 'evidence'],
    ]);
    expect(group?.rules).toMatchObject({ row: 'AAB', explained: true });
    expect(caseOf(one)?.groupNodes).toMatchObject([{ address: SELF, self: true, gpuVramGib: 24, qosLong: 5 }]);
  });

  it('that should not have been invalidated is the network’s fault if the network itself named it', async () => {
    const same = async (id: string) =>
      (byTask[id] ?? []).map((e) =>
        e.type === 'TaskScoreReady' ? event(e.type, e.commitment, { selected_node: OTHER, score: OWN }) : e,
      );
    const one = collectorRig(fakeNetwork({ eventsOfTask: same, eventsAround: around }));
    recordTask(one, { status: 'EndInvalidated', validatedTimeMs: NOW });
    const evidence = { validation_context: { task_id_commitments: [TASK, B, C] } };
    one.collector.onNodeEvent(slashEvent(TASK, { evidence }));
    await one.collector.completeAll();
    expect(caseOf(one)).toMatchObject({
      fault: { code: 'againstTheTable', party: 'network' },
      group: { rules: { row: 'AAA', lawful: 'EndGroupRefund', explained: false } },
    });
  });
});
