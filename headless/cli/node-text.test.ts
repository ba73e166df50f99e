import { describe, expect, it } from 'vitest';
import { type ProfileView, profileSchema, type WorkerState } from '../../contract/profiles.ts';
import { nodeViewSchema } from '../../contract/worker-channel.ts';
import { chooseProfile } from './ask-program.ts';
import { findingText, isHealthy, reportFindings } from './commands/doctor.ts';
import { nodeFacts, nodeText, shortHex, stateText, table, timeOutText, withTransactionUrl } from './node-text.ts';

const ADDRESS = '0x627306090abaB3A6e1400e9345bC60c78a8BEf57';
const profile = profileSchema.parse({
  id: 'garage',
  createdMs: 0,
  name: 'Garage',
  networkId: 'devnet',
  address: ADDRESS,
  engine: { kind: 'embedded' },
  gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 },
  modelIds: ['base:a/b'],
  stakeWei: '1',
});
const node = nodeViewSchema.parse({
  revision: 1,
  address: ADDRESS,
  state: 'running',
  message: 'It waits for tasks.',
  engine: 'ready',
  currentTask: null,
  relay: 'reachable',
  relayBalanceWei: '1500000000000000000',
  error: null,
});
const view = (worker: WorkerState, change: Partial<ProfileView> = {}): ProfileView => ({
  profile,
  networkTitle: 'Devnet',
  networkMode: 'relay',
  explorerUrl: null,
  gpuName: 'Card+Linux',
  worker,
  node: worker.kind === 'running' ? node : null,
  pendingRestart: false,
  ...change,
});
const NOW = 600_000;
const running: WorkerState = { kind: 'running', pid: 7, sinceMs: 0 };
const error = { code: 'X_Y', message: 'it broke', data: {} };

describe('a node in words', () => {
  it.each([
    [view({ kind: 'stopped' }), 'stopped'],
    [view({ kind: 'locked' }), 'locked: its key needs its passphrase'],
    [view(running, { node: null }), 'starting'],
    [view(running), 'running, waits for tasks'],
    [view(running, { node: { ...node, state: 'stopped' } }), 'not in the network; resume joins and stakes again'],
    [
      view(running, { node: { ...node, relay: 'unreachable', relaySinceMs: 60_000 } }),
      'cut off: the relay does not answer, since 1970-01-01 00:01:00 UTC',
    ],
    [view(running, { node: { ...node, currentTask: `0x${'ab'.repeat(32)}` } }), 'running, task 0xababab…abab'],
    [view({ kind: 'stopping', sinceMs: 0 }), 'stopping: finishing its task first'],
    [view({ kind: 'backoff', failures: 1, retryAtMs: 60_000, error }), 'crashed (X_Y), restarts at 1970-01-01 00:01:00 UTC'],
    [view({ kind: 'failed', error }), 'failed: X_Y: it broke'],
  ])('%#', (given, text) => {
    expect(stateText(given)).toBe(text);
  });

  it('in full', () => {
    expect(nodeText(view(running, { pendingRestart: true }), NOW).split('\n')).toEqual([
      'Garage (garage)',
      '  state    running, waits for tasks',
      '  network  Devnet',
      `  address  ${ADDRESS}`,
      '  card     Card+Linux',
      '  engine   ready',
      '  relay    reachable, balance 1.5 CNX',
      '  message  It waits for tasks.',
      '  note     changes apply at its next start',
    ]);
  });

  it('on a chain, without what only a relay has', () => {
    const onChain = view(running, { networkMode: 'chain', node: { ...node, relayBalanceWei: null } });
    expect(nodeText(onChain, NOW)).toContain('\n  chain    reachable\n');
    expect(nodeText(onChain, NOW)).not.toMatch(/relay|balance/);
    expect(Object.keys(nodeFacts(onChain))).not.toEqual(expect.arrayContaining(['relayBalanceWei']));
    expect(nodeFacts(onChain)).toMatchObject({ mode: 'chain', chain: 'reachable' });
    const away = { ...node, relay: 'unreachable', relaySinceMs: 60_000 } as const;
    expect(stateText({ ...onChain, node: away })).toBe('cut off: the chain does not answer, since 1970-01-01 00:01:00 UTC');
  });

  it('says where its stake is, and what is old, as the one model has it', () => {
    const stake = {
      balanceWei: '405000000000000000000',
      creditsWei: '15000000000000000000',
      status: 'Staked',
      readMs: NOW,
      doubt: null,
    } as const;
    const lineOf = (change: object, name = 'stake') => {
      const told = nodeViewSchema.parse({ ...node, ...change });
      return nodeText(view(running, { node: told }), NOW)
        .split('\n')
        .find((line) => line.startsWith(`  ${name} `));
    };
    // Credits count for the stake: the window says the same.
    expect(lineOf({ stake })).toBe('  stake    420 CNX');
    expect(lineOf({ stake: { ...stake, readMs: 0 } })).toBe('  stake    420 CNX, last read 1970-01-01 00:00:00 UTC');
    expect(lineOf({ stake: { ...stake, status: 'PendingUnstaked' } })).toBe('  stake    420 CNX, on its way back');
    expect(lineOf({ stake: { ...stake, status: 'Unstaked' } })).toBe('  stake    nothing staked');
    expect(lineOf({ stake: { ...stake, doubt: 'kickedOut' } })).toContain('to be returned after the kick-out');
    expect(lineOf({ stake: { ...stake, doubt: 'slashed' } })).toContain('slashed (the chain still showed 420 CNX');
    const away = { relay: 'unreachable', relaySinceMs: 60_000 };
    expect(lineOf(away, 'relay')).toBe(
      '  relay    does not answer since 1970-01-01 00:01:00 UTC, balance 1.5 CNX, last read 1970-01-01 00:01:00 UTC',
    );
    expect(lineOf({ chain: { kind: 'unreachable', sinceMs: 60_000 } }, 'chain')).toBe(
      '  chain    does not answer since 1970-01-01 00:01:00 UTC',
    );
  });

  it('is found by id or name, or because it is the only one', () => {
    const other = view(running, { profile: { ...profile, id: 'attic', name: 'Attic' } });
    expect(chooseProfile([view(running)], undefined).profile.id).toBe('garage');
    expect(chooseProfile([view(running), other], 'Attic').profile.id).toBe('attic');
    for (const [views, name, message] of [
      [[], undefined, 'there are 0 nodes: none has been created'],
      [[view(running), other], undefined, 'there are 2 nodes: garage, attic'],
      [[other], 'garage', '0 nodes are called garage: attic'],
    ] as const) {
      expect(() => chooseProfile(views, name)).toThrow(expect.objectContaining({ code: 'HEADLESS_WHICH_NODE', message }));
    }
  });
});

it('columns are as wide as their contents', () => {
  expect(table(['a', 'bb'], [['ccc', 'd'], ['e']])).toBe('a    bb\nccc  d\ne');
  expect(shortHex('0x1234')).toBe('0x1234');
});

describe('findings', () => {
  const bad = { id: 'clock', params: {}, code: 'CLOCK_SKEW', message: 'It is wrong.', remedy: 'Set it.' } as const;

  it('name the node, the reason and the remedy; only a failure makes it unhealthy', () => {
    const report = (state: 'warn' | 'fail') =>
      reportFindings('Garage', { atMs: 0, mayStart: false, results: [{ ...bad, state }] });
    expect(report('fail').map(findingText)).toEqual(['FAIL  Garage: clock: It is wrong. (CLOCK_SKEW)\n      → Set it.']);
    expect([isHealthy(report('fail')), isHealthy(report('warn')), isHealthy([])]).toEqual([false, true, true]);
  });
});

it('a transaction is shown with its page if there is an explorer', () => {
  expect(withTransactionUrl({ transaction: '0xab' }, { explorerUrl: 'https://scan.example' })).toEqual({
    transaction: '0xab',
    url: 'https://scan.example/tx/0xab',
  });
  expect(withTransactionUrl({ transaction: '0xab' }, { explorerUrl: null }).url).toBeNull();
  expect(withTransactionUrl({ transaction: null }, { explorerUrl: 'https://scan.example' }).url).toBeNull();
});

describe('a task that timed out', () => {
  it('is shown with who was late, and with the deadline if it is known', () => {
    const task = { type: 'Llm', deadlineMs: Date.UTC(2026, 0, 2, 3, 4, 5) } as const;
    expect(timeOutText({ ...task, missedDeadline: 'execution' })).toBe(
      'timed out: no score from this node (due 2026-01-02 03:04:05)',
    );
    expect(timeOutText({ ...task, missedDeadline: 'validation' })).toBe('timed out: not validated by the application');
    expect(timeOutText({ ...task, missedDeadline: null })).toBe('');
  });
});
