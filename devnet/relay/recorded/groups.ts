/** Groups of three: every combination of results, errors and silence that was recorded. */
import { imageScore } from '../../../protocol/scores/score.ts';
import type { RelayConfigInput } from '../config.ts';
import { type Actor, type Answer, llmResult, MODEL, type TestTask } from '../testing/harness.ts';
import type { RecordedWalk } from '../testing/recorded-walk.ts';
import { type Stage, withStage } from './questions.ts';
import { IMAGE_ARGS, IMAGE_MODEL, png } from './samples.ts';
import {
  abort,
  EVENTS,
  RESULT,
  RESULT_CHECKPOINT,
  RESULTS,
  read,
  SCORE,
  TASK,
  TEXT,
  TRACE,
  url,
  VALIDATE,
} from './task-routes.ts';

const GROUPED = { sampled: true, config: { samplingModulus: 1, times: { executionMax: 20 } } } as const;

export async function groupScenarios(walk: RecordedWalk): Promise<void> {
  await withStage(walk, {}, groupOfOne);
  for (const plan of GROUPS)
    await withStage(walk, { ...GROUPED, config: { ...GROUPED.config, ...plan.config } }, (stage) => group(stage, plan));
  await withStage(walk, GROUPED, stillQueued);
}

/**
 * @param order a letter per member in order of finishing; equal letters are equal results, E reports an error, X times
 * out, C is cancelled
 */
interface GroupPlan {
  readonly order: string;
  /** Name of the recorded validation. */
  readonly validation: string;
  /** Of members 1, 2, 3, in order of the group's states. */
  readonly members: readonly string[];
  readonly config?: RelayConfigInput;
  readonly image?: boolean;
  readonly after?: (stage: Stage, members: readonly Member[]) => Promise<void>;
}

interface Member {
  readonly task: TestTask;
  readonly node: Actor;
}

const named = (...states: readonly string[]) => states;
const GROUPS: readonly GroupPlan[] = [
  {
    order: 'AAA',
    validation: 'group, all equal',
    members: named(
      'GroupValidated (6), group, all equal',
      'EndGroupRefund (10), group, all equal',
      'EndGroupRefund (10), group, all equal',
    ),
    after: allEqual,
  },
  {
    order: 'ABC',
    validation: 'group, three different scores',
    members: Array(3).fill('EndAborted (9), group, three different scores'),
  },
  {
    order: 'AAC',
    validation: 'group, one cancelled by the creator, two equal',
    members: named(
      'status 6, group with one cancelled',
      'status 10, group with one cancelled',
      'status 9, group with one cancelled',
    ),
  },
  { order: 'EEE', validation: 'group, three errors', members: Array(3).fill('ErrorReported (3), group, three errors') },
  {
    order: 'AAB',
    validation: 'group, one cheats',
    members: named(
      'GroupValidated (6), group, one cheats',
      'EndGroupRefund (10), group, one cheats',
      'EndInvalidated (7), group, one cheats',
    ),
    after: cheated,
  },
  {
    order: 'EEA',
    validation: 'group, two errors and one score',
    members: named(
      'EndAborted (9), group, two errors and one score',
      'EndAborted (9), group, two errors and one score',
      'EndInvalidated (7), group, two errors and one score',
    ),
  },
  {
    order: 'AAA',
    validation: 'image group, one bit apart',
    image: true,
    members: named(
      'GroupValidated (6), image group, one bit apart',
      'EndGroupRefund (10), image group, one bit apart',
      'EndGroupRefund (10), image group, one bit apart',
    ),
  },
  {
    order: 'AAX',
    validation: 'group, one timed out, two equal',
    members: named(
      'status 6, reason 0, group, one timed out, two equal',
      'status 10, reason 0, group, one timed out, two equal',
      'status 9, reason 1, group, one timed out, two equal',
    ),
    after: traced,
  },
  {
    order: 'AXX',
    validation: 'group, two timed out, one score',
    members: named(
      'status 9, reason 5, group, two timed out, one score',
      'status 9, reason 1, group, two timed out, one score',
      'status 9, reason 1, group, two timed out, one score',
    ),
  },
  {
    order: 'ABX',
    validation: 'group, one timed out, two different',
    members: named(
      'status 9, reason 3, group, one timed out, two different',
      'status 9, reason 3, group, one timed out, two different',
      'status 9, reason 1, group, one timed out, two different',
    ),
  },
  { order: 'AAA', validation: '', members: [], config: { passiveSlash: true }, after: async () => {} },
  { order: 'AAB', validation: '', members: [], config: { passiveSlash: true }, after: pendingSlash },
];

const NAMES = ['n1', 'n2', 'n3'] as const;

async function group(stage: Stage, { order, validation: name, members: states, image = false, after }: GroupPlan): Promise<void> {
  const { ask, actor, relay, clock } = stage;
  const app = actor('app');
  for (const key of NAMES) await actor(key).join({ model_ids: [MODEL, IMAGE_MODEL] });
  const overrides = image ? { task_type: 0, task_args: IMAGE_ARGS, task_model_ids: [IMAGE_MODEL] } : {};
  const first = await app.createTask({ overrides });
  const tasks: TestTask[] = [first];
  while (tasks.length < 3) tasks.push(await app.createTask({ taskId: first.taskId, overrides }));
  const last = tasks[2];
  if (order.endsWith('C') && order.startsWith('AA') && last !== undefined) await abort(app, last.commitment);
  relay.runRound();
  const members: Member[] = [];
  for (const [at, task] of tasks.entries()) {
    const node = NAMES.map(actor).find(({ address }) => address === relay.task(task.commitment)?.selectedNode) ?? actor('n3');
    members.push({ task, node });
    const letter = order[at] ?? 'X';
    await clock.tick(1_000);
    const score = image ? imageScore([png(1)]) : llmResult(letter).score;
    if (letter === 'E') await node.reportError(task.commitment);
    else if (letter !== 'X') await node.score(task.commitment, score);
  }
  if (order.includes('X')) {
    await clock.tick(20_000);
    relay.runRound();
  }
  const answer = app.validate(tasks);
  if (name !== '') await ask(VALIDATE, name, answer);
  await answer;
  for (const [at, { task, node }] of members.entries()) {
    const state = states[at];
    if (state === undefined) continue;
    await askRecorded(stage, `${state}, member ${at + 1}, as the creator`, read(app, task.commitment));
    await askRecorded(stage, `${state}, member ${at + 1}, as the node`, read(node, task.commitment));
  }
  await after?.(stage, members);
}

/** For some members, only one of the two readings was kept. */
async function askRecorded({ ask, isRecorded }: Stage, name: string, answer: Promise<Answer>): Promise<void> {
  if (isRecorded(TASK, name)) await ask(TASK, name, answer);
  await answer;
}

async function allEqual({ ask, actor, get }: Stage, members: readonly Member[]): Promise<void> {
  const [winner, loser] = members;
  if (winner === undefined || loser === undefined) return;
  const app = actor('app');
  const result = { index: '0', task_id_commitment: loser.task.commitment };
  await ask('GET /v1/node/:address/task', 'pointer of a loser, EndGroupRefund', get(`/v1/node/${loser.node.address}/task`));
  await ask(RESULTS, 'EndGroupRefund', loser.node.upload(loser.task.commitment, llmResult('A').files));
  await ask(RESULT, 'EndGroupRefund', app.get(url(loser.task.commitment, '/results/0'), result));
  await ask(RESULTS, 'ok, GroupValidated', winner.node.upload(winner.task.commitment, llmResult('A').files));
  const { commitment } = winner.task;
  await ask(TASK, 'EndGroupSuccess (11), group, as the creator', read(app, commitment));
  await ask(
    RESULT,
    'ok, EndGroupSuccess',
    app.get(url(commitment, '/results/0'), { index: '0', task_id_commitment: commitment }),
  );
  await ask(RESULT_CHECKPOINT, 'EndGroupSuccess', read(app, commitment, '/results/checkpoint'));
  await ask(EVENTS, 'of a group winner', get(`/v1/events?task_id_commitment=${commitment}`));
  await ask(EVENTS, 'of a group member refunded', get(`/v1/events?task_id_commitment=${loser.task.commitment}`));
  const own = { address: winner.node.address };
  await ask(TRACE, 'after a group, rank', winner.node.get(`/v2/node/${own.address}/qos/tracing`, own));
}

async function cheated({ ask, get }: Stage, members: readonly Member[]): Promise<void> {
  const cheat = members[2];
  if (cheat === undefined) return;
  const own = { address: cheat.node.address };
  await ask(EVENTS, 'of a slashed node', get(`/v1/events?node_address=${own.address}&limit=100`));
  await ask(RESULTS, 'EndInvalidated', cheat.node.upload(cheat.task.commitment, llmResult('B').files));
}

async function traced({ ask }: Stage, members: readonly Member[]): Promise<void> {
  for (const { node } of members.slice(2)) {
    const own = { address: node.address };
    await ask(TRACE, 'after a group timeout', node.get(`/v2/node/${own.address}/qos/tracing`, own));
  }
}

/** The slash of a node that is already on another task. */
async function pendingSlash(stage: Stage, members: readonly Member[]): Promise<void> {
  const { ask, actor, get, relay } = stage;
  const cheat = members[2];
  if (cheat === undefined) return;
  const { address } = cheat.node;
  const own = { address };
  await ask('GET /v2/node/:address', 'after EndInvalidated, slash pending', cheat.node.get(`/v2/node/${address}`, own));
  await ask(TASK, 'EndInvalidated (7), passive slash, as the node', read(cheat.node, cheat.task.commitment));
  await ask(EVENTS, 'of a task invalidated, passive slash', get(`/v1/events?task_id_commitment=${cheat.task.commitment}`));
  const running = await actor('app').createTask({ overrides: { required_gpu: '' } });
  for (const { node } of members)
    if (node !== cheat.node) await node.post(`/v1/node/${node.address}/pause`, { address: node.address });
  relay.runRound();
  relay.slash({ address, commitment: cheat.task.commitment });
  await askTaskOf(stage, { name: 'EndAborted (9), reason 10 NodeSlashed', commitment: running.commitment, node: cheat.node });
  await ask(SCORE, 'EndAborted by slash', cheat.node.score(running.commitment, TEXT.score));
  await ask(EVENTS, 'of a node slashed with its task running', get(`/v1/events?node_address=${address}&limit=100`));
  await ask(EVENTS, 'of a task whose node was slashed', get(`/v1/events?task_id_commitment=${running.commitment}`));
  await ask(
    'POST /v1/node/:address/pause',
    'our program: 400',
    cheat.node.post(`/v1/node/${address}/pause`, own, { timestamp: 1 }),
  );
}

async function askTaskOf(
  { ask, actor }: Stage,
  { name, commitment, node }: { readonly name: string; readonly commitment: string; readonly node: Actor },
): Promise<void> {
  await ask(TASK, `${name}, as the creator`, read(actor('app'), commitment));
  await ask(TASK, `${name}, as the node`, read(node, commitment));
}

async function groupOfOne({ ask, actor, relay }: Stage): Promise<void> {
  const app = actor('app');
  await actor('n1').join();
  const task = await app.createTask();
  relay.runRound();
  await ask(VALIDATE, 'group of one', app.validate([task]));
}

async function stillQueued({ ask, actor, relay }: Stage): Promise<void> {
  const app = actor('app');
  await actor('n1').join();
  const first = await app.createTask();
  const tasks = [first, await app.createTask({ taskId: first.taskId }), await app.createTask({ taskId: first.taskId })];
  relay.runRound();
  await ask(VALIDATE, 'group, one still queued', app.validate(tasks));
  await actor('n1').score(first.commitment, TEXT.score);
  await ask(VALIDATE, 'proof says sampled, one task', app.validate([first]));
}
