/** Nodes: join, status, models, version, and what is told of them. */
import { type Actor, llmResult, MODEL, STAKE } from '../testing/harness.ts';
import type { RecordedWalk } from '../testing/recorded-walk.ts';
import { askMalformed, JSON_BODY, type Stage, withStage } from './questions.ts';

const NODE_V1 = 'GET /v1/node/:address';
const NODE_V2 = 'GET /v2/node/:address';
const TRACE = 'GET /v2/node/:address/qos/tracing';
const TASK = 'GET /v1/node/:address/task';
const EVENTS = 'GET /v1/events';
const JOIN = 'POST /v2/node/:address/join';
const CAPABLE = 'POST /v2/node/:address/capabilities';
const STATUS_ROUTES = ['pause', 'quit', 'resume'] as const;

const own = (actor: Actor) => ({ address: actor.address });
const capabilities = (actor: Actor) => ({
  address: actor.address,
  gpu_name: 'NVIDIA GeForce RTX 4090+Linux',
  gpu_vram: 24,
  version: '3.5.0',
  model_ids: [MODEL],
});
const v2 = (actor: Actor) => actor.get(`/v2/node/${actor.address}`, own(actor));
const status = (actor: Actor, action: string) => actor.post(`/v1/node/${actor.address}/${action}`, own(actor));

export async function nodeScenarios(walk: RecordedWalk): Promise<void> {
  await withStage(walk, {}, unknownNode);
  await withStage(walk, {}, joins);
  await withStage(walk, {}, member);
  await withStage(walk, {}, working);
  await withStage(walk, { config: { unstakeBeforeQuit: true } }, staked);
  await withStage(walk, {}, departed);
  await withStage(walk, {}, download);
}

async function download({ ask, get, actor, relay, clock }: Stage): Promise<void> {
  const node = actor('n1');
  await node.join();
  const model_id = 'base:new/model';
  await actor('app').createTask({ overrides: { task_model_ids: [model_id] } });
  relay.runRound();
  await clock.tick(5_000);
  relay.runRound();
  await ask(EVENTS, 'with DownloadModel', get(`/v1/events?node_address=${node.address}&limit=200`));
  const url = `/v1/node/${node.address}/model`;
  await ask('POST /v1/node/:address/model', 'after DownloadModel', node.post(url, { ...own(node), model_id }));
}

async function unknownNode(stage: Stage): Promise<void> {
  const { ask, get, actor, send, getOld, postOld, postText } = stage;
  const node = actor('stranger');
  const { address } = node;
  await ask(NODE_V1, 'unknown node', get(`/v1/node/${address}`));
  await ask(NODE_V1, 'not an address', get('/v1/node/hello'));
  await ask(TASK, 'unknown node', get(`/v1/node/${address}/task`));
  await ask(TASK, 'not an address', get('/v1/node/hello/task'));
  await ask('GET /v1/staking/:address', 'unknown node', get(`/v1/staking/${address}`));
  await ask('GET /v1/user_staking/node/:address', 'unknown node', get(`/v1/user_staking/node/${address}`));
  await ask(NODE_V2, 'unknown node', v2(node));
  await ask(NODE_V2, 'no signature', get(`/v2/node/${address}`));
  await ask(NODE_V2, 'bad token', get(`/v2/node/${address}`, { authorization: 'Bearer abc' }));
  await ask(NODE_V2, "other address's token", get(`/v2/node/${address}`, await stage.token('n2')));
  await ask(NODE_V2, 'other signer', actor('n2').get(`/v2/node/${address}`, own(actor('n2'))));
  await ask(NODE_V2, 'old timestamp', getOld(node, `/v2/node/${address}`, own(node)));
  await ask(TRACE, 'unknown node', node.get(`/v2/node/${address}/qos/tracing`, own(node)));
  await ask(TRACE, 'no signature', get(`/v2/node/${address}/qos/tracing`));
  await ask(TRACE, 'by a stranger', actor('n2').get(`/v2/node/${address}/qos/tracing`, own(actor('n2'))));
  for (const action of STATUS_ROUTES) {
    const route = `POST /v1/node/:address/${action}` as const;
    const url = `/v1/node/${address}/${action}`;
    await ask(route, 'not joined', status(node, action));
    await ask(route, 'other signer', actor('n2').post(url, own(node)));
    await ask(route, 'missing fields', postText(url, '{}'));
    await ask(route, 'one-character signature', postText(url, '{"timestamp": 1, "signature": "0"}'));
    await ask(route, 'old timestamp', postOld(node, url, own(node)));
    await askMalformed(stage, route, url);
  }
  const model = { ...own(node), model_id: 'base:a/b' };
  await ask('POST /v1/node/:address/model', 'not joined', node.post(`/v1/node/${address}/model`, model));
  await ask('POST /v1/node/:address/model', 'empty', node.post(`/v1/node/${address}/model`, { ...model, model_id: '' }));
  await ask('POST /v1/node/:address/model', 'other signer', actor('n2').post(`/v1/node/${address}/model`, model));
  const version = { ...own(node), version: '3.5.1' };
  await ask('POST /v1/node/:address/version', 'not joined', node.post(`/v1/node/${address}/version`, version));
  const join = { address, gpu_name: 'x', gpu_vram: 8, version: '3.5.0', model_ids: [MODEL] };
  await ask('POST /v1/node/:address/join', 'legacy join names no network', node.post(`/v1/node/${address}/join`, join));
  await ask(CAPABLE, 'not joined', node.post(`/v2/node/${address}/capabilities`, capabilities(node)));
  const worker = (method: 'POST' | 'DELETE' | 'GET', rest = '') => send({ method, url: `/v1/worker/3.5.0${rest}` });
  await ask('GET /v1/worker/:version/count', 'count of unknown version', worker('GET', '/count'));
  await ask('DELETE /v1/worker/:version', 'down, unknown version', worker('DELETE'));
  await ask('POST /v1/worker/:version', 'up', worker('POST'));
  await ask('GET /v1/worker/:version/count', 'count', worker('GET', '/count'));
  await ask('DELETE /v1/worker/:version', 'down', worker('DELETE'));
}

async function joins(stage: Stage): Promise<void> {
  const { ask, actor, send, postOld, postText } = stage;
  const node = actor('n1');
  const url = `/v2/node/${node.address}/join`;
  const join = { ...capabilities(node), network: 'devnet', staking: STAKE.toString() };
  await ask(JOIN, 'nothing staked on chain', actor('poor').join());
  await ask(JOIN, 'unknown network', node.join({ network: 'mars' }));
  await ask(JOIN, 'version of two parts', node.join({ version: '3.5' }));
  await ask(JOIN, 'version not numbers', node.join({ version: 'a.b.c' }));
  await ask(JOIN, 'gpu_vram 0', node.join({ gpu_vram: 0 }));
  await ask(JOIN, 'gpu_vram a string', node.join({ gpu_vram: '24' }));
  await ask(JOIN, 'model_ids null', node.join({ model_ids: null }));
  await ask(JOIN, 'model_ids empty', node.join({ model_ids: [] }));
  await ask(JOIN, 'staking smaller than on chain', node.join({ staking: '1' }));
  await ask(JOIN, 'missing fields', postText(url, '{}'));
  const short = JSON.stringify({ ...join, ...node.sign(join), signature: '0x12' });
  await ask(JOIN, 'short signature', send({ method: 'POST', url, headers: JSON_BODY, body: short }));
  await ask(JOIN, 'old timestamp', postOld(node, url, join));
  await askMalformed(stage, JOIN, url);
  await ask(JOIN, 'ok', node.join());
  await ask(JOIN, 'already joined', node.join());
}

async function member(stage: Stage): Promise<void> {
  const { ask, get, actor, clock, postOld } = stage;
  const node = actor('n1');
  const { address } = node;
  await node.join();
  await ask(NODE_V1, 'Available (1)', get(`/v1/node/${address}`));
  await ask(NODE_V1, 'address in lower case', get(`/v1/node/${address.toLowerCase()}`));
  await ask(NODE_V2, 'Available (1)', v2(node));
  await ask(TASK, 'no task', get(`/v1/node/${address}/task`));
  await ask(TASK, 'address in lower case', get(`/v1/node/${address.toLowerCase()}/task`));
  await ask('GET /v1/staking/:address', 'staked', get(`/v1/staking/${address}`));
  const model = (model_id: string) => node.post(`/v1/node/${address}/model`, { ...own(node), model_id });
  await ask('POST /v1/node/:address/model', 'ok', model('base:a/b'));
  await ask('POST /v1/node/:address/model', 'again', model('base:a/b'));
  const version = (text: string) => node.post(`/v1/node/${address}/version`, { ...own(node), version: text });
  await ask('POST /v1/node/:address/version', 'ok', version('3.5.1'));
  await ask('POST /v1/node/:address/version', 'same version again', version('3.5.1'));
  await ask('POST /v1/node/:address/version', 'version of two parts', version('3.5'));
  await ask('POST /v1/node/:address/version', 'version not numbers', version('a.b.c'));
  const url = `/v2/node/${address}/capabilities`;
  const capable = (change: object) => node.post(url, { ...capabilities(node), ...change });
  await ask(CAPABLE, 'ok, fewer models', capable({}));
  await ask(CAPABLE, 'model_ids empty', capable({ model_ids: [] }));
  await ask(CAPABLE, 'model_ids null', capable({ model_ids: null }));
  await ask(CAPABLE, 'version of two parts', capable({ version: '3.5' }));
  await ask(CAPABLE, 'other signer', actor('n2').post(url, capabilities(node)));
  await ask(CAPABLE, 'ok, all models', capable({}));
  await ask(CAPABLE, 'old timestamp', postOld(node, url, capabilities(node)));
  await askMalformed(stage, CAPABLE, url);
  await ask('POST /v1/node/:address/resume', 'not paused', status(node, 'resume'));
  await ask('POST /v1/node/:address/pause', 'ok, idle', status(node, 'pause'));
  await ask('POST /v1/node/:address/pause', 'already paused', status(node, 'pause'));
  await ask(NODE_V1, 'Paused (5)', get(`/v1/node/${address}`));
  await ask(NODE_V2, 'Paused (5)', v2(node));
  await ask('POST /v1/node/:address/resume', 'ok', status(node, 'resume'));
  await ask('POST /v1/node/:address/quit', 'ok, idle, unstaking on chain', status(node, 'quit'));
  await ask('POST /v1/node/:address/quit', 'Quit', status(node, 'quit'));
  await ask('POST /v1/node/:address/pause', 'Quit', status(node, 'pause'));
  await ask('POST /v1/node/:address/model', 'Quit', model('base:a/b'));
  await ask('POST /v1/node/:address/version', 'Quit', version('3.5.2'));
  await ask(CAPABLE, 'Quit', capable({}));
  await ask(NODE_V1, 'Quit (0)', get(`/v1/node/${address}`));
  await ask(NODE_V2, 'Quit (0)', v2(node));
  await ask(EVENTS, 'with NodeQuit', get(`/v1/events?node_address=${address}&limit=200`));
  await clock.tick(1_000);
}

async function working(stage: Stage): Promise<void> {
  const { ask, get, actor, relay } = stage;
  const [node, app] = [actor('n1'), actor('app')];
  await node.join();
  const { commitment } = await app.createTask();
  relay.runRound();
  await ask(TASK, 'with a task', get(`/v1/node/${node.address}/task`));
  await ask(NODE_V2, 'Busy (2)', v2(node));
  await ask('POST /v1/node/:address/pause', 'Busy', status(node, 'pause'));
  await ask('POST /v1/node/:address/pause', 'PendingPause', status(node, 'pause'));
  await ask('POST /v1/node/:address/resume', 'PendingPause', status(node, 'resume'));
  await ask(NODE_V1, 'PendingPause (3)', get(`/v1/node/${node.address}`));
  await ask(NODE_V2, 'PendingPause (3)', v2(node));
  const leaving = actor('n2');
  await leaving.join();
  await app.createTask();
  relay.runRound();
  await status(leaving, 'quit');
  await ask('POST /v1/node/:address/quit', 'PendingQuit', status(leaving, 'quit'));
  await ask('POST /v1/node/:address/pause', 'PendingQuit', status(leaving, 'pause'));
  await ask(JOIN, 'PendingQuit', leaving.join());
  await ask(NODE_V1, 'PendingQuit (4)', get(`/v1/node/${leaving.address}`));
  await ask(NODE_V2, 'PendingQuit (4)', v2(leaving));
  // The task ends without a result, and the node leaves with it.
  await stage.clock.tick(61_000);
  relay.runRound();
  await ask(NODE_V2, 'Quit (0), after PendingQuit', v2(leaving));
  await ask(EVENTS, 'with NodeQuit, after PendingQuit', get(`/v1/events?node_address=${leaving.address}&limit=200`));
  await ask(TRACE, 'after a timeout', node.get(`/v2/node/${node.address}/qos/tracing`, own(node)));
  await node.score(commitment, llmResult('late').score);
}

async function staked({ ask, actor }: Stage): Promise<void> {
  const node = actor('n1');
  await node.join();
  await ask('POST /v1/node/:address/quit', 'still staked on chain', status(node, 'quit'));
}

async function departed({ ask, get, actor, relay, clock }: Stage): Promise<void> {
  const node = actor('n1');
  await node.join();
  // Some history, so that there is something to trace.
  await actor('app').createTask();
  relay.runRound();
  await clock.tick(61_000);
  relay.runRound();
  relay.slash({ address: node.address, commitment: '0x' });
  await ask(NODE_V1, 'Quit (0), slashed', get(`/v1/node/${node.address}`));
  await ask(NODE_V2, 'Quit (0), slashed', v2(node));
  await ask(TRACE, 'slashed', node.get(`/v2/node/${node.address}/qos/tracing`, own(node)));
  await ask(TASK, 'slashed node', get(`/v1/node/${node.address}/task`));
  await ask('GET /v1/staking/:address', 'slashed', get(`/v1/staking/${node.address}`));
  await ask('GET /v1/network/nodes/data', 'with quit and slashed nodes', get('/v1/network/nodes/data?start=0&total=100'));
  await ask('GET /v2/network/nodes/data', 'with quit and slashed nodes', get('/v2/network/nodes/data?page=1&page_size=100'));
}
