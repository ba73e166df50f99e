/** Data for the charts and histograms of the window and public pages. Source: RELAY_PROTOCOL 3.6, recordings. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RelayContext } from '../context.ts';
import { delegatedWei, nodeDelegations } from '../delegations.ts';
import { nodeScores, scoreStakeWei } from '../dispatcher.ts';
import { notFound, refuseField } from '../refusal.ts';
import {
  DAY_MS,
  daysUpTo,
  emissionWeeks,
  HOUR_MS,
  hasEnded,
  hasSucceeded,
  histogram,
  type Income,
  incomes,
  isOfKind,
  isOperators,
  spansBefore,
  startOf,
  sumWei,
  WEEK_MS,
  within,
} from '../statistics.ts';
import type { NodeRow, TaskRow } from '../store/rows.ts';
import { bind, type FieldKinds } from './bind.ts';
import { inCnx, knownNodeAt, unixSeconds } from './wire.ts';

const PERIODS = { Hour: { span: HOUR_MS, count: 24 }, Day: { span: DAY_MS, count: 15 }, Week: { span: WEEK_MS, count: 8 } };
const HISTOGRAM_PERIODS = { Hour: HOUR_MS, Day: DAY_MS, Week: WEEK_MS };
/** Seconds per bar. */
const BAR_SECONDS = 5;
const BARS = 10;

const kindShape = (k: FieldKinds) => ({ task_type: k.oneOf('Image', 'Text', 'All') });
const periodShape = (k: FieldKinds) => ({ ...kindShape(k), period: k.oneOf('Hour', 'Day', 'Week') });
const daysShape = (k: FieldKinds) => ({ end: k.nullableInt(), count: k.int(30) });
const GO_NAMES = ['task_type', 'period'];

/** Go encodes a slice that nothing was appended to as null. */
const orNull = <Value>(list: readonly Value[]): readonly Value[] | null => (list.length === 0 ? null : list);

export function statsRoutes(app: FastifyInstance, context: RelayContext): void {
  const { store, clock } = context;

  function daysOf(request: FastifyRequest): number[] {
    const { end, count } = bind(request, { shape: daysShape });
    return daysUpTo(end === null ? clock.now() : end * 1000, count);
  }
  const seconds = (starts: readonly number[]) => orNull(starts.map(unixSeconds));
  const byDay = (rows: readonly Income[], days: readonly number[]) =>
    orNull(days.map((day) => sumWei(rows.filter(within(day, DAY_MS))).toString()));

  app.get('/v1/stats/line_chart/task_count', (request) => {
    const { starts, span, tasks } = countedTasks(request);
    const counts = starts.map((start) => tasks.filter(({ createTimeMs }) => within(start, span)({ atMs: createTimeMs })).length);
    return { message: 'success', data: { timestamps: starts.map(unixSeconds), counts } };
  });

  app.get('/v1/stats/line_chart/task_success_rate', (request) => {
    const { starts, span, tasks } = countedTasks(request);
    const success_rate = starts.map((start) => {
      const ended = tasks.filter((task) => hasEnded(task) && within(start, span)({ atMs: task.createTimeMs }));
      return ended.length === 0 ? 0 : ended.filter(hasSucceeded).length / ended.length;
    });
    return { message: 'success', data: { timestamps: starts.map(unixSeconds), success_rate } };
  });

  function countedTasks(request: FastifyRequest) {
    const shape = (k: FieldKinds) => ({ ...periodShape(k), end: k.nullableInt(), count: k.nullableInt() });
    const { task_type, period, end, count } = bind(request, { shape, goNames: GO_NAMES });
    const { span, count: usual } = PERIODS[period];
    const starts = spansBefore(end === null ? clock.now() : end * 1000, { span, count: count ?? usual });
    return { starts, span, tasks: store.tasks.values().filter(({ type }) => isOfKind(type, task_type)) };
  }

  app.get('/v1/stats/line_chart/incentive', (request) => {
    const shape = (k: FieldKinds) => ({ period: k.oneOf('Day', 'Week', 'Month'), end: k.nullableInt(), count: k.nullableInt() });
    const { period, end, count } = bind(request, { shape, goNames: GO_NAMES });
    const endMs = end === null ? clock.now() : end * 1000;
    const bounds =
      period === 'Month'
        ? monthsBefore(endMs, count ?? 12)
        : boundsOf(endMs, period === 'Day' ? { span: DAY_MS, count: count ?? 14 } : { span: WEEK_MS, count: count ?? 8 });
    const operators = incomes(context).filter(isOperators);
    const starts = bounds.slice(0, -1);
    const incentives = starts.map((start, index) =>
      inCnx(sumWei(operators.filter(within(start, (bounds[index + 1] ?? start) - start)))),
    );
    return { message: 'success', data: { timestamps: starts.map(unixSeconds), incentives } };
  });

  /** Only nodes that are open to delegators. */
  function openNode(request: FastifyRequest): NodeRow {
    const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
    const node = knownNodeAt(store, address);
    if (node === undefined || nodeDelegations(context, node.address).sharePercent === 0) throw notFound();
    return node;
  }

  app.get('/v1/stats/line_chart/node/:address/earnings', (request) => {
    const days = daysOf(request);
    const { address } = openNode(request);
    const rows = incomes(context).filter(({ node }) => node === address);
    const data = {
      timestamps: seconds(days),
      operator_earnings: byDay(rows.filter(isOperators), days),
      delegator_earnings: byDay(
        rows.filter((row) => !isOperators(row)),
        days,
      ),
      total_earnings: byDay(rows, days),
    };
    return { message: 'success', data };
  });

  /** The history of these is not stored: only today is known. */
  function onlyToday<Value>(days: readonly number[], { today, before }: { readonly today: Value; readonly before: Value }) {
    const current = startOf(clock.now(), DAY_MS);
    return orNull(days.map((day) => (day === current ? today : before)));
  }

  app.get('/v1/stats/line_chart/node/:address/staking', (request) => {
    const days = daysOf(request);
    const node = openNode(request);
    const delegatorWei = delegatedWei(context, node.address);
    const operatorWei = scoreStakeWei(context, node) - delegatorWei;
    const text = (wei: bigint) => onlyToday(days, { today: wei.toString(), before: '0' });
    const data = {
      timestamps: seconds(days),
      operator_stakings: text(operatorWei),
      delegator_stakings: text(delegatorWei),
      total_stakings: text(operatorWei + delegatorWei),
    };
    return { message: 'success', data };
  });

  app.get('/v1/stats/line_chart/node/:address/scores', (request) => {
    const days = daysOf(request);
    const { staking, qos, weight } = nodeScores(context, openNode(request));
    const number = (today: number) => onlyToday(days, { today, before: 0 });
    const data = {
      timestamps: seconds(days),
      staking_scores: number(staking),
      qos_scores: number(qos),
      prob_weights: number(weight),
    };
    return { message: 'success', data };
  });

  app.get('/v1/stats/line_chart/node/:address/delegator_num', (request) => {
    const days = daysOf(request);
    const count = nodeDelegations(context, openNode(request).address).delegations.length;
    return {
      message: 'success',
      data: { timestamps: seconds(days), delegator_nums: onlyToday(days, { today: count, before: 0 }) },
    };
  });

  app.get('/v1/stats/line_chart/delegator/:address/earnings', (request) => {
    const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
    const days = daysOf(request);
    const rows = incomes(context).filter((row) => row.payee === address && !isOperators(row));
    return { message: 'success', data: { timestamps: seconds(days), earnings: byDay(rows, days) } };
  });

  const delegationShape = (k: FieldKinds) => ({ user_address: k.text(), node_address: k.text(), network: k.text() });
  const DELEGATION = '/v1/stats/line_chart/delegation/:user_address/:node_address';

  app.get(`${DELEGATION}/earnings`, (request) => {
    const { user_address, node_address } = bind(request, { shape: delegationShape });
    const days = daysOf(request);
    const rows = incomes(context).filter((row) => row.payee === user_address && row.node === node_address);
    return { message: 'success', data: { timestamps: seconds(days), earnings: byDay(rows, days) } };
  });

  app.get(`${DELEGATION}/emission`, (request) => {
    const { count } = bind(request, { shape: (k) => ({ ...delegationShape(k), count: k.int(24) }) });
    if (count < 1 || count > 260) throw refuseField('count', 'weeks must be between 1 and 260');
    const starts = emissionWeeks(clock.now(), count);
    // Emissions of the local network are not assigned to the node they were delegated to.
    return { message: 'success', data: { timestamps: starts.map(unixSeconds), emission: starts.map(() => '0') } };
  });

  function timeHistogram(request: FastifyRequest, secondsOf: (task: TaskRow) => number | null) {
    const shape = (k: FieldKinds) => ({ ...periodShape(k), model_switched: k.nullableBool() });
    const { task_type, period, model_switched } = bind(request, { shape, goNames: GO_NAMES });
    const sinceMs = startOf(clock.now(), HOUR_MS) - HISTOGRAM_PERIODS[period];
    const values = store.tasks
      .values()
      .filter((task) => task.createTimeMs >= sinceMs && isOfKind(task.type, task_type))
      // Whether a model was switched is not stored, so no task counts as switched.
      .filter(() => model_switched !== true)
      .flatMap((task) => secondsOf(task) ?? []);
    return histogram(values, BAR_SECONDS);
  }
  const between = (fromMs: number | null, toMs: number | null) =>
    fromMs === null || toMs === null ? null : (toMs - fromMs) / 1000;

  app.get('/v1/stats/histogram/task_execution_time', (request) => {
    const { bins, counts } = timeHistogram(request, (task) => between(task.startTimeMs, task.scoreReadyTimeMs));
    return { message: 'success', data: { execution_times: bins, task_count: counts } };
  });
  app.get('/v1/stats/histogram/task_upload_result_time', (request) => {
    const { bins, counts } = timeHistogram(request, (task) => between(task.validatedTimeMs, task.resultUploadedTimeMs));
    return { message: 'success', data: { upload_result_times: bins, task_count: counts } };
  });
  // The real relay uses the name upload_result_times for the bars of the waiting times, too.
  app.get('/v1/stats/histogram/task_waiting_time', (request) => {
    const { bins, counts } = timeHistogram(request, (task) => between(task.createTimeMs, task.startTimeMs));
    return { message: 'success', data: { upload_result_times: bins, task_count: counts } };
  });

  app.get('/v1/stats/histogram/task_fee', (request) => {
    const { task_type } = bind(request, { shape: kindShape, goNames: GO_NAMES });
    // biome-ignore lint/plugin: the last hour by the dates of the records
    const since = clock.now() - HOUR_MS;
    const fees = store.tasks
      .values()
      .filter((task) => isOfKind(task.type, task_type) && task.feeWei > 0n && task.createTimeMs >= since)
      .map(({ feeWei }) => feeWei);
    // Without a message, as on the real relay.
    return { data: feeBars(fees) };
  });

  app.get('/v1/stats/node_events', (_, reply) => {
    // biome-ignore lint/plugin: the last hour by the dates of the records
    const since = clock.now() - HOUR_MS;
    const lines = store.tasks
      .values()
      .filter((task) => task.createTimeMs >= since && task.startTimeMs !== null)
      .flatMap((task) => nodeEventLines(task, store.nodes.get(task.selectedNode ?? '')));
    return reply.type('text/plain; charset=utf-8').send(lines.join(''));
  });
}

function boundsOf(endMs: number, { span, count }: { readonly span: number; readonly count: number }): number[] {
  return [...spansBefore(endMs, { span, count }), startOf(endMs, span)];
}

function monthsBefore(endMs: number, count: number): number[] {
  const end = new Date(endMs);
  return Array.from({ length: count + 1 }, (_, index) => Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - count + index, 1));
}

/** Ten bars starting at the lowest fee, each covering a factor of ten. */
function feeBars(fees: readonly bigint[]) {
  if (fees.length === 0) return { task_fees: Array(BARS).fill(''), task_counts: Array(BARS).fill(0) };
  const sorted = fees.toSorted((a, b) => (a < b ? -1 : 1));
  const lowest = sorted[0] ?? 0n;
  const highest = sorted.at(-1) ?? 0n;
  const width = 10n ** BigInt((lowest < highest ? highest - lowest : lowest).toString().length - 1);
  const start = (lowest / width) * width;
  const counts = Array<number>(BARS).fill(0);
  for (const fee of fees) {
    const bar = Math.min(BARS - 1, Number((fee - start) / width));
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  return { task_fees: counts.map((_, index) => (start + BigInt(index) * width).toString()), task_counts: counts };
}

function nodeEventLines(task: TaskRow, node: NodeRow | undefined): string[] {
  const who = `[${node?.gpuName ?? ''}.${node?.gpuVramGib ?? 0}] [${task.selectedNode}] [${task.selectedNode}] [${task.commitment}]`;
  const line = (ms: number, what: string) =>
    `[${new Date(startOf(ms, 1000)).toISOString().replace('.000Z', 'Z')}] [${what}] ${who}\n`;
  const lines = [line(task.startTimeMs ?? 0, 'Node selected')];
  const releasedMs = task.resultUploadedTimeMs ?? task.validatedTimeMs ?? task.scoreReadyTimeMs ?? task.startTimeMs;
  if (hasEnded(task)) lines.push(line(releasedMs ?? 0, 'Node released'));
  return lines;
}
