import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChainStakeView, LastWord, LifeView } from '../life.ts';
import type { WorkerState } from '../profiles.ts';
import { NODE_STATES, type NodeView, nodeViewSchema, WANTED } from '../worker-channel.ts';
import { CONTROL_RECIPIENT, type Control } from './controls.ts';
import { LIFE_STATES } from './life-state.ts';
import { nodeTruth, type TruthFacts, trayState } from './node-truth.ts';
import { type Connection, HERE } from './reach.ts';

const NOW = 1_000_000;
const error = { code: 'X', message: 'x', data: {} };
const RUNNING: WorkerState = { kind: 'running', pid: 1, sinceMs: 0 };

function node(part: Partial<NodeView> = {}): NodeView {
  return nodeViewSchema.parse({
    ...{ revision: 1, address: `0x${'11'.repeat(20)}`, state: 'running', message: '', engine: 'ready', currentTask: null },
    ...{ relay: 'reachable', relayBalanceWei: null, error: null, wanted: 'running' },
    chain: { kind: 'reachable', sinceMs: 0 },
    ...part,
  });
}

const stake = (part: Partial<ChainStakeView> = {}): ChainStakeView => ({
  ...{ status: 'Staked', balanceWei: '400', creditsWei: '5', readMs: NOW - 1_000, doubt: null },
  ...part,
});
const held = node().gpu;
const refusing = {
  ...{ report: { reportedName: 'C', reportedVramGib: 8 }, uuids: [], sample: null, problem: null, selfTest: null },
  acceptance: { accept: false, reasons: [] },
} satisfies NonNullable<typeof held>;

describe('a node in one word', () => {
  it.each<[string, string, WorkerState, NodeView | null]>([
    ['stopped', 'neutral', { kind: 'stopped' }, null],
    ['locked', 'warn', { kind: 'locked' }, null],
    ['restarting', 'bad', { kind: 'backoff', failures: 1, retryAtMs: 0, error }, null],
    ['failed', 'bad', { kind: 'failed', error }, null],
    ['starting', 'info', RUNNING, null],
    ['starting', 'info', RUNNING, node({ state: 'starting', life: { kind: 'joining' } })],
    ['notCleared', 'warn', RUNNING, node({ state: 'starting', life: { kind: 'notCleared' } })],
    ['staking', 'info', RUNNING, node({ state: 'starting', life: { kind: 'staking', targetWei: '1', transaction: null } })],
    ['awaitingStake', 'info', RUNNING, node({ state: 'starting', life: { kind: 'awaitingStake' } })],
    ['waiting', 'good', RUNNING, node({ life: { kind: 'member' } })],
    ['executing', 'good', RUNNING, node({ currentTask: '0x1' })],
    ['cutOff', 'bad', RUNNING, node({ relay: 'unreachable' })],
    ['cutOff', 'bad', RUNNING, node({ relay: 'unreachable', currentTask: '0x1' })],
    ['held', 'warn', RUNNING, node({ state: 'paused', gpu: refusing })],
    ['paused', 'warn', RUNNING, node({ state: 'paused', gpu: refusing, wanted: 'paused' })],
    ['pausing', 'warn', RUNNING, node({ state: 'pausing', currentTask: '0x1', wanted: 'paused' })],
    ['leaving', 'info', RUNNING, node({ state: 'pausing', life: { kind: 'leaving', transaction: null }, wanted: 'unstaked' })],
    ['returning', 'info', RUNNING, node({ state: 'stopped', life: { kind: 'returning', forceFromMs: 5 }, wanted: 'unstaked' })],
    ['out', 'neutral', RUNNING, node({ state: 'stopped', life: { kind: 'out' }, wanted: 'unstaked' })],
    ['dropped', 'bad', RUNNING, node({ state: 'stopped', life: { kind: 'dropped' } })],
    ['slashed', 'bad', RUNNING, node({ state: 'slashed' })],
    ['kickedOut', 'bad', RUNNING, node({ state: 'kickedOut' })],
    ['stopping', 'info', { kind: 'stopping', sinceMs: 0 }, node({ currentTask: '0x1' })],
  ])('%s, %s', (life, tone, worker, told) => {
    expect(nodeTruth({ worker, node: told, nowMs: NOW })).toMatchObject({ life, tone, lastLife: life });
  });
});

describe('the stake', () => {
  const of = (part: Partial<NodeView>, last: ChainStakeView | null = null) =>
    nodeTruth({ worker: RUNNING, node: node(part), lastStake: last, nowMs: NOW }).stake;

  it('is where the chain and the network report it', () => {
    expect(of({ stake: stake() })).toMatchObject({ kind: 'staked', wei: 405n, isOld: false });
    expect(of({ stake: stake({ doubt: 'kickedOut' }) }).kind).toBe('dueBack');
    expect(of({ stake: stake({ doubt: 'slashed' }) }).kind).toBe('slashed');
    expect(of({ state: 'slashed', stake: stake({ status: 'Unstaked', balanceWei: '0', creditsWei: '0' }) }).kind).toBe('slashed');
    expect(of({ stake: stake({ status: 'Unstaked' }) })).toMatchObject({ kind: 'notStaked', wei: 0n });
    expect(of({ stake: stake({ status: 'PendingUnstaked' }), life: { kind: 'returning', forceFromMs: 7 } })).toMatchObject({
      ...{ kind: 'returning', forceFromMs: 7, wei: 405n },
    });
  });

  it('is unknown before it was read, and none if the network keeps none', () => {
    expect(of({}).kind).toBe('unknown');
    expect(of({ chain: { kind: 'none', sinceMs: null } }).kind).toBe('none');
  });

  it('becomes outdated if it is not read again, and is remembered for a node that does not answer', () => {
    expect(of({ stake: stake({ readMs: NOW - 120_001 }) })).toMatchObject({ kind: 'staked', isOld: true });
    const stopped = nodeTruth({ worker: { kind: 'stopped' }, node: null, lastStake: stake({ readMs: 0 }), nowMs: NOW });
    expect(stopped.stake).toMatchObject({ kind: 'staked', wei: 405n, isOld: true, readMs: 0 });
    // A view of a process that is gone counts for nothing.
    expect(nodeTruth({ worker: { kind: 'stopped' }, node: node({ stake: stake() }), nowMs: NOW }).stake.kind).toBe('unknown');
  });
});

describe('each fact has its age', () => {
  const of = (facts: Partial<TruthFacts>) => nodeTruth({ worker: RUNNING, node: node(), nowMs: NOW, ...facts });
  const word = (part: Partial<LastWord> = {}): LastWord => ({ barred: null, relayBalance: null, ...part });
  const stopped = { worker: { kind: 'stopped' }, node: null } as const;

  it('the balance: fresh while the relay answers, old when it does not, from the records if the node is not running', () => {
    expect(of({ node: node({ relayBalanceWei: '7' }) }).balance).toEqual({ wei: 7n, readMs: null, isOld: false });
    expect(of({ node: node({ relayBalanceWei: '7', relay: 'unreachable', relaySinceMs: 5 }) }).balance).toEqual({
      ...{ wei: 7n, readMs: 5, isOld: true },
    });
    expect(of({ node: node({ relayBalanceWei: '7' }), connection: { kind: 'noNode', sinceMs: 1 } }).balance?.isOld).toBe(true);
    const onRecord = word({ relayBalance: { wei: '9', readMs: NOW - 90_001 } });
    expect(of({ ...stopped, lastWord: onRecord }).balance).toEqual({ wei: 9n, readMs: NOW - 90_001, isOld: true });
    expect(of({ ...stopped, lastWord: word() }).balance).toBeNull();
  });

  it('a slash and a kick-out are known from the records of a node that is not running', () => {
    const read = stake({ status: 'Unstaked', balanceWei: '0', creditsWei: '0' });
    const slashed = of({ ...stopped, lastStake: read, lastWord: word({ barred: 'slashed' }) });
    expect(slashed).toMatchObject({ life: 'stopped', barred: 'slashed', stake: { kind: 'slashed' }, controls: ['start'] });
    expect(slashed.promises).toEqual([]);
    expect(of({ ...stopped, lastStake: stake(), lastWord: word({ barred: 'kickedOut' }) })).toMatchObject({
      ...{ barred: 'kickedOut', stake: { kind: 'dueBack' } },
    });
    // A live node takes precedence: the recorded bar may have been lifted.
    expect(of({ lastWord: word({ barred: 'slashed' }) }).barred).toBeNull();
  });

  it('a card that was not read for a minute does not count as ready', () => {
    const gpu = (atMs: number) => ({ ...refusing, acceptance: { accept: true, reasons: [] }, sample: { atMs, cards: [] } });
    expect(of({ node: node({ gpu: gpu(NOW - 1_000) }) })).toMatchObject({ card: 'ready', reading: { isOld: false } });
    expect(of({ node: node({ gpu: gpu(NOW - 60_001) }) })).toMatchObject({
      ...{ card: 'unreadable', reading: { isOld: true, readMs: NOW - 60_001 } },
    });
  });
});

describe('what does not answer', () => {
  const idle = node({ stake: stake(), life: { kind: 'member' } });
  const seen = (part: Partial<TruthFacts>) => nodeTruth({ worker: RUNNING, node: idle, nowMs: NOW, ...part });

  it('looks different for each: connection, process, relay, chain', () => {
    const program = seen({ connection: { kind: 'noProgram', sinceMs: 5 } });
    expect(program).toMatchObject({ life: 'unknown', lastLife: 'waiting', tone: 'neutral', oldSinceMs: 5, controls: [] });
    const own = seen({ connection: { kind: 'noNode', sinceMs: 6 } });
    expect(own).toMatchObject({ life: 'waiting', tone: 'neutral', oldSinceMs: 6, controls: ['stop'] });
    const worker = seen({ worker: { kind: 'backoff', failures: 1, retryAtMs: 9, error } });
    expect(worker).toMatchObject({ life: 'restarting', tone: 'bad', controls: ['start', 'stop'] });
    const relay = seen({ node: node({ relay: 'unreachable', relaySinceMs: 7 }) });
    expect(relay).toMatchObject({ life: 'cutOff', tone: 'bad', relay: { kind: 'silent', sinceMs: 7 } });
    const chain = seen({ node: node({ chain: { kind: 'unreachable', sinceMs: 8 } }) });
    expect(chain).toMatchObject({ life: 'waiting', tone: 'good', chain: { kind: 'silent', sinceMs: 8 } });
  });
});

const WORKERS: readonly WorkerState[] = [
  ...([{ kind: 'stopped' }, { kind: 'locked' }, { kind: 'starting', sinceMs: 0 }, RUNNING] as const),
  ...([
    { kind: 'stopping', sinceMs: 0 },
    { kind: 'failed', error },
  ] as const),
  { kind: 'backoff', failures: 1, retryAtMs: 0, error },
];
const LIVES: readonly (LifeView | null)[] = [
  ...([null, { kind: 'checking' }, { kind: 'notCleared' }, { kind: 'awaitingStake' }, { kind: 'joining' }] as const),
  ...([{ kind: 'member' }, { kind: 'dropped' }, { kind: 'out' }, { kind: 'returning', forceFromMs: 1 }] as const),
  ...([
    { kind: 'staking', targetWei: '1', transaction: null },
    { kind: 'leaving', transaction: null },
  ] as const),
  ...([
    { kind: 'barred', why: 'slashed', rejoinsMs: null },
    { kind: 'barred', why: 'kickedOut', rejoinsMs: 9 },
  ] as const),
];
const CONNECTIONS: readonly Connection[] = [HERE, { kind: 'noProgram', sinceMs: 1 }, { kind: 'noNode', sinceMs: null }];
const STAKES: readonly (ChainStakeView | null)[] = [
  ...[null, stake(), stake({ doubt: 'slashed' }), stake({ doubt: 'kickedOut' }), stake({ readMs: 0 })],
  ...[stake({ status: 'PendingUnstaked' }), stake({ status: 'Unstaked', balanceWei: '0', creditsWei: '0' })],
];
const aNode = fc
  .record({
    state: fc.constantFrom(...NODE_STATES),
    life: fc.constantFrom(...LIVES),
    stake: fc.constantFrom(...STAKES),
    wanted: fc.constantFrom(...WANTED, null),
    relay: fc.constantFrom('unknown', 'reachable', 'unreachable'),
    chain: fc.constantFrom('none', 'unknown', 'reachable', 'unreachable').map((kind) => ({ kind, sinceMs: null })),
    currentTask: fc.constantFrom(null, '0x1'),
    engine: fc.constantFrom('stopped', 'starting', 'ready', 'backoff', 'stopping'),
    gpu: fc.constantFrom(null, refusing),
  })
  .map((part) => node(part as Partial<NodeView>));
const someFacts = fc.record({
  worker: fc.constantFrom(...WORKERS),
  node: fc.option(aNode),
  lastStake: fc.constantFrom(...STAKES),
  lastWord: fc.constantFrom<LastWord | null>(
    null,
    { barred: 'slashed', relayBalance: { wei: '1', readMs: 0 } },
    { barred: 'kickedOut', relayBalance: { wei: '1', readMs: NOW } },
  ),
  connection: fc.constantFrom(...CONNECTIONS),
  nowMs: fc.constant(NOW),
});

/** What the program and the node accept: host/supervisor, worker/node; see also host/supervisor/supervisor.test.ts. */
function works(control: Control, { worker, node: told }: TruthFacts): boolean {
  switch (control) {
    case 'start':
      return worker.kind === 'stopped' || worker.kind === 'failed' || worker.kind === 'backoff';
    case 'unlock':
      return worker.kind === 'locked';
    case 'stop':
      return worker.kind === 'starting' || worker.kind === 'running' || worker.kind === 'backoff';
    case 'pause':
    case 'resume':
    case 'rejoin':
      return worker.kind === 'running' && told != null && told.state !== 'stopping';
  }
}

describe('in every state', () => {
  const always = (check: (facts: TruthFacts) => void) => fc.assert(fc.property(someFacts, check), { numRuns: 5_000 });

  it('every offered control works, and there is no dead end', () => {
    always((facts) => {
      const truth = nodeTruth(facts);
      expect(LIFE_STATES).toContain(truth.life);
      for (const control of truth.controls) expect([control, works(control, facts)]).toEqual([control, true]);
      // Removable only if the program would remove it: host/rpc/profiles.ts.
      if (truth.isRemovable) expect(['stopped', 'failed', 'locked']).toContain(facts.worker.kind);
      if (truth.waits === 'host') expect(truth.controls.length).toBeGreaterThan(0);
      if (truth.connection.kind === 'noNode')
        for (const control of truth.controls) expect(CONTROL_RECIPIENT[control]).toBe('program');
    });
  });

  it('no promise is broken', () => {
    always((facts) => {
      const { promises, stake: where, task, life } = nodeTruth(facts);
      if (promises.includes('finishesTask')) expect(task).not.toBeNull();
      if (!promises.includes('stakeStays')) return;
      expect(where.kind).toBe('staked');
      expect(nodeTruth(facts).barred).not.toBe('slashed');
      expect(['leaving', 'returning', 'out', 'slashed', 'kickedOut', 'dropped', 'unknown']).not.toContain(life);
    });
  });

  it('outdated facts say since when, or that there is no contact', () => {
    always((facts) => {
      const { stake: where, balance, reading, connection, relay } = nodeTruth(facts);
      for (const aged of [where, balance, reading]) {
        if (aged === null || !('isOld' in aged) || !aged.isOld) continue;
        expect(aged.readMs !== null || connection.kind !== 'here' || relay.kind === 'silent').toBe(true);
      }
    });
  });

  it('green is only what was just reported by a node that the network reaches', () => {
    always((facts) => {
      const { tone, connection, relay, life } = nodeTruth(facts);
      if (connection.kind !== 'here') expect(tone).toBe('neutral');
      if (connection.kind === 'noProgram') expect(life).toBe('unknown');
      if (tone === 'good') expect([facts.worker.kind, relay.kind === 'silent']).toEqual(['running', false]);
      expect(trayState([nodeTruth(facts)]) === 'attention').toBe(tone === 'bad' || life === 'locked' || life === 'notCleared');
    });
  });
});
