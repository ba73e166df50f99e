import { implement } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import type { FleetOrder } from '../../contract/fleet.ts';
import { nodeContract } from '../../contract/node-contract.ts';
import type { ProfileView, WorkerState } from '../../contract/profiles.ts';
import { portPair } from '../../contract/rpc-port.ts';
import { createRpcServer } from '../../contract/rpc-server.ts';
import { type NodeView, nodeViewSchema } from '../../contract/worker-channel.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { HostError } from '../errors.ts';
import { createGiveOrder } from './orders.ts';

const RUNNING: WorkerState = { kind: 'running', pid: 1, sinceMs: 0 };

function rig({
  worker = RUNNING,
  state = 'running',
  stakeIsAllowed = true,
}: {
  worker?: WorkerState;
  state?: NodeView['state'];
  stakeIsAllowed?: boolean;
}) {
  const done: string[] = [];
  const node = nodeViewSchema.parse({
    ...{ revision: 1, address: '0x', state, message: '', engine: 'ready', currentTask: null, relay: 'reachable' },
    ...{ relayBalanceWei: null, error: null },
  });
  const build = implement(nodeContract).node;
  const told = (act: string) => {
    done.push(act);
    return {};
  };
  const router = {
    node: {
      pause: build.pause.handler(() => told('pause')),
      resume: build.resume.handler(() => told('resume')),
    },
  };
  const stop = Promise.withResolvers<void>();
  const silent = () => {};
  const give = createGiveOrder({
    profiles: { get: (id) => ({ id }) as never },
    views: { view: () => ({ worker, node }) as ProfileView },
    nodes: {
      start: async (id) => void done.push(`start ${id}`),
      stop: (id) => {
        done.push(`stop ${id}`);
        return stop.promise;
      },
    },
    stakePermissions: {
      async check() {
        if (!stakeIsAllowed) throw new HostError('PROFILE_STAKE_NOT_ALLOWED', 'nobody has');
      },
    },
    connectNode() {
      const [near, far] = portPair();
      createRpcServer(router, silent, async () => {}).serve(far, 'operate');
      return near;
    },
    clock: new ManualClock(0),
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  const order = (what: FleetOrder) =>
    give({ node: 'n', order: what }).then(
      () => 'taken',
      (error: HostError) => error.code,
    );
  return { order, done };
}

describe('an order from another program', () => {
  it('pauses and resumes through the node itself, and does not wait for a drain to finish', async () => {
    const running = rig({});
    expect(await running.order('pause')).toBe('taken');
    expect(await running.order('drain')).toBe('taken');
    const paused = rig({ state: 'paused' });
    expect(await paused.order('resume')).toBe('taken');
    expect([...running.done, ...paused.done]).toEqual(['pause', 'stop n', 'resume']);
  });

  it('starts a drained node again, with a stake that a person at this program has allowed', async () => {
    const drained = rig({ worker: { kind: 'stopped' } });
    expect(await drained.order('resume')).toBe('taken');
    expect(drained.done).toEqual(['start n']);
    const fresh = rig({ worker: { kind: 'stopped' }, stakeIsAllowed: false });
    expect(await fresh.order('resume')).toBe('PROFILE_STAKE_NOT_ALLOWED');
    expect(fresh.done).toEqual([]);
  });

  it.each<[FleetOrder, Parameters<typeof rig>[0]]>([
    // Joining again needs a person at the node.
    ['resume', { state: 'slashed' }],
    ['resume', { state: 'kickedOut' }],
    ['resume', { state: 'stopped' }],
    ['resume', { worker: { kind: 'locked' } }],
    ['resume', {}],
    ['pause', { state: 'paused' }],
    ['pause', { worker: { kind: 'stopped' } }],
    ['drain', { worker: { kind: 'stopped' } }],
    ['drain', { worker: { kind: 'stopping', sinceMs: 0 } }],
  ])('that does not apply is refused: %s of %j', async (what, of) => {
    const { order, done } = rig(of);
    expect(await order(what)).toBe('FLEET_ORDER_UNFIT');
    expect(done).toEqual([]);
  });
});
