import { describe, expect, it } from 'vitest';
import { createNodeClient } from '../../contract/rpc-client.ts';
import { errorOf } from '../../contract/rpc-errors.ts';
import { portPair } from '../../contract/rpc-port.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import { nodeView, serviceRig } from './testing/service-rig.ts';

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: unknown) => errorOf(error).code,
  );

const STAKE = { status: 'Staked', balanceWei: '400', creditsWei: '0', readMs: 0, doubt: null } as const;

function rigIn(state: 'running' | 'paused' | 'slashed' | 'kickedOut' | 'stopped', wanted: NodeView['wanted'] = 'running') {
  const told: string[] = [];
  const rig = serviceRig({
    node: {
      view: () => nodeView({ state, wanted, stake: STAKE }),
      pause: () => void told.push('pause'),
      resume: () => void told.push('resume'),
      unstake: () => void told.push('unstake'),
      selfTest: (order) => void told.push(order),
      warmUp: () => {},
      lookAround: () => {},
    },
    clearance: { report: null, run: () => Promise.reject(new Error('not asked')), confirmAlone: () => void told.push('alone') },
  });
  return { ...rig, rig, told };
}

describe('a page', () => {
  it.each([
    ['unstake', 'unstake', (client) => client.node.unstake({})],
    ['acceptSelfTest', 'accept', (client) => client.node.selfTest({ order: 'accept' })],
    ['confirmAlone', 'alone', (client) => client.checks.confirmAlone({})],
  ] as [string, string, (client: ReturnType<typeof serviceRig>['page']) => Promise<unknown>][])(
    'may not %s without confirmation by a person',
    async (name, act, call) => {
      const { rig, told } = rigIn('running');
      expect(await code(call(rig.page))).toBe('ACT_NOT_CONFIRMED');
      expect(told).toEqual([]);
      rig.answer = true;
      expect(await code(call(rig.page))).toBe('done');
      expect(told).toEqual([act]);
      const question = { name, facts: { stakedWei: '400' } };
      expect(rig.questions).toEqual([question, question]);
      // The program's own parts and the command line have their own ways of asking.
      rig.answer = false;
      expect(await code(call(rig.client))).toBe('done');
      expect(rig.questions).toHaveLength(2);
    },
  );

  it.each([
    ['paused', 'done'],
    ['slashed', 'ACT_NOT_CONFIRMED'],
    ['kickedOut', 'ACT_NOT_CONFIRMED'],
    // The node has left the network or is leaving it: joining again means staking again.
    ['stopped', 'ACT_NOT_CONFIRMED'],
    ['paused', 'ACT_NOT_CONFIRMED', 'unstaked'],
  ] as const)('may resume a node that is %s: %s', async (state, expected, wanted?: 'unstaked') => {
    const { rig, told } = rigIn(state, wanted);
    expect(await code(rig.page.node.resume({}))).toBe(expected);
    expect(told).toEqual(expected === 'done' ? ['resume'] : []);
    rig.answer = true;
    expect(await code(rig.page.node.resume({}))).toBe('done');
  });

  it.each([
    ['paused', 'done'],
    ['slashed', 'ACT_NOT_CONFIRMED'],
    ['kickedOut', 'ACT_NOT_CONFIRMED'],
    ['stopped', 'ACT_NOT_CONFIRMED'],
  ] as const)(
    'a token of the role operate resumes a node that is %s no more freely, and nobody is asked: %s',
    async (state, expected) => {
      const { rig, told } = rigIn(state);
      rig.answer = true;
      const [near, far] = portPair();
      rig.service.serve(far, 'operate');
      expect(await code(createNodeClient(near).node.resume({}))).toBe(expected);
      expect(told).toEqual(expected === 'done' ? ['resume'] : []);
      expect(rig.questions).toEqual([]);
    },
  );

  it('may pause, and may repeat the self-test or reject its result: neither risks anything', async () => {
    const { rig, told } = rigIn('running');
    await rig.page.node.pause({});
    await rig.page.node.selfTest({ order: 'run' });
    await rig.page.node.selfTest({ order: 'reject' });
    expect(told).toEqual(['pause', 'run', 'reject']);
    expect(rig.questions).toEqual([]);
  });
});
