import { describe, expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { ManualClock } from '../../protocol/ports.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { CHAIN_RULES } from '../networks/network-rules.ts';
import { FakeEngine, invalidArgs, never } from '../testing/fake-engine.ts';
import { FakeNetwork, refuse } from '../testing/fake-network.ts';
import { GPU, NETWORKS, START_MS } from '../testing/loop-rig.ts';
import { finish, NO_MONEY, type NodeRig, nodeRig, noticeMs } from '../testing/node-rig.ts';
import { commitmentOf, remoteTask, SELF } from '../testing/remote-task.ts';

const TASK = commitmentOf(1);

describe('a chain that reverts the end of a task', () => {
  it('lists the task again, and the node continues it', async () => {
    const clock = new ManualClock(START_MS);
    const rig = await nodeRig({ clock, network: new FakeNetwork(() => clock.now(), CHAIN_RULES) });
    rig.network.start(remoteTask({ startTimeMs: clock.now(), status: 'ParametersUploaded' }));
    await finish(rig, 1);
    expect(rig.store.tasks.get(TASK).closedAs).toBe('EndSuccess');
    rig.network.change(TASK, { status: 'Validated' });
    rig.network.pointer = TASK;
    await rig.until(() => rig.store.tasks.get(TASK).closedMs === null);
    rig.network.change(TASK, { status: 'EndSuccess' });
    rig.network.pointer = null;
    await rig.until(() => rig.store.tasks.get(TASK).closedMs !== null);
    expect([rig.engine.jobs.length, rig.network.submitted.length, rig.network.uploads.length]).toEqual([1, 1, 1]);
  });
});

it('a task whose end an event reports after its close is announced once more', async () => {
  const rig = await nodeRig();
  rig.network.start(remoteTask({ startTimeMs: START_MS, status: 'ParametersUploaded' }));
  await finish(rig, 1);
  await rig.advance(1_000);
  const announced = rig.tasks.length;
  const event: RelayEvent = { id: 1_000, type: 'TaskEndSuccess', nodeAddress: SELF, commitment: TASK, args: '{}' };
  rig.network.events.push({ kind: 'event', event });
  await rig.until(() => rig.tasks.length > announced);
  expect(rig.tasks.slice(announced)).toMatchObject([{ commitment: TASK, local: 'closed' }]);
  expect(rig.tasks.at(-1)?.transitions).toContainEqual(expect.objectContaining({ status: 'EndSuccess', source: 'event' }));
});

describe('the relay cannot be reached', () => {
  it('polls less and less often, reports it, and recovers within seconds', async () => {
    const rig = await nodeRig();
    rig.network.fate = () => 'lostRequest';
    await rig.advance(60_000);
    const before = rig.network.calls.length;
    await rig.advance(60_000);
    expect(rig.network.calls.length - before).toBeLessThan(30);
    expect(rig.node.view()).toMatchObject({ relay: 'unreachable', error: { code: 'RELAY_UNREACHABLE' }, state: 'running' });
    rig.network.fate = () => 'ok';
    await rig.until(() => rig.node.view().relay === 'reachable');
    await rig.advance(3_000);
    expect(await noticeMs(rig, 1)).toBeLessThanOrEqual(500);
    expect(rig.fatal).toEqual([]);
  });
});

describe('the engine ends', () => {
  it('is blamed until it is back; relay and chain are not, and the node continues by itself', async () => {
    const rig = await nodeRig();
    rig.engine.die();
    expect(rig.node.view()).toMatchObject({
      engine: 'backoff',
      relay: 'reachable',
      error: { code: 'ENGINE_AWAY', data: { lastExit: 'SIGKILL' } },
    });
    await rig.engine.crash();
    expect(rig.node.view()).toMatchObject({ engine: 'ready', state: 'running', error: null });
  });
});

describe('membership', () => {
  it.each(NETWORKS)('law 6: joins with the card that the engine is confined to (%s)', async (_network, rules) => {
    const clock = new ManualClock(START_MS);
    const { network } = await nodeRig({ clock, network: new FakeNetwork(() => clock.now(), rules) });
    expect(network.joins).toEqual([
      {
        gpu: GPU,
        version: '3.5.0',
        modelIds: ['base:tiny/model'],
        network: 'devnet',
        stakeWei: 400n * 10n ** 18n,
      },
    ]);
  });

  it('a join whose answer is lost is seen in the next read, and not repeated', async () => {
    const rig = await nodeRig({ run: false });
    rig.network.fate = (method) => (method === 'join' ? 'lostAnswer' : 'ok');
    await rig.until(() => rig.network.status === 'Available');
    rig.network.fate = () => 'ok';
    await rig.until(() => rig.node.view().state === 'running');
    expect(rig.network.joins).toHaveLength(1);
    expect(rig.network.announced).toHaveLength(1);
  });

  it('reports why the network refuses it, and keeps trying', async () => {
    const rig = await nodeRig({ run: false });
    rig.network.beforeCall = (method) => {
      if (method === 'join') throw refuse('staking amount mismatch');
    };
    await rig.until(() => rig.node.view().error?.code === 'NODE_JOIN_FAILED');
    expect(rig.node.view()).toMatchObject({ state: 'starting', error: { data: { reason: 'staking amount mismatch' } } });
    rig.network.beforeCall = () => {};
    await rig.until(() => rig.node.view().state === 'running');
    expect(rig.node.view().error).toBeNull();
  });

  it('pauses after the current task and stays paused across a restart, until resumed', async () => {
    const rig = await nodeRig();
    rig.network.status = 'Busy';
    rig.node.pause();
    await rig.until(() => rig.node.view().state === 'pausing');
    rig.network.status = 'Paused';
    await rig.until(() => rig.node.view().state === 'paused');
    await rig.end();
    const again = await nodeRig({ ...reuse(rig), run: false });
    await again.until(() => again.node.view().state === 'paused');
    again.node.resume();
    await again.until(() => again.node.view().state === 'running');
    expect(again.network.status).toBe('Available');
  });

  it('9.4 version: announces a different engine version, and nothing else,', async () => {
    const rig = await nodeRig();
    await rig.engine.crash();
    await rig.advance(20_000);
    expect(rig.network.announced).toEqual([]);
    rig.engine.version = '3.6.0';
    await rig.engine.crash();
    await rig.until(() => rig.network.announced.length > 0);
    expect(rig.network.announced).toMatchObject([{ version: '3.6.0', gpu: GPU }]);
    expect(rig.node.view().state).toBe('running');
  });
});

describe('a slash', () => {
  const slash = ({ network }: NodeRig, type = 'NodeSlashed') => {
    network.status = 'Quit';
    network.emit(type, null, '{}');
  };

  it('is shown, survives a restart, and the node rejoins only when told to', async () => {
    const rig = await nodeRig();
    slash(rig);
    await rig.until(() => rig.node.view().state === 'slashed');
    expect(rig.node.view().error?.code).toBe('NODE_SLASHED');
    await rig.advance(60_000);
    await rig.end();
    const again = await nodeRig({ ...reuse(rig), run: false });
    await again.until(() => again.node.view().state === 'slashed');
    await again.advance(60_000);
    expect(again.network.joins).toHaveLength(1);
    again.node.resume();
    await again.until(() => again.node.view().state === 'running');
    expect(again.network.joins).toHaveLength(2);
    expect(again.node.view().error).toBeNull();
  });

  it('that came while the node was away is found before it joins', async () => {
    const rig = await nodeRig();
    await rig.end();
    for (let n = 0; n < 120; n++) rig.network.emit('NodeStaking', null);
    slash(rig);
    const again = await nodeRig({ ...reuse(rig), run: false });
    await again.until(() => again.node.view().state === 'slashed');
    expect(again.network.joins).toHaveLength(1);
  });

  it('whose event the node never saw still keeps it from rejoining by itself', async () => {
    const rig = await nodeRig();
    rig.network.status = 'Quit';
    await rig.until(() => rig.node.view().state === 'stopped');
    await rig.advance(60_000);
    expect(rig.network.joins).toHaveLength(1);
    rig.node.resume();
    await rig.until(() => rig.node.view().state === 'running');
  });

  it('is distinguished from a kick-out', async () => {
    const rig = await nodeRig();
    slash(rig, 'NodeKickedOut');
    await rig.until(() => rig.node.view().state === 'kickedOut');
    expect(rig.node.view().error?.code).toBe('NODE_KICKED_OUT');
  });
});

describe('stopping', () => {
  it('finishes the current task, takes no new one, and does not quit the network', async () => {
    const rig = await nodeRig();
    await noticeMs(rig, 1);
    rig.network.status = 'Busy';
    let stopped = false;
    const stopping = rig.node.stop({ quitNetwork: false }).then(() => {
      stopped = true;
    });
    await rig.advance(5_000);
    expect(stopped).toBe(false);
    expect(rig.network.status).toBe('PendingPause');
    await finish(rig, 1);
    await rig.advance(2_000);
    expect(stopped).toBe(false);
    rig.network.status = 'Paused';
    await rig.advance(2_000);
    await stopping;
    expect(rig.network.callsOf('quit')).toEqual([]);
    expect(rig.node.view().state).toBe('stopped');
  });

  it('quits when asked to', async () => {
    const rig = await nodeRig();
    const stopping = rig.node.stop({ quitNetwork: true });
    await rig.advance(2_000);
    await stopping;
    expect(rig.network.status).toBe('Quit');
  });

  it('if told twice, does not wait for the task, which continues after a restart', async () => {
    const rig = await nodeRig();
    rig.engine.answer = never;
    await noticeMs(rig, 1);
    await rig.engine.hasJobs(1);
    void rig.node.stop({ quitNetwork: false });
    await rig.advance(1_000);
    await rig.node.stop({ quitNetwork: false });
    expect(rig.store.local(TASK)).toMatchObject({ kind: 'new', spentLifetimes: ['L1'] });
    await rig.end();
    const again = await nodeRig({ ...reuse(rig), engine: new FakeEngine('M') });
    await finish(again, 1);
    expect(again.network.submitted).toHaveLength(1);
  });

  it('does not wait forever for a network that is gone', async () => {
    const rig = await nodeRig();
    rig.network.fate = () => 'lostRequest';
    await rig.advance(2_000);
    const stopping = rig.node.stop({ quitNetwork: true });
    await rig.advance(40_000);
    await stopping;
    expect(rig.node.view().state).toBe('stopped');
  });

  it('refuses commands while it stops', async () => {
    const rig = await nodeRig();
    const stopping = rig.node.stop({ quitNetwork: false });
    expect(() => rig.node.pause()).toThrow(expect.objectContaining({ code: 'NODE_ILLEGAL_STATE' }));
    expect(() => rig.node.resume()).toThrow(expect.objectContaining({ code: 'NODE_ILLEGAL_STATE' }));
    await rig.advance(2_000);
    await stopping;
  });
});

describe('beside the tasks', () => {
  it('polls for the payment as soon as a task has ended, and reports one that comes late', async () => {
    let [asked, tell] = [0, (_commitment: Hex) => {}];
    const payments = {
      isEnabled: () => true,
      periodMs: () => 3_600_000,
      poll: async () => void asked++,
      onPaid: (listener: typeof tell) => {
        tell = listener;
      },
    };
    const rig = await nodeRig({ more: () => ({ money: { ...NO_MONEY, payments } }) });
    await noticeMs(rig, 1);
    expect(asked).toBe(0);
    await finish(rig, 1);
    await rig.until(() => asked === 1);
    rig.store.tasks.setPayment(TASK, 123n);
    tell(TASK);
    expect(rig.tasks.at(-1)).toMatchObject({ commitment: TASK, paymentWei: '123' });
  });

  it('passes on what the network asks it to download, and announces again when a model is gone, not when one was added', async () => {
    const models = nodeModels(['base:tiny/model', 'base:other/model']);
    const rig = await nodeRig({ models });
    rig.network.emit('DownloadModel', null, '{}');
    await rig.until(() => models.asked.length > 0);
    models.offer(['base:tiny/model', 'base:other/model', 'base:big/model']);
    await rig.advance(20_000);
    expect(rig.network.announced).toEqual([]);
    models.offer(['base:tiny/model', 'base:big/model']);
    await rig.until(() => rig.network.announced.length > 0);
    expect(rig.network.announced).toMatchObject([{ modelIds: ['base:tiny/model', 'base:big/model'] }]);
    expect(rig.network.joins).toMatchObject([{ modelIds: ['base:tiny/model', 'base:other/model'] }]);
  });

  it('8.7 sending: diagnostics are sent only if the host wants it; a refused report does not block the next', async () => {
    const rig = await nodeRig();
    rig.engine.answer = invalidArgs;
    for (const n of [1, 2]) {
      await noticeMs(rig, n);
      await rig.until(() => rig.network.reported.length === n);
      rig.network.change(commitmentOf(n), { status: 'EndAborted' });
      await rig.until(() => rig.store.tasks.get(commitmentOf(n)).closedMs !== null);
    }
    await rig.advance(60_000);
    expect(rig.network.callsOf('reportNodeError')).toEqual([]);
    rig.store.settings.set('sendDiagnostics', true);
    let refusals = 0;
    rig.network.beforeCall = (method) => {
      if (method === 'reportNodeError' && refusals++ === 0) throw refuse('Invalid signature');
    };
    await rig.until(() => rig.network.diagnostics.length === 1);
    expect(rig.network.diagnostics[0]).toMatchObject({ commitment: commitmentOf(2), errorType: 'TaskInvalid' });
    await rig.until(() => rig.network.diagnostics.length === 2);
  });

  it('publishes views with increasing revisions and never the same view twice', async () => {
    const rig = await nodeRig();
    await noticeMs(rig, 1);
    await finish(rig, 1);
    const revisions = rig.views.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    const texts = rig.views.map((view) => JSON.stringify({ ...view, revision: 0 }));
    for (const [i, text] of texts.entries()) expect(text).not.toBe(texts[i + 1]);
  });
});

function nodeModels(first: string[]) {
  const asked: RelayEvent[] = [];
  const listeners: (() => void)[] = [];
  let modelIds = first;
  return {
    asked,
    get modelIds() {
      return modelIds;
    },
    onEvent: (event: RelayEvent) => void asked.push(event),
    onChange: (listener: () => void) => void listeners.push(listener),
    offer(next: string[]) {
      modelIds = next;
      for (const listener of listeners) listener();
    },
  };
}

function reuse({ dataDir, network, clock }: NodeRig) {
  return { dataDir, network, clock };
}
