/** What everybody may ask: the network, its models, charts, and nodes open to delegators. */
import type { RelayRoute } from '../../../protocol/testing/relay-recordings.ts';
import { type Actor, type Answer, addressByName, FEE, llmResult, STAKE } from '../testing/harness.ts';
import type { RecordedWalk } from '../testing/recorded-walk.ts';
import { type Stage, withStage } from './questions.ts';

const EVENTS = 'GET /v1/events';
const CURRENT = 'GET /v1/events/current_id';
const NODES_V1 = 'GET /v1/network/nodes/data';
const NODES_V2 = 'GET /v2/network/nodes/data';
const OPEN_NODES = 'GET /v2/delegated_staking/nodes';
const OPEN_NODE = 'GET /v2/delegated_staking/nodes/:address';
const OPEN_DELEGATIONS = 'GET /v2/delegated_staking/nodes/:address/delegations';
const OPEN_EMISSIONS = 'GET /v2/delegated_staking/nodes/:address/emission/chart';
const NODE_CHARTS = ['earnings', 'staking', 'scores', 'delegator_num'] as const;

export async function publicScenarios(walk: RecordedWalk): Promise<void> {
  await withStage(walk, {}, emptyNetwork);
  await withStage(walk, {}, refusals);
  const delegations = [
    { node: addressByName('n1'), delegator: addressByName('dora'), stakeWei: STAKE.toString(), sharePercent: 30 },
  ];
  await withStage(walk, { config: { genesis: { delegations } } }, busyNetwork);
}

async function emptyNetwork({ ask, get, send }: Stage): Promise<void> {
  await ask('GET /v1/now', 'ok', get('/v1/now'));
  await ask(EVENTS, 'no events at all', get('/v1/events?start=0&limit=50'));
  await ask(CURRENT, 'no events at all', get('/v1/events/current_id'));
  const routes: readonly RelayRoute[] = [
    'GET /v1/network',
    'GET /v1/network/nodes/number',
    'GET /v1/network/tasks/number',
    'GET /v1/network/withdraw_config',
    'GET /v1/incentive/total',
    'GET /v1/stats/queue/count',
    'GET /v1/stats/node_events',
    'GET /v2/incentive/nodes',
    'GET /v2/incentive/delegations',
    'GET /v2/delegated_staking/nodes',
    'GET /v2/delegated_staking/nodes/filter_options',
    'GET /v2/loaded-models',
    'GET /v2/network/nodes/data',
  ];
  for (const route of routes) await ask(route, 'empty network', get(route.slice('GET '.length)));
  await ask(NODES_V1, 'empty network', get('/v1/network/nodes/data?start=0&total=100'));
  await ask('GET /v1/incentive/nodes', 'empty network', get('/v1/incentive/nodes'));
  await ask('GET (unknown route)', 'unknown route', get('/v1/no/such'));
  await ask('DELETE (unknown route)', 'unknown method', send({ method: 'DELETE', url: '/v1/now' }));
}

async function refusals({ ask, get, actor }: Stage): Promise<void> {
  const node = actor('n1');
  await ask(EVENTS, 'start negative', get('/v1/events?start=-1'));
  await ask(EVENTS, 'by type', get('/v1/events?event_type=NodeJoin'));
  await ask(CURRENT, 'by type', get('/v1/events/current_id?event_type=NodeJoin'));
  await ask(NODES_V1, 'total missing', get('/v1/network/nodes/data'));
  await ask(NODES_V1, 'total over 100', get('/v1/network/nodes/data?start=0&total=101'));
  await ask(NODES_V2, 'page_size over 100', get('/v2/network/nodes/data?page=1&page_size=101'));
  for (const kind of ['task_execution_time', 'task_fee', 'task_upload_result_time', 'task_waiting_time'] as const) {
    await ask(`GET /v1/stats/histogram/${kind}`, 'missing fields', get(`/v1/stats/histogram/${kind}`));
  }
  for (const kind of ['task_count', 'task_success_rate'] as const) {
    await ask(
      `GET /v1/stats/line_chart/${kind}`,
      'unknown type',
      get(`/v1/stats/line_chart/${kind}?task_type=Video&period=Hour`),
    );
  }
  await ask('GET /v1/stats/line_chart/incentive', 'period missing', get('/v1/stats/line_chart/incentive'));
  for (const kind of ['earnings', 'emission'] as const) {
    const route = `GET /v1/stats/line_chart/delegation/:user_address/:node_address/${kind}` as const;
    await ask(route, 'network missing', get(`/v1/stats/line_chart/delegation/${node.address}/${node.address}/${kind}`));
  }
  await ask(OPEN_NODES, 'invalid sort key', get('/v2/delegated_staking/nodes?sort_by=x'));
  await ask(OPEN_NODES, 'invalid vram', get('/v2/delegated_staking/nodes?gpu_vram=x'));
  await ask(OPEN_NODES, 'page_size over 100', get('/v2/delegated_staking/nodes?page_size=101'));
  await closedNode({ ask, get }, { address: node.address, situation: 'unknown node' });
  await ask(OPEN_DELEGATIONS, 'network missing', get(`/v2/delegated_staking/nodes/${node.address}/delegations`));
  const unknown = `/v1/delegator/${node.address}`;
  await ask('GET /v1/delegator/:user_address', 'unknown', get(unknown));
  await ask('GET /v1/delegator/:user_address/delegations', 'unknown', get(`${unknown}/delegations`));
  const delegation = 'GET /v1/delegator/:user_address/delegation';
  await ask(delegation, 'unknown', get(`${unknown}/delegation?node_address=${node.address}&network=devnet`));
  await ask(delegation, 'missing fields', get(`${unknown}/delegation`));
  await ask('GET /v1/incentive/node/:address', 'unknown node', get(`/v1/incentive/node/${node.address}`));
  await ask('GET /v2/incentive/nodes/all', 'no signature', get('/v2/incentive/nodes/all?period=Week'));
  await ask('GET /v2/incentive/nodes/all', 'by an application', ranking(actor('app'), get));
  await ask('GET /v2/models/llm/execution-time', 'missing fields', get('/v2/models/llm/execution-time'));
  await ask('GET /v2/models/sd/execution-time', 'missing fields', get('/v2/models/sd/execution-time'));
  await ask('GET /v2/models/sd/execution-time', 'neither min_vram nor gpu', get('/v2/models/sd/execution-time?model=a/b'));
  await ask(
    'GET /v1/stats/line_chart/delegator/:address/earnings',
    'unknown delegator',
    get(`/v1/stats/line_chart/delegator/${node.address}/earnings?count=2`),
  );
}

function ranking(by: Actor, get: Stage['get']): Promise<Answer> {
  const payload = { period: 'Week', page: 1, page_size: 10 };
  const { timestamp, signature } = by.sign(payload);
  return get(`/v2/incentive/nodes/all?period=Week&page=1&page_size=10&timestamp=${timestamp}&signature=${signature}`);
}

async function closedNode(
  { ask, get }: Pick<Stage, 'ask' | 'get'>,
  { address, situation }: { readonly address: string; readonly situation: string },
): Promise<void> {
  for (const chart of NODE_CHARTS) {
    await ask(`GET /v1/stats/line_chart/node/:address/${chart}`, situation, get(`/v1/stats/line_chart/node/${address}/${chart}`));
  }
  await ask(OPEN_NODE, situation, get(`/v2/delegated_staking/nodes/${address}`));
  await ask(OPEN_DELEGATIONS, situation, get(`/v2/delegated_staking/nodes/${address}/delegations?network=devnet`));
  await ask(OPEN_EMISSIONS, situation, get(`/v2/delegated_staking/nodes/${address}/emission/chart`));
}

async function busyNetwork(stage: Stage): Promise<void> {
  const { ask, get, actor, relay, clock } = stage;
  const [app, node] = [actor('app'), actor('n1')];
  const dora = actor('dora');
  await node.join();
  for (let index = 0; index < 3; index++) {
    const task = await app.createTask();
    await clock.tick(2_000);
    relay.runRound();
    await clock.tick(5_000);
    await node.score(task.commitment, llmResult('x').score);
    await app.validate([task]);
    await clock.tick(1_000);
    await node.upload(task.commitment, llmResult('x').files);
    if (index === 2) {
      await ask(EVENTS, 'of a task', get(`/v1/events?task_id_commitment=${task.commitment}`));
      await ask(CURRENT, 'of a task', get(`/v1/events/current_id?task_id_commitment=${task.commitment}`));
    }
  }
  await actor('n2').join();
  await actor('n3').join();
  await events(stage, node);
  await ask('GET /v1/network', 'with nodes and tasks', get('/v1/network'));
  await ask('GET /v1/network/nodes/number', 'with nodes and tasks', get('/v1/network/nodes/number'));
  await ask('GET /v1/network/tasks/number', 'with nodes and tasks', get('/v1/network/tasks/number'));
  await ask('GET /v1/stats/queue/count', 'with nodes and tasks', get('/v1/stats/queue/count'));
  await ask('GET /v1/stats/node_events', 'with nodes and tasks', get('/v1/stats/node_events'));
  await ask('GET /v1/user_staking/node/:address', 'with a delegation', get(`/v1/user_staking/node/${node.address}`));
  await ask(NODES_V1, 'start 0, total 100', get('/v1/network/nodes/data?start=0&total=100'));
  await ask(NODES_V1, 'start 1, total 2', get('/v1/network/nodes/data?start=1&total=2'));
  await ask(NODES_V2, 'page 1 of size 100', get('/v2/network/nodes/data?page=1&page_size=100'));
  await ask(NODES_V2, 'page 2 of size 2', get('/v2/network/nodes/data?page=2&page_size=2'));
  await ask(NODES_V2, 'past the end', get('/v2/network/nodes/data?page=99&page_size=100'));
  await ask(NODES_V2, 'page_size missing', get('/v2/network/nodes/data?page=1'));
  await ask('GET /v2/loaded-models', 'with rows put there by SQL', get('/v2/loaded-models'));
  for (const [name, query] of [
    ['llm, min_vram', 'model=a/b&min_vram=8'],
    ['llm, gpu', 'model=a/b&gpu_name=x&gpu_vram=24'],
    ['llm, unknown model', 'model=no/such&min_vram=8'],
  ] as const) {
    await ask('GET /v2/models/llm/execution-time', name, get(`/v2/models/llm/execution-time?${query}`));
  }
  await ask('GET /v2/models/sd/execution-time', 'sd, min_vram', get('/v2/models/sd/execution-time?model=a/b&min_vram=8'));
  await openNode(stage, { node, dora });
  await charts(stage, { node, dora });
}

async function events({ ask, get }: Stage, node: Actor): Promise<void> {
  await ask(EVENTS, 'of a node', get(`/v1/events?node_address=${node.address}`));
  await ask(EVENTS, 'all', get('/v1/events?start=0&limit=200'));
  await ask(EVENTS, 'the latest', get('/v1/events?start=3&limit=200'));
  await ask(EVENTS, 'limit 2', get('/v1/events?start=0&limit=2'));
  await ask(EVENTS, 'no query', get('/v1/events'));
  await ask(EVENTS, 'after the last', get('/v1/events?start=100000&limit=50'));
  await ask(CURRENT, 'ok', get('/v1/events/current_id'));
  await ask(CURRENT, 'of a node', get(`/v1/events/current_id?node_address=${node.address}`));
  await ask(CURRENT, 'of a node, lower case', get(`/v1/events/current_id?node_address=${node.address.toLowerCase()}`));
}

interface Delegated {
  readonly node: Actor;
  readonly dora: Actor;
}

async function openNode(stage: Stage, { node, dora }: Delegated): Promise<void> {
  const { ask, get, actor } = stage;
  await ask(OPEN_NODES, 'all', get('/v2/delegated_staking/nodes'));
  await ask(
    OPEN_NODES,
    'running, sorted by qos',
    get('/v2/delegated_staking/nodes?status=running&sort_by=qos&page=1&page_size=1'),
  );
  await ask(OPEN_NODES, 'stopped', get('/v2/delegated_staking/nodes?status=stopped'));
  await ask('GET /v2/delegated_staking/nodes/filter_options', 'with nodes', get('/v2/delegated_staking/nodes/filter_options'));
  await ask(OPEN_NODE, 'ok', get(`/v2/delegated_staking/nodes/${node.address}`));
  await ask(OPEN_DELEGATIONS, 'ok', get(`/v2/delegated_staking/nodes/${node.address}/delegations?network=devnet`));
  await ask(OPEN_EMISSIONS, 'ok', get(`/v2/delegated_staking/nodes/${node.address}/emission/chart?weeks=3`));
  await ask(OPEN_EMISSIONS, 'weeks out of range', get(`/v2/delegated_staking/nodes/${node.address}/emission/chart?weeks=0`));
  await closedNode(stage, { address: actor('n2').address, situation: 'delegator share 0' });
  await ask('GET /v1/delegator/:user_address', 'ok', get(`/v1/delegator/${dora.address}`));
  await ask('GET /v1/delegator/:user_address/delegations', 'ok', get(`/v1/delegator/${dora.address}/delegations`));
  const query = `node_address=${node.address}&network=devnet`;
  await ask('GET /v1/delegator/:user_address/delegation', 'ok', get(`/v1/delegator/${dora.address}/delegation?${query}`));
  const own = { address: node.address };
  await ask('GET /v2/node/:address', 'Available (1), with delegators and income', node.get(`/v2/node/${node.address}`, own));
  const token = await stage.token('dora');
  const account = `/v1/relay_account/${dora.address}`;
  await ask('GET /v1/relay_account/:address/task_fee', 'delegator', get(`${account}/task_fee`, token));
  await ask(
    'GET /v1/relay_account/:address/task_fee',
    'delegator with income from delegations: not listed',
    get(`${account}/task_fee`, token),
  );
  await ask('GET /v1/relay_account/:address/deposit/list', 'delegator', get(`${account}/deposit/list`, token));
  stage.relay.vest({ address: dora.address, wei: FEE, durationDays: 180, type: 'delegation' });
  await ask(
    'GET /v2/relay_account/:address/vesting/list',
    'delegator',
    get(`/v2/relay_account/${dora.address}/vesting/list`, token),
  );
  const emissions = get(`/v2/relay_account/${dora.address}/emission/chart?weeks=2`, token);
  await ask('GET /v2/relay_account/:address/emission/chart', 'delegator, weeks 2', emissions);
  const balance = dora.get(`/v2/relay_account/${dora.address}/balance`, { address: dora.address });
  await ask('GET /v2/relay_account/:address/balance', 'delegator with income from delegations', balance);
}

async function charts({ ask, get, clock, actor }: Stage, { node, dora }: Delegated): Promise<void> {
  const yesterday = Math.floor(clock.now() / 1000) - 86_400;
  for (const chart of NODE_CHARTS) {
    const route = `GET /v1/stats/line_chart/node/:address/${chart}` as const;
    const url = `/v1/stats/line_chart/node/${node.address}/${chart}`;
    await ask(route, 'count 4', get(`${url}?count=4`));
    await ask(route, 'end given', get(`${url}?count=2&end=${yesterday}`));
    await ask(route, 'count 0', get(`${url}?count=0`));
  }
  const earnings = `/v1/stats/line_chart/delegator/${dora.address}/earnings`;
  await ask('GET /v1/stats/line_chart/delegator/:address/earnings', 'count 4', get(`${earnings}?count=4`));
  for (const kind of ['earnings', 'emission'] as const) {
    const route = `GET /v1/stats/line_chart/delegation/:user_address/:node_address/${kind}` as const;
    const url = (delegator: Actor) => `/v1/stats/line_chart/delegation/${delegator.address}/${node.address}/${kind}`;
    await ask(route, 'count 3', get(`${url(dora)}?network=devnet&count=3`));
    await ask(route, 'unknown delegation', get(`${url(actor('n3'))}?network=devnet&count=3`));
  }
  for (const kind of ['task_count', 'task_success_rate'] as const) {
    const route = `GET /v1/stats/line_chart/${kind}` as const;
    const url = `/v1/stats/line_chart/${kind}`;
    for (const period of ['Hour', 'Day', 'Week']) {
      await ask(route, `Text, ${period}`, get(`${url}?task_type=Text&period=${period}`));
    }
    await ask(route, 'All, Hour', get(`${url}?task_type=All&period=Hour&count=3`));
    await ask(route, 'Image, Hour', get(`${url}?task_type=Image&period=Hour`));
  }
  for (const period of ['Day', 'Week', 'Month']) {
    await ask('GET /v1/stats/line_chart/incentive', period, get(`/v1/stats/line_chart/incentive?period=${period}`));
    await ask('GET /v2/incentive/nodes', period, get(`/v2/incentive/nodes?period=${period}`));
  }
  await ask('GET /v2/incentive/nodes', 'Day, size 1', get('/v2/incentive/nodes?period=Day&size=1'));
  await ask('GET /v2/incentive/delegations', 'with nodes and tasks', get('/v2/incentive/delegations'));
  await ask('GET /v1/incentive/total', 'with nodes and tasks', get('/v1/incentive/total'));
  await ask('GET /v2/loaded-models', 'with rows put there by SQL', get('/v2/loaded-models'));
  await ask('GET /v1/incentive/node/:address', 'with income', get(`/v1/incentive/node/${node.address}`));
  for (const kind of ['task_execution_time', 'task_upload_result_time', 'task_waiting_time'] as const) {
    const route = `GET /v1/stats/histogram/${kind}` as const;
    await ask(route, 'All, Day', get(`/v1/stats/histogram/${kind}?task_type=All&period=Day`));
    await ask(route, 'Text, Hour', get(`/v1/stats/histogram/${kind}?task_type=Text&period=Hour`));
  }
  await ask('GET /v1/stats/histogram/task_fee', 'All', get('/v1/stats/histogram/task_fee?task_type=All'));
  // A month later, everything is in the last whole day, week and month.
  for (const [period, ms] of [
    ['Day', 86_400_000],
    ['Week', 6 * 86_400_000],
    ['Month', 25 * 86_400_000],
  ] as const) {
    await clock.tick(ms);
    await ask('GET /v1/incentive/nodes', period, get(`/v1/incentive/nodes?period=${period}`));
  }
}
