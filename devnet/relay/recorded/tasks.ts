/** Tasks: creation, execution, validation, results, and every state in which they can be read. */
import type { Hex } from '../../../protocol/hex.ts';
import { imageScore } from '../../../protocol/scores/score.ts';
import { type Actor, type Answer, creationFields, llmResult, MODEL, type TestTask } from '../testing/harness.ts';
import type { RecordedWalk } from '../testing/recorded-walk.ts';
import { groupScenarios } from './groups.ts';
import { askMalformed, type Stage, withStage } from './questions.ts';
import { FINE_TUNE_ARGS, IMAGE_ARGS, IMAGE_MODEL, png } from './samples.ts';
import {
  ABORT,
  abort,
  CHECKPOINT,
  CREATE,
  DIAGNOSIS,
  ERROR,
  EVENTS,
  RESULT,
  RESULT_CHECKPOINT,
  RESULTS,
  read,
  SCORE,
  SELECTED,
  TASK,
  TEXT,
  UNKNOWN,
  url,
  VALIDATE,
} from './task-routes.ts';

export async function taskScenarios(walk: RecordedWalk): Promise<void> {
  await withStage(walk, {}, creation);
  await withStage(walk, {}, single);
  await withStage(walk, {}, reportedError);
  await withStage(walk, {}, images);
  await withStage(walk, {}, fineTune);
  await withStage(walk, { config: { times: { executionMax: 20 } } }, deadlines);
  await withStage(walk, {}, cancelled);
  await groupScenarios(walk);
}

async function creation(stage: Stage): Promise<void> {
  const { ask, actor, postText, postOld, random } = stage;
  const app = actor('app');
  const create = async (overrides: object, creator = app): Promise<Answer> => (await creator.createTask({ overrides })).answer;
  const at = url(UNKNOWN);
  await ask(CREATE, 'no money', create({}, actor('poor')));
  await ask(CREATE, 'creator without an account', create({}, actor('poor')));
  await ask(CREATE, 'fee over balance', create({ task_fee: (10n ** 30n).toString() }));
  await ask(CREATE, 'task_args not JSON', create({ task_args: 'hello' }));
  await ask(CREATE, 'task_args against the schema', create({ task_args: '{"messages":[]}' }));
  await ask(CREATE, 'task_type 9', create({ task_type: 9 }));
  await ask(CREATE, 'task_version of two parts', create({ task_version: '3.0' }));
  await ask(CREATE, 'task_fee not a number', create({ task_fee: 'much' }));
  await ask(CREATE, 'task_model_ids empty', create({ task_model_ids: [] }));
  await ask(CREATE, 'min_vram null', create({ min_vram: null }));
  await ask(CREATE, 'missing fields', postText(at, '{}'));
  await ask(CREATE, 'body of another type', postText(at, 'hello', 'text/plain'));
  await askMalformed(stage, CREATE, at);
  const nonce = `0x${Buffer.from(random.bytes(32)).toString('hex')}`;
  const fields = { task_id_commitment: UNKNOWN, ...creationFields(nonce) };
  await ask(CREATE, 'old timestamp', postOld(app, at, fields));
  await ask(CREATE, 'signed something else', app.post(at, fields, { task_version: '3.0.1' }));
  const { commitment, nonce: used } = await app.createTask();
  const again = { task_id_commitment: commitment, ...creationFields(used) };
  await ask(CREATE, 'same commitment again', app.post(url(commitment), again));
  await ask(CREATE, 'ok, SD, urlencoded form', createByForm(stage, app));
}

async function createByForm({ random, send }: Stage, app: Actor): Promise<Answer> {
  const commitment = `0x${Buffer.from(random.bytes(32)).toString('hex')}`;
  const fields = {
    task_id_commitment: commitment,
    ...creationFields(`0x${'12'.repeat(32)}`),
    task_args: IMAGE_ARGS,
    task_type: 0,
    task_model_ids: [IMAGE_MODEL],
  };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...fields, ...app.sign(fields) })) {
    for (const one of [value].flat()) form.append(name, String(one));
  }
  form.delete('task_id_commitment');
  const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
  return send({ method: 'POST', url: url(commitment), headers, body: form.toString() });
}

const STATES = [
  ['creator', 'app'],
  ['node', 'n1'],
] as const;

/** Asked as everybody who may read it; if only one of them was recorded, as that one. */
async function askTask({ ask, actor }: Stage, { name, commitment, by = ['creator', 'node'] }: AskedTask): Promise<void> {
  for (const [who, key] of STATES) {
    if (by.includes(who)) await ask(TASK, `${name}, as the ${who}`, read(actor(key), commitment));
  }
}

interface AskedTask {
  readonly name: string;
  readonly commitment: string;
  readonly by?: readonly ('creator' | 'node')[];
}

async function single(stage: Stage): Promise<void> {
  const { ask, actor, relay, get, postText, postOld, getOld, send } = stage;
  const [app, node, stranger] = [actor('app'), actor('n1'), actor('n2')];
  await node.join();
  await ask(TASK, 'unknown task', read(app, UNKNOWN));
  const task = await app.createTask();
  const { commitment } = task;
  await askTask(stage, { name: 'Queued (0)', commitment, by: ['creator'] });
  await ask(TASK, 'Queued (0), as a stranger', read(stranger, commitment));
  await ask(SCORE, 'Queued', node.score(commitment, TEXT.score));
  await ask(ERROR, 'Queued', node.reportError(commitment));
  await ask(SELECTED, 'Queued', read(app, commitment, '/selected_node'));
  await ask(CHECKPOINT, 'Queued', read(app, commitment, '/checkpoint'));
  for (const [route, rest] of [
    [CHECKPOINT, '/checkpoint'],
    [SELECTED, '/selected_node'],
  ] as const) {
    await ask(route, 'unknown task', read(app, UNKNOWN, rest));
  }
  relay.runRound();
  await askTask(stage, { name: 'Started (1)', commitment });
  await ask(TASK, 'no signature', get(url(commitment)));
  await ask(TASK, 'one-character signature', get(url(commitment, '?timestamp=1&signature=0')));
  await ask(TASK, 'signature not hex', get(url(commitment, '?timestamp=1&signature=0xzz')));
  await ask(TASK, 'timestamp not a number', get(url(commitment, '?timestamp=x&signature=0x12')));
  await ask(SELECTED, 'as the creator', read(app, commitment, '/selected_node'));
  await ask(SELECTED, 'as the node', read(node, commitment, '/selected_node'));
  await ask(SELECTED, 'as a stranger', read(stranger, commitment, '/selected_node'));
  await ask(CHECKPOINT, 'task without a checkpoint', read(app, commitment, '/checkpoint'));
  await ask(CHECKPOINT, 'as a stranger', read(stranger, commitment, '/checkpoint'));
  await ask(ABORT, 'Started', abort(app, commitment));
  await ask(VALIDATE, 'Started', app.validate([task]));
  await ask(RESULTS, 'Started', node.upload(commitment, TEXT.files));
  const result = { index: '0', task_id_commitment: commitment };
  const resultOf = (actor: Actor, index: string, id = commitment) =>
    actor.get(url(id, `/results/${index}`), { ...result, index, task_id_commitment: id });
  await ask(RESULT, 'Started', resultOf(app, '0'));
  await ask(SCORE, 'by another node', stranger.score(commitment, TEXT.score));
  await ask(SCORE, 'not hex', node.score(commitment, 'zz'));
  await ask(SCORE, 'missing', node.score(commitment, ''));
  const scoreUrl = url(commitment, '/score');
  await ask(SCORE, 'missing fields', postText(scoreUrl, '{}'));
  await ask(SCORE, 'no body', send({ method: 'POST', url: scoreUrl }));
  await ask(SCORE, 'one-character signature', postText(scoreUrl, '{"score": "0x", "timestamp": 1, "signature": "0"}'));
  await askMalformed(stage, SCORE, scoreUrl);
  const errorOf = (actor: Actor, task_error: number, id = commitment) =>
    actor.post(url(id, '/task_error'), { task_id_commitment: id, task_error });
  await ask(ERROR, 'error 0', errorOf(node, 0));
  await ask(ERROR, 'by another node', errorOf(stranger, 1));
  await ask(ERROR, 'unknown task', errorOf(node, 1, UNKNOWN));
  await ask(SCORE, 'ok', node.score(commitment, TEXT.score));
  await askTask(stage, { name: 'ScoreReady (4)', commitment, by: ['node'] });
  await ask(ERROR, 'ScoreReady', node.reportError(commitment));
  await validation(stage, task);
  await ask(VALIDATE, 'ok, single', app.validate([task]));
  await ask(VALIDATE, 'Validated', app.validate([task]));
  await askTask(stage, { name: 'Validated (5)', commitment });
  await ask(RESULT, 'Validated', resultOf(app, '0'));
  await uploads(stage, commitment);
  await ask(RESULTS, 'ok', node.upload(commitment, TEXT.files));
  await askTask(stage, { name: 'EndSuccess (8)', commitment });
  await ask(RESULT, 'ok, LLM', resultOf(app, '0'));
  await ask(RESULT, 'index out of range', resultOf(app, '7'));
  await ask(RESULT, 'index not a number', resultOf(app, 'x'));
  await ask(RESULT, 'by a stranger', resultOf(stranger, '0'));
  await ask(RESULT, 'unknown task', resultOf(app, '0', UNKNOWN));
  await ask(RESULT, 'no signature', get(url(commitment, '/results/0')));
  await ask(RESULT_CHECKPOINT, 'LLM task', read(app, commitment, '/results/checkpoint'));
  await ask(RESULT_CHECKPOINT, 'by a stranger', read(stranger, commitment, '/results/checkpoint'));
  await ask(RESULT_CHECKPOINT, 'no signature', get(url(commitment, '/results/checkpoint')));
  await ask(RESULT, 'old timestamp', getOld(app, url(commitment, '/results/0'), result));
  await ask(TASK, 'old timestamp', getOld(app, url(commitment), { task_id_commitment: commitment }));
  await ask(SCORE, 'old timestamp', postOld(node, scoreUrl, { task_id_commitment: commitment, score: '0x' }));
  await ask(
    ERROR,
    'old timestamp',
    postOld(node, url(commitment, '/task_error'), { task_id_commitment: commitment, task_error: 1 }),
  );
}

async function validation(stage: Stage, task: TestTask): Promise<void> {
  const { ask, actor, postText } = stage;
  const app = actor('app');
  const claim = (change: object) =>
    app.post('/v1/inference_tasks/validate', {
      task_id_commitments: [task.commitment],
      task_id: task.taskId,
      vrf_proof: `0x${'02'.repeat(81)}`,
      public_key: `0x${'02'.repeat(64)}`,
      ...change,
    });
  const other = (await app.createTask()).taskId;
  await ask(VALIDATE, 'other task_id', claim({ task_id: other }));
  const three = Array<string>(3).fill(task.commitment);
  await ask(VALIDATE, 'three times the same', claim({ task_id_commitments: three }));
  await ask(VALIDATE, 'two commitments', claim({ task_id_commitments: three.slice(1) }));
  await ask(VALIDATE, 'no commitments', claim({ task_id_commitments: [] }));
  await ask(VALIDATE, 'unknown commitment', claim({ task_id_commitments: [UNKNOWN] }));
  await ask(VALIDATE, 'by a stranger', actor('n2').validate([task]));
  await ask(VALIDATE, 'missing fields', postText('/v1/inference_tasks/validate', '{}'));
  await askMalformed(stage, VALIDATE, '/v1/inference_tasks/validate');
  await ask(VALIDATE, 'proof not hex', app.validate([task], { proof: '0xzz' }));
  await ask(VALIDATE, 'proof of another seed', app.validate([task], { seed: `0x${'77'.repeat(32)}` }));
}

async function uploads({ ask, actor, postText, send }: Stage, commitment: Hex): Promise<void> {
  const node = actor('n1');
  await ask(RESULTS, 'by another node', actor('n2').upload(commitment, TEXT.files));
  await ask(RESULTS, 'no files', node.upload(commitment, []));
  await ask(RESULTS, 'other files', node.upload(commitment, llmResult('something else').files));
  await ask(RESULTS, 'more files than scored', node.upload(commitment, [...TEXT.files, ...TEXT.files]));
  await ask(RESULTS, 'unknown task', node.upload(UNKNOWN, TEXT.files));
  const signed = JSON.stringify(node.sign({ task_id_commitment: commitment }));
  await ask(RESULTS, 'body is JSON', postText(url(commitment, '/results'), signed));
  const form = async (fields: Record<string, string>): Promise<Answer> => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    data.append('files', new Blob([new Uint8Array(TEXT.files[0] ?? [])]), '0.json');
    const request = new Response(data);
    const headers = { 'content-type': request.headers.get('content-type') ?? '' };
    const body = new Uint8Array(await request.arrayBuffer());
    return send({ method: 'POST', url: url(commitment, '/results'), headers, body });
  };
  await ask(RESULTS, 'no timestamp', form({ signature: '0x12' }));
  await ask(RESULTS, 'garbage signature', form({ timestamp: '1', signature: `0x${'00'.repeat(65)}` }));
}

async function diagnose(stage: Stage, node: Actor, commitment: string): Promise<void> {
  const { ask, actor, postOld } = stage;
  const path = (id: string) => `/v2/tasks/${id}/node_error`;
  const signed = {
    node_address: node.address,
    task_id_commitment: commitment,
    task_args: '{}',
    error_type: 'TaskExecutionError',
    message: 'worker failed',
    stack_trace: 'Error: boom',
    gpu_count: 1,
    gpu_model: 'a card',
    gpu_vram_mb: 24_564,
    executor_mode: 'device_map',
  };
  const captured = { captured_at: 1_795_908_000 };
  const send = (change: object, extra: object = captured) => node.post(path(commitment), { ...signed, ...change }, extra);
  await ask(DIAGNOSIS, 'ok', send({}));
  await ask(DIAGNOSIS, 'again, another text', send({ message: 'another' }));
  await ask(DIAGNOSIS, 'gpu_count 0', send({ gpu_count: 0 }));
  await ask(DIAGNOSIS, 'stack_trace empty', send({ stack_trace: '' }));
  await ask(DIAGNOSIS, 'captured_at 0', send({}, { captured_at: 0 }));
  await ask(DIAGNOSIS, 'signed by another', actor('n2').post(path(commitment), signed, captured));
  await ask(DIAGNOSIS, 'unknown task', node.post(path(UNKNOWN), { ...signed, task_id_commitment: UNKNOWN }, captured));
  await ask(DIAGNOSIS, 'path and body differ', node.post(path(UNKNOWN), signed, captured));
  await askMalformed(stage, DIAGNOSIS, path(commitment));
  await ask(DIAGNOSIS, 'old timestamp', postOld(node, path(commitment), signed, captured));
}

async function cancelled({ ask, actor, get }: Stage): Promise<void> {
  const app = actor('app');
  const { commitment } = await app.createTask();
  await ask(ABORT, 'reason not allowed', abort(app, commitment, 1));
  await ask(ABORT, 'reason 0', abort(app, commitment, 0));
  await ask(ABORT, 'by a stranger', abort(actor('n1'), commitment));
  await ask(ABORT, 'unknown task', abort(app, UNKNOWN));
  await ask(ABORT, 'ok', abort(app, commitment));
  await ask(ABORT, 'again', abort(app, commitment));
  await ask(EVENTS, 'by the creator: aborts', get(`/v1/events?node_address=${app.address}&limit=200`));
}

async function reportedError(stage: Stage): Promise<void> {
  const { ask, actor, relay } = stage;
  const [app, node] = [actor('app'), actor('n1')];
  await node.join();
  const task = await app.createTask();
  relay.runRound();
  await diagnose(stage, node, task.commitment);
  await ask(ERROR, 'ok', node.reportError(task.commitment));
  await askTask(stage, { name: 'ErrorReported (3)', commitment: task.commitment });
  await ask(VALIDATE, 'ok, single, ErrorReported', app.validate([task]));
  await askTask(stage, { name: 'EndAborted (9), reason 6 ErrorReported', commitment: task.commitment });
  await ask(SCORE, 'EndAborted', node.score(task.commitment, TEXT.score));
  await ask(RESULTS, 'EndAborted', node.upload(task.commitment, TEXT.files));
}

async function images({ ask, actor, relay }: Stage): Promise<void> {
  const [app, node] = [actor('app'), actor('n1')];
  await node.join({ model_ids: [IMAGE_MODEL] });
  const task = await app.createTask({ overrides: { task_type: 0, task_args: IMAGE_ARGS, task_model_ids: [IMAGE_MODEL] } });
  const { commitment } = task;
  relay.runRound();
  await ask(SCORE, 'length no multiple of 8 bytes', node.score(commitment, '0x1234'));
  const score: Hex = imageScore([png(1)]);
  await ask(
    SCORE,
    'ok, with execution_dtype',
    node.post(url(commitment, '/score'), { task_id_commitment: commitment, score, execution_dtype: 'float16' }),
  );
  await app.validate([task]);
  await ask(RESULTS, 'png that can not be decoded', node.upload(commitment, [new TextEncoder().encode('no image')]));
  await ask(RESULTS, 'ok, image', node.upload(commitment, [png(1)]));
  await ask(TASK, 'EndSuccess (8), image, as the node', read(node, commitment));
  await ask(RESULT, 'ok, image', app.get(url(commitment, '/results/0'), { index: '0', task_id_commitment: commitment }));
}

async function fineTune(stage: Stage): Promise<void> {
  const { ask, actor, relay } = stage;
  const [app, node] = [actor('app'), actor('n1')];
  await node.join({ model_ids: ['base:runwayml/stable-diffusion-v1-5'] });
  const made = createFineTune(stage, 1);
  await ask(
    CREATE,
    'fine-tune, two checkpoints',
    createFineTune(stage, 2).then(({ answer }) => answer),
  );
  await ask(
    CREATE,
    'ok, fine-tune, multipart with checkpoint',
    made.then(({ answer }) => answer),
  );
  const task = await made;
  const { commitment } = task;
  await ask(CHECKPOINT, 'Queued, with a checkpoint', read(app, commitment, '/checkpoint'));
  relay.runRound();
  await ask(TASK, 'Started (1), fine-tune, as the node', read(node, commitment));
  await ask(CHECKPOINT, 'ok, as the creator', read(app, commitment, '/checkpoint'));
  await node.score(commitment, imageScore([png(1)]));
  await app.validate([task]);
  await ask(RESULTS, 'fine-tune without checkpoint', node.upload(commitment, [png(1)]));
  await ask(RESULTS, 'ok, fine-tune with checkpoint', node.upload(commitment, [png(1)], new TextEncoder().encode('weights')));
  await askTask(stage, { name: 'EndSuccess (8), fine-tune', commitment });
  await ask(RESULT_CHECKPOINT, 'ok', read(app, commitment, '/results/checkpoint'));
}

async function createFineTune({ actor, send }: Stage, checkpoints: number) {
  const app = actor('app');
  const overrides = {
    task_type: 2,
    task_args: FINE_TUNE_ARGS,
    task_model_ids: ['base:runwayml/stable-diffusion-v1-5'],
    timeout: 90,
  };
  return app.createTask({
    overrides,
    send: async (path, fields) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) {
        for (const one of [value].flat()) form.append(name, String(one));
      }
      form.delete('task_id_commitment');
      for (let index = 0; index < checkpoints; index++) form.append('checkpoint', new Blob(['zip']), 'checkpoint.zip');
      const request = new Response(form);
      const headers = { 'content-type': request.headers.get('content-type') ?? '' };
      return send({ method: 'POST', url: path, headers, body: new Uint8Array(await request.arrayBuffer()) });
    },
  });
}

async function deadlines(stage: Stage): Promise<void> {
  const { ask, actor, relay, clock, get } = stage;
  const [app, node] = [actor('app'), actor('n1')];
  const queued = await app.createTask({ overrides: { required_gpu: 'a card that nobody has', required_gpu_vram: 8 } });
  await clock.tick(121_000);
  relay.runRound();
  await askTask(stage, {
    name: 'EndAborted (9), reason 1 Timeout, in the queue',
    commitment: queued.commitment,
    by: ['creator'],
  });
  await node.join({ model_ids: [MODEL, 'base:runwayml/stable-diffusion-v1-5'] });
  const slow = await createFineTune(stage, 1);
  relay.runRound();
  await clock.tick(91_000);
  relay.runRound();
  await askTask(stage, { name: 'EndAborted (9), reason 1 Timeout, while executing', commitment: slow.commitment });
  await ask(SCORE, 'EndAborted by timeout', node.score(slow.commitment, TEXT.score));
  await ask(EVENTS, 'TaskEndAborted by timeout', get(`/v1/events?task_id_commitment=${slow.commitment}`));
  await ask(EVENTS, 'by the relay wallet: aborts', get(`/v1/events?node_address=${relay.config.relayAddress}&limit=200`));
  const forgotten = await app.createTask();
  relay.runRound();
  await node.score(forgotten.commitment, TEXT.score);
  await clock.tick(61_000);
  relay.runRound();
  await askTask(stage, { name: 'EndAborted (9), reason 8 CreatorValidationTimeout', commitment: forgotten.commitment });
  const unsent = await app.createTask();
  relay.runRound();
  await node.score(unsent.commitment, TEXT.score);
  await app.validate([unsent]);
  await clock.tick(31_000);
  relay.runRound();
  await askTask(stage, { name: 'EndAborted (9), reason 9 ResultUploadTimeout', commitment: unsent.commitment, by: ['node'] });
}
