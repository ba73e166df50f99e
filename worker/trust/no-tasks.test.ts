import { describe, expect, it } from 'vitest';
import { NO_TASK_CONDITIONS, type NoTaskConditionId, noTasksSchema } from '../../contract/standing.ts';
import { NODE_STATUS, type NodeStatus } from '../../protocol/node/status.ts';
import type { LoadedModel, PublicNode } from '../../protocol/wire/public-network.ts';
import { SELF } from '../testing/remote-task.ts';
import { gatherNoTaskFacts, type LocalNodeFacts, type NoTaskFacts } from './no-task-facts.ts';
import { explainNoTasks } from './no-tasks.ts';
import { explainQos } from './qos-explanation.ts';
import { fakeNetwork, NOW, nodeInfo } from './testing/evidence.ts';

const LOCAL: LocalNodeFacts = { node: 'running', guards: [], engine: 'ready', engineAccepted: true, relay: 'reachable' };
const ASSUMED = { minimumNodeNameNumber: 10, known: false };
const KNOWN = { minimumNodeNameNumber: 10, known: true };

const other = (n: number, changes: Partial<PublicNode> = {}): PublicNode => ({
  address: `0x${n.toString(16).padStart(40, '0')}`,
  gpuName: 'NVIDIA GeForce RTX 4090+Linux',
  gpuVramGib: 24,
  weight: 0.33,
  ...changes,
});
const others = (count: number, changes: Partial<PublicNode> = {}) =>
  Array.from({ length: count }, (_, i) => other(i + 1, changes));
const model = (modelId: string, changes: Partial<LoadedModel> = {}): LoadedModel => ({
  modelId,
  kind: 'llm',
  minVramGib: 16,
  inMemoryNodes: 1,
  onDiskNodes: 3,
  ...changes,
});

function facts(changes: Partial<NoTaskFacts> = {}): NoTaskFacts {
  const info = 'info' in changes ? (changes.info ?? null) : nodeInfo();
  return {
    nowMs: NOW,
    mode: 'relay',
    local: LOCAL,
    policy: KNOWN,
    qos: explainQos({ tracing: { address: SELF, maxEvents: 50, events: [] }, info, nowMs: NOW }),
    publicNodes: { nodes: others(12), complete: true },
    queued: 3,
    models: [model('qwen/qwen3-8b')],
    versions: ['3.5.0'],
    ...changes,
    info,
  };
}

function conditionFor(id: NoTaskConditionId, changes: Partial<NoTaskFacts>) {
  const view = explainNoTasks(facts(changes));
  expect(noTasksSchema.parse(view)).toEqual(view);
  const found = view.conditions.find((condition) => condition.id === id);
  return found === undefined ? null : { verdict: found.verdict, code: found.code, change: found.change, params: found.params };
}

it('every condition once, and no obstacle for a node that fits', () => {
  const { conditions } = explainNoTasks(facts());
  const ofContracts = ['chainReachable', 'draw', 'models'];
  expect(conditions.map((condition) => condition.id)).toEqual(NO_TASK_CONDITIONS.filter((id) => !ofContracts.includes(id)));
  const open = conditions.filter((condition) => condition.verdict !== 'yes').map(({ id, verdict }) => [id, verdict]);
  expect(open).toEqual([
    ['gpuPinned', 'unknown'],
    ['nodeNameWhitelist', 'unknown'],
  ]);
});

it('an obstacle always comes with what would change it', () => {
  const worst = facts({
    local: { ...LOCAL, node: 'slashed', engine: 'backoff', relay: 'unreachable' },
    info: nodeInfo({ status: 'Quit', version: 'x', gpuName: 'Apple M2 Type', gpuVramGib: 8, modelIds: [], stakingScore: 0 }),
    publicNodes: { nodes: [], complete: true },
    queued: 0,
  });
  for (const { id, verdict, change } of explainNoTasks(worst).conditions) {
    if (verdict === 'no') expect(change, id).not.toBeNull();
  }
});

describe('networks where contracts assign the tasks', () => {
  const onChain = (changes: Partial<NoTaskFacts> = {}) => {
    const info = { ...nodeInfo({ stakingScore: 0, probWeight: 20, gpuName: 'card', ...changes.info }) };
    const view = explainNoTasks(facts({ mode: 'chain', models: 'unsupported', queued: 0, ...changes, info }));
    expect(noTasksSchema.parse(view)).toEqual(view);
    return view.conditions;
  };

  it('stake, platform, number of equal nodes and health are no obstacles', () => {
    const conditions = onChain();
    expect(conditions.map(({ id }) => id)).toEqual([
      ...['nodeRunning', 'chainReachable', 'engineReady', 'member', 'available', 'draw', 'queue'],
      ...['version', 'gpuPinned', 'vram', 'models'],
    ]);
    expect(conditions.filter(({ verdict }) => verdict === 'no').map(({ id }) => id)).toEqual(['queue']);
    expect(conditions.filter(({ source }) => source.startsWith('RELAY'))).toEqual([]);
    expect(conditions.find(({ id }) => id === 'draw')).toMatchObject({ code: 'weighed', params: { points: 20 } });
  });

  it('a chain that does not answer, and a node without models, are', () => {
    const local = { ...LOCAL, relay: 'unreachable' } as const;
    const conditions = onChain({ local, queued: 1, info: nodeInfo({ modelIds: [] }) });
    const found = conditions.filter(({ verdict }) => verdict === 'no').map(({ id, code, change }) => [id, code, change]);
    expect(found).toEqual([
      ['chainReachable', 'unreachable', 'endpoints'],
      ['models', 'none', 'downloadModels'],
    ]);
  });
});

describe('one condition at a time', () => {
  const status = (name: NodeStatus) => ({ info: nodeInfo({ status: name }) });
  const table: readonly [NoTaskConditionId, string, Partial<NoTaskFacts>, string, string | null][] = [
    ['nodeRunning', 'no', { local: { ...LOCAL, node: 'paused' } }, 'notRunning', 'resume'],
    ['nodeRunning', 'no', { local: { ...LOCAL, guards: ['GPU_TOO_HOT'] } }, 'guarded', 'guardEnds'],
    ['relayReachable', 'no', { local: { ...LOCAL, relay: 'unreachable' } }, 'unreachable', 'connection'],
    ['relayReachable', 'unknown', { local: { ...LOCAL, relay: 'unknown' } }, 'notRead', null],
    ['engineReady', 'no', { local: { ...LOCAL, engineAccepted: false } }, 'notAccepted', 'acceptedEngine'],
    ['engineReady', 'no', { local: { ...LOCAL, engine: 'backoff' } }, 'notReady', 'engineStarts'],
    ['member', 'no', status('Quit'), 'notMember', 'join'],
    ['member', 'no', status('PendingQuit'), 'leaving', 'join'],
    ['member', 'no', status('Paused'), 'paused', 'resume'],
    ['member', 'no', status('PendingPause'), 'paused', 'resume'],
    ['member', 'yes', status('Busy'), 'member', null],
    ['member', 'unknown', { info: null }, 'notRead', null],
    ['available', 'no', status('Busy'), 'busy', 'taskEnds'],
    ['available', 'no', status('Quit'), 'notAvailable', 'join'],
    ['available', 'no', status('Paused'), 'notAvailable', 'resume'],
    ['health', 'no', { info: nodeInfo({ probWeight: 0 }) }, 'excluded', 'recovery'],
    ['health', 'unknown', { qos: null }, 'notTold', null],
    ['weight', 'no', { info: nodeInfo({ stakingScore: 0, probWeight: 0 }) }, 'noStake', 'stake'],
    ['weight', 'no', { info: nodeInfo({ qosScore: 0, probWeight: 0 }) }, 'noQuality', 'quality'],
    ['weight', 'no', { info: nodeInfo({ probWeight: 0 }) }, 'noWeight', 'recovery'],
    ['queue', 'no', { queued: 0 }, 'empty', 'newTasks'],
    ['queue', 'unknown', { queued: null }, 'notRead', null],
    ['version', 'no', { info: nodeInfo({ version: 'dev' }) }, 'unreadable', 'engineUpdate'],
    ['version', 'unknown', { versions: ['3.5.0', '3.6.0'] }, 'othersDiffer', 'engineUpdate'],
    ['version', 'yes', { versions: ['3.4.9', 'nonsense'] }, 'newest', null],
    ['version', 'unknown', { versions: null }, 'notTold', null],
    ['gpuPlatform', 'no', { info: nodeInfo({ gpuName: 'Apple M2 Type+Darwin' }) }, 'noLanguageTasks', 'otherPlatform'],
    ['gpuPlatform', 'no', { info: nodeInfo({ gpuName: 'RTX 4090' }) }, 'noLanguageTasks', 'platformInName'],
    ['vram', 'no', { info: nodeInfo({ gpuVramGib: 8 }) }, 'tooSmall', 'moreMemory'],
    ['vram', 'unknown', { models: 'unsupported' }, 'notTold', null],
    ['vram', 'unknown', { models: [] }, 'notTold', null],
    ['nodeName', 'no', { publicNodes: { nodes: others(8), complete: true } }, 'tooFew', 'moreSuchNodes'],
    ['nodeName', 'yes', { publicNodes: { nodes: others(9), complete: true } }, 'enough', null],
    ['nodeName', 'unknown', { publicNodes: { nodes: others(8), complete: true }, policy: ASSUMED }, 'tooFew', 'moreSuchNodes'],
    ['nodeName', 'unknown', { publicNodes: { nodes: others(8), complete: false } }, 'versionsNotTold', null],
    ['nodeName', 'no', { publicNodes: { nodes: others(20, { gpuVramGib: 48 }), complete: true } }, 'tooFew', 'moreSuchNodes'],
    ['nodeName', 'unknown', { versions: ['3.5.0', '3.4.0'] }, 'versionsNotTold', null],
    ['nodeName', 'yes', { policy: { minimumNodeNameNumber: 0, known: true }, publicNodes: null }, 'noMinimum', null],
    ['baseModels', 'no', { info: nodeInfo({ modelIds: ['lora:x/y'] }) }, 'none', 'downloadModels'],
    ['baseModels', 'unknown', { models: [model('base:other/model')] }, 'someMissing', 'downloadModels'],
    ['baseModels', 'yes', { models: [model('Base:Qwen/Qwen3-8B')] }, 'all', null],
    ['baseModels', 'unknown', { models: null }, 'notTold', null],
  ];
  it.each(table)('%s: %s (%#)', (id, verdict, changes, code, change) => {
    expect(conditionFor(id, changes)).toMatchObject({ verdict, code, change });
  });

  it('every status at the relay has its answer', () => {
    for (const name of Object.keys(NODE_STATUS) as NodeStatus[]) {
      expect(['yes', 'no']).toContain(conditionFor('member', status(name))?.verdict);
      expect(['yes', 'no']).toContain(conditionFor('available', status(name))?.verdict);
    }
  });

  it('counts itself once, whether or not the public list contains it', () => {
    const listed = [...others(9), other(0, { address: SELF.toLowerCase() })];
    expect(conditionFor('nodeName', { publicNodes: { nodes: listed, complete: true } })?.params).toMatchObject({ count: 10 });
    expect(conditionFor('nodeName', { publicNodes: { nodes: others(9), complete: true } })?.params).toMatchObject({ count: 10 });
  });

  it('gives the odds if the others’ weights are public', () => {
    const share = (publicNodes: NoTaskFacts['publicNodes']) => conditionFor('weight', { publicNodes })?.params.share;
    expect(share({ nodes: others(2), complete: true })).toBeCloseTo(1 / 3, 9);
    expect(share({ nodes: others(2, { weight: null }), complete: true })).toBeNull();
    expect(share({ nodes: others(2), complete: false })).toBeNull();
  });
});

describe('the network’s models, each checked against the filters of the dispatcher', () => {
  it('lists what each would fail on', () => {
    const models = [
      model('qwen/qwen3-8b'),
      model('base:big/model', { minVramGib: 80 }),
      model('crynux-network/sdxl-turbo', { kind: 'sd', minVramGib: 8 }),
    ];
    const view = (gpuName: string) =>
      explainNoTasks(facts({ models, info: nodeInfo({ gpuName }) })).models?.map((chance) => [chance.modelId, chance.failed]);
    expect(view('NVIDIA GeForce RTX 4090+Linux')).toEqual([
      ['qwen/qwen3-8b', []],
      ['base:big/model', ['vram', 'baseModels']],
      ['crynux-network/sdxl-turbo', ['baseModels']],
    ]);
    expect(view('Apple M2 Type+Darwin')).toEqual([
      ['qwen/qwen3-8b', ['gpu']],
      ['base:big/model', ['gpu', 'vram', 'baseModels']],
      ['crynux-network/sdxl-turbo', ['baseModels']],
    ]);
  });

  it('reports nothing if the network does not', () => {
    expect(explainNoTasks(facts({ models: 'unsupported' })).models).toBeNull();
    expect(explainNoTasks(facts({ info: null })).models).toBeNull();
  });
});

describe('gathering', () => {
  it('one failing route makes one fact unknown', async () => {
    const network = fakeNetwork({
      publicNodes: () => Promise.reject(new Error('no')),
      queuedTasks: async () => 4,
    });
    const gathered = await gatherNoTaskFacts({ network, local: LOCAL, policy: KNOWN, nowMs: NOW });
    expect(gathered).toMatchObject({ publicNodes: null, queued: 4, versions: null, models: 'unsupported' });
    expect(gathered.qos?.tracing).toEqual({ kind: 'empty' });
  });

  it('counts no node that has left, and of those with its card only the ones that run its version', async () => {
    const left = new Set([1, 2, 3].map((n) => other(n).address));
    const older = other(4).address;
    const network = fakeNetwork({
      publicNodes: async () => ({ nodes: [...others(12), other(13, { gpuName: 'Tesla T4' })], complete: true }),
      presence: async (address) => ({
        address,
        status: left.has(address) ? 'Quit' : 'Busy',
        version: address === older ? '3.4.0' : '3.5.0',
      }),
    });
    const gathered = await gatherNoTaskFacts({ network, local: LOCAL, policy: KNOWN, nowMs: NOW });
    expect(gathered.publicNodes?.nodes.map(({ address }) => address)).not.toContain(other(1).address);
    expect(gathered.versions).toEqual(['3.4.0', '3.5.0']);
    const nodeName = explainNoTasks(gathered).conditions.find(({ id }) => id === 'nodeName');
    expect(nodeName).toMatchObject({ verdict: 'no', code: 'tooFew', params: { count: 9 } });
  });

  it('counts a node whose presence cannot be read, and treats its version as unknown', async () => {
    const network = fakeNetwork({
      publicNodes: async () => ({ nodes: others(12), complete: true }),
      presence: () => Promise.reject(new Error('down')),
    });
    const gathered = await gatherNoTaskFacts({ network, local: LOCAL, policy: KNOWN, nowMs: NOW });
    expect([gathered.publicNodes?.nodes.length, gathered.versions]).toEqual([12, null]);
    const nodeName = explainNoTasks(gathered).conditions.find(({ id }) => id === 'nodeName');
    expect(nodeName).toMatchObject({ verdict: 'unknown', code: 'versionsNotTold' });
  });

  it('even without any facts, there is an answer', async () => {
    const down = () => Promise.reject(new Error('down'));
    const network = fakeNetwork({
      nodeInfo: down,
      qosTracing: down,
      publicNodes: down,
      queuedTasks: down,
      loadedModels: down,
      presence: down,
    });
    const view = explainNoTasks(await gatherNoTaskFacts({ network, local: LOCAL, policy: ASSUMED, nowMs: NOW }));
    const remote = view.conditions.filter(
      (condition) => !['nodeRunning', 'relayReachable', 'engineReady'].includes(condition.id),
    );
    expect(new Set(remote.map((condition) => condition.verdict))).toEqual(new Set(['unknown']));
  });
});
