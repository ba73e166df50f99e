import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupMember } from '../../contract/trust.ts';
import type { Hex } from '../../protocol/hex.ts';
import { type GroupTask, validateGroup } from '../../protocol/tasks/group-validation.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import { readRelayRecordings } from '../../protocol/testing/relay-recordings.ts';
import { relayEventSchema } from '../../protocol/wire/event.ts';
import { readEventArgs } from '../../protocol/wire/event-args.ts';
import { commitmentOf, OTHER, SELF } from '../testing/remote-task.ts';
import { fault } from './fault.ts';
import { candidatePairs, memberFromEvents, membersFromEvidence, nodesFromEvidence } from './group-members.ts';
import { groupRules } from './group-rules.ts';
import { faultAfterGroup } from './investigate.ts';
import { event, member, slashEvent } from './testing/evidence.ts';

const [A, B, C] = [commitmentOf(1), commitmentOf(2), commitmentOf(3)];
const text = (letter: string): Hex => `0x${letter.repeat(64)}`;
const self = (changes: Partial<GroupMember> = {}) =>
  member(A, { self: true, node: SELF, score: text('b'), end: 'EndInvalidated', knownBy: 'self', ...changes });
const others = (): GroupMember[] => [
  member(B, { score: text('a'), end: 'GroupValidated' }),
  member(C, { score: text('a'), end: 'EndGroupRefund' }),
];

describe('the table applied to a known group', () => {
  it('AAB: the network was right, and the fault is certain', () => {
    const rules = groupRules({ taskType: 'Llm', members: [self(), ...others()], distanceThreshold: null });
    expect(rules).toMatchObject({ row: 'AAB', lawful: 'EndInvalidated', explained: true, deviations: [], thresholds: null });
    expect(rules?.distances).toEqual([
      { commitment: B, bits: null },
      { commitment: C, bits: null },
    ]);
    const group = { members: [], rules };
    expect(faultAfterGroup(fault('minorityScore'), group)).toMatchObject({ party: 'thisNode', certainty: 'certain' });
  });

  it('AAE: an error report against two equal scores', () => {
    const reported = self({ status: 'ErrorReported', score: null });
    expect(groupRules({ taskType: 'Llm', members: [reported, ...others()], distanceThreshold: null })).toMatchObject({
      row: 'AAE',
      lawful: 'EndInvalidated',
      explained: true,
    });
  });

  it('AEE: outvoted by two error reports, for which nobody is proven to be at fault', () => {
    const errors = [B, C].map((id) => member(id, { status: 'ErrorReported', score: null, end: 'EndAborted' }));
    const rules = groupRules({ taskType: 'Llm', members: [self(), ...errors], distanceThreshold: null });
    expect(rules).toMatchObject({ row: 'AEE', lawful: 'EndInvalidated', explained: true });
    expect(faultAfterGroup(fault('minorityScore'), { members: [], rules })).toMatchObject({
      code: 'outvotedByErrors',
      party: 'undetermined',
    });
  });

  it('equal scores but invalidated: the network deviated from the table', () => {
    const rules = groupRules({ taskType: 'Llm', members: [self({ score: text('a') }), ...others()], distanceThreshold: null });
    expect(rules).toMatchObject({ row: 'AAA', explained: false });
    expect(faultAfterGroup(fault('minorityScore'), { members: [], rules })).toMatchObject({
      code: 'againstTheTable',
      party: 'network',
    });
  });

  it('no verdict on a group with unknown members', () => {
    const given = (members: GroupMember[]) => groupRules({ taskType: 'Llm', members, distanceThreshold: null });
    expect(given([self(), ...others().slice(1)])).toBeNull();
    expect(given([self(), member(B, { end: null }), member(C)])).toBeNull();
    expect(given([self(), member(B, { score: null }), member(C)])).toBeNull();
    expect(given([self(), member(B, { status: null }), member(C)])).toBeNull();
    expect(faultAfterGroup(fault('minorityScore'), null)).toMatchObject({ certainty: 'presumed' });
  });
});

describe('images, whose distance threshold the network does not publish', () => {
  // One block each; B and C are 4 bits apart, A and B 12, A and C 16.
  const bits = (n: number): Hex => `0x${((1n << BigInt(n)) - 1n).toString(16).padStart(16, '0')}`;
  const image = [
    self({ score: bits(16) }),
    member(B, { score: bits(4), end: 'GroupValidated', executionMs: 10 }),
    member(C, { score: bits(0), end: 'EndGroupRefund', executionMs: 20 }),
  ];

  it('reports the number of different bits, and which thresholds explain the outcome', () => {
    const rules = groupRules({ taskType: 'StableDiffusion', members: image, distanceThreshold: null });
    expect(rules).toMatchObject({ row: 'AAB', explained: true, thresholds: { from: 5, to: 12 } });
    expect(rules?.distances).toEqual([
      { commitment: B, bits: 12 },
      { commitment: C, bits: 16 },
    ]);
  });

  it('a known threshold decides', () => {
    const at = (distanceThreshold: number) =>
      groupRules({ taskType: 'StableDiffusion', members: image, distanceThreshold })?.explained;
    expect([at(4), at(5), at(12), at(13)]).toEqual([false, true, true, false]);
  });
});

describe('whatever the table decides is explained', () => {
  const scored = fc.constantFrom('a', 'b', 'c').map((letter) => ({ status: 'ScoreReady' as const, score: text(letter) }));
  const task = fc.oneof(
    scored,
    fc.constant({ status: 'ErrorReported' as const, score: null }),
    fc.constant({ status: 'EndAborted' as const, score: null }),
  );
  it('for any group of texts, with or without known ranks', () => {
    fc.assert(
      fc.property(fc.tuple(task, task, task), fc.boolean(), fc.nat(2), (tasks, timed, own) => {
        const ids = [A, B, C] as const;
        const group = tasks.map((one, i): GroupTask => ({ id: ids[i] ?? A, ...one })) as [GroupTask, GroupTask, GroupTask];
        const { next, row } = validateGroup({ taskType: 'Llm', distanceThreshold: 1, tasks: group });
        const members = group.map(({ id, status, score }, i) =>
          member(id as Hex, {
            self: i === own,
            status: status as GroupMember['status'],
            score,
            end: next[id] as TaskStatus,
            executionMs: timed ? i : null,
          }),
        );
        const rules = groupRules({ taskType: 'Llm', members, distanceThreshold: null });
        expect(rules).toMatchObject({ row, explained: true, lawful: next[ids[own] ?? A] });
      }),
    );
  });
});

describe('members from a slash’s evidence', () => {
  const snapshots = [
    { task_id_commitment: A, selected_node: SELF, score: text('b'), status: 7 },
    {
      task_id_commitment: B,
      selected_node: OTHER,
      score: text('a'),
      status: 11,
      start_time: '2026-01-01T00:00:00Z',
      score_ready_time: '2026-01-01T00:00:07Z',
    },
  ];
  const evidence = (value: object) => readEventArgs(slashEvent(A, { evidence: value }), 'NodeSlashed')?.evidence;

  it('reads snapshots, and lists members without one', () => {
    const read = evidence({ task_snapshots: snapshots, validation_context: { task_id_commitments: [A, B, C] } });
    const members = membersFromEvidence(read ?? {}, { commitment: A, node: SELF });
    expect(members).toMatchObject([
      { commitment: A, self: true, score: text('b'), end: 'EndInvalidated' },
      { commitment: B, node: OTHER, status: 'ScoreReady', end: 'GroupValidated', executionMs: 7_000, knownBy: 'evidence' },
      { commitment: C, node: null, status: null, score: null, end: null },
    ]);
  });

  it('reads what it can from evidence of a different shape, and never rejects the slash because of it', () => {
    for (const strange of [
      {},
      { task_snapshots: 'none' },
      { task_snapshots: [{ status: 99, score: 7 }] },
      { validation_context: 1 },
    ]) {
      expect(evidence(strange)).toBeDefined();
      expect(membersFromEvidence(evidence(strange) ?? {}, { commitment: A, node: SELF })).toBeNull();
    }
    expect(readEventArgs(slashEvent(A, { evidence: 'x' }), 'NodeSlashed')).toMatchObject({ amount: 400n });
    expect(readEventArgs({ ...slashEvent(A), args: 'no json' }, 'NodeSlashed')).toBeNull();
  });
});

describe('evidence from the real relay', () => {
  const recorded = readRelayRecordings().find(({ key }) => key === 'GET /v1/events')?.exchanges ?? [];
  const rows = recorded.flatMap(({ status, body }) => (status === 200 ? ((body as { data: unknown[] | null }).data ?? []) : []));
  const slashes = new Map(
    rows
      .flatMap((row) => relayEventSchema.safeParse(row).data ?? [])
      .filter(({ type }) => type === 'NodeSlashed')
      .map((slash) => [slash.id, slash]),
  );

  it('was recorded', () => {
    expect(slashes.size).toBeGreaterThanOrEqual(2);
  });

  it.each([...slashes.values()])('of event $id contains tasks, scores, and their nodes', (slash) => {
    const evidence = readEventArgs(slash, 'NodeSlashed')?.evidence ?? expect.fail('no evidence');
    const raw = JSON.parse(slash.args).evidence;
    expect(raw.task_snapshots[0]).not.toHaveProperty('selected_node');
    const self = { commitment: slash.commitment ?? '', node: slash.nodeAddress };
    const members = membersFromEvidence(evidence, self) ?? [];
    expect(members.map(({ commitment, score, node }) => [commitment, score, node])).toEqual(
      raw.task_snapshots.map((task: { task_id_commitment: string; score: string }, i: number) => [
        ...[task.task_id_commitment, task.score, raw.node_snapshots[i].address],
      ]),
    );
    expect(members.map(({ status, end }) => [status, end])).toEqual(Array(3).fill(['ScoreReady', null]));
    expect(members.filter((one) => one.self)).toMatchObject([{ commitment: self.commitment, node: self.node }]);
    for (const { executionMs } of members) expect(executionMs).toBeGreaterThan(0);
    const nodes = nodesFromEvidence(evidence, self.node.toLowerCase());
    expect(nodes.filter((node) => node.self).map(({ address }) => address)).toEqual([self.node]);
    for (const [i, node] of nodes.entries()) {
      const { models, ...rest } = raw.node_snapshots[i];
      expect(node).toEqual({
        address: rest.address,
        self: rest.address === self.node,
        gpuName: rest.gpu_name,
        gpuVramGib: rest.gpu_vram,
        version: '3.5.0',
        stakeWei: rest.operator_stake_amount,
        delegatedWei: rest.delegated_staking_amount,
        delegators: rest.delegator_count,
        qosLong: rest.qos_score,
        health: rest.health_base,
        healthAtMs: Date.parse(rest.health_updated_at),
        models: models.map((model: { model_id: string; in_use: boolean }) => ({ id: model.model_id, inUse: model.in_use })),
      });
    }
  });

  it('assigns no task to a node by order alone if this node would get another one’s task', () => {
    const slash = [...slashes.values()][0] ?? expect.fail();
    const evidence = readEventArgs(slash, 'NodeSlashed')?.evidence ?? expect.fail();
    const nodes = evidence.node_snapshots?.toReversed().map((node, i) => (i === 1 ? { ...node, address: OTHER } : node)) ?? [];
    const self = { commitment: slash.commitment ?? '', node: slash.nodeAddress };
    const members = membersFromEvidence({ ...evidence, node_snapshots: nodes }, self);
    expect(members?.map(({ node }) => node)).toEqual([null, null, null]);
    const fewer = membersFromEvidence({ ...evidence, node_snapshots: nodes.slice(1) }, self);
    expect(fewer?.map(({ node }) => node)).toEqual([null, null, null]);
  });

  it('may contain part of a node, or nonsense', () => {
    const read = (value: object) => readEventArgs(slashEvent(A, { evidence: value }), 'NodeSlashed')?.evidence ?? {};
    const bare = { gpuName: null, version: null, stakeWei: null, qosLong: null, healthAtMs: null, models: [] };
    expect(nodesFromEvidence(read({ node_snapshots: [{ address: SELF, gpu_vram: 'x', models: null }] }), SELF)).toMatchObject([
      { address: SELF, self: true, gpuVramGib: null, ...bare },
    ]);
    expect(nodesFromEvidence(read({ node_snapshots: 'none' }), SELF)).toEqual([]);
    expect(nodesFromEvidence(read({}), SELF)).toEqual([]);
  });
});

describe('members from public events', () => {
  it('a member’s state is that of its events at the validation, not later', () => {
    const events = [
      event('TaskStarted', B, {}, { nodeAddress: OTHER }),
      event('TaskScoreReady', B, { selected_node: OTHER, score: text('a') }),
      event('TaskValidated', B),
      event('TaskEndAborted', B, { abort_issuer: OTHER, last_status: 6, abort_reason: 9 }),
      event('TaskScoreReady', C, { selected_node: OTHER, score: text('c') }),
    ];
    expect(memberFromEvents(B, events)).toMatchObject({
      node: OTHER,
      status: 'ScoreReady',
      score: text('a'),
      end: 'GroupValidated',
      knownBy: 'events',
    });
    const aborted = [event('TaskEndAborted', B, { abort_issuer: OTHER, last_status: 1, abort_reason: 1 })];
    expect(memberFromEvents(B, aborted)).toMatchObject({ status: 'EndAborted', end: 'EndAborted' });
    expect(memberFromEvents(B, [])).toMatchObject({ status: null, end: null });
  });

  it('a winner and an equal one next to our invalidation, with the slash’s own events in between', () => {
    const window = [
      event('TaskScoreReady', commitmentOf(9)),
      event('TaskValidated', B),
      event('TaskEndInvalidated', A),
      event('NodeQuit', null),
      event('TaskEndAborted', commitmentOf(8), { abort_issuer: OTHER, last_status: 1, abort_reason: 10 }),
      event('NodeSlashed', A),
      event('TaskEndGroupRefund', C),
      event('TaskStarted', commitmentOf(7)),
      event('TaskEndGroupRefund', commitmentOf(6)),
    ];
    expect(candidatePairs(window.toReversed(), { commitment: A, node: SELF })).toEqual([[B, C]]);
  });

  it('every possible pair if validations are adjacent, nearest first', () => {
    const window = [
      event('TaskValidated', commitmentOf(9)),
      event('TaskValidated', B),
      event('TaskEndInvalidated', A),
      event('TaskEndGroupRefund', C),
    ];
    expect(candidatePairs(window, { commitment: A, node: SELF })).toEqual([
      [B, C],
      [commitmentOf(9), C],
    ]);
  });

  it('two reported errors; nothing without our own event', () => {
    const errors = [B, C].map((id) => event('TaskEndAborted', id, { abort_issuer: OTHER, last_status: 3, abort_reason: 3 }));
    const own = event('TaskEndInvalidated', A);
    expect(candidatePairs([...errors, own], { commitment: A, node: SELF })).toEqual([[C, B]]);
    expect(candidatePairs(errors, { commitment: A, node: SELF })).toEqual([]);
  });
});
