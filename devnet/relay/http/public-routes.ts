/** Public requests: time, events, stakes, worker counter, statistics. Source: RELAY_PROTOCOL 3.4, 3.6. */
import type { FastifyInstance } from 'fastify';
import { longTermScore } from '../../../protocol/node/qos.ts';
import {
  LLM_CONSTANT_SECONDS,
  MODEL_SWITCH_SECONDS,
  SD_OVERHEAD_SECONDS,
  SECONDS_PER_IMAGE,
  SECONDS_PER_INPUT_BYTE,
  SECONDS_PER_MEGAPIXEL,
  SECONDS_PER_OUTPUT_TOKEN,
  SECONDS_PER_SD_PIXEL_STEP,
} from '../../../protocol/tasks/pricing.ts';
import { isTerminal } from '../../../protocol/tasks/status.ts';
import type { RelayContext } from '../context.ts';
import { delegatedWei } from '../delegations.ts';
import { nodeScores } from '../dispatcher.ts';
import { currentEventId, eventsAfter } from '../events.ts';
import { loadedModels } from '../loaded-models.ts';
import { exception, refuseField } from '../refusal.ts';
import { bind, type FieldKinds } from './bind.ts';
import { assertPage, sliceOf } from './delegation-routes.ts';
import { inCnx, knownNodeAt } from './wire.ts';

const filterShape = (k: FieldKinds) => ({
  event_type: k.nullableText(),
  node_address: k.nullableText(),
  task_id_commitment: k.nullableText(),
});

export function publicRoutes(app: FastifyInstance, context: RelayContext): void {
  const { store, clock, config } = context;

  app.get('/v1/now', () => ({ message: 'success', data: { now: Math.floor(clock.now() / 1000) } }));

  app.get('/v1/events', (request) => {
    const input = bind(request, { shape: (k) => ({ start: k.uint(0), ...filterShape(k), limit: k.int(50) }) });
    return {
      message: 'success',
      data: eventsAfter(context, { start: input.start, limit: input.limit, filter: filterOf(input) }),
    };
  });

  app.get('/v1/events/current_id', (request) => {
    const input = bind(request, { shape: filterShape });
    return { message: 'success', data: currentEventId(context, filterOf(input)) };
  });

  app.get('/v1/staking/:address', (request) => {
    const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
    return { message: 'success', data: (knownNodeAt(store, address)?.stakeWei ?? 0n).toString() };
  });

  app.get('/v1/user_staking/node/:address', (request) => {
    const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
    return { message: 'success', data: delegatedWei(context, knownNodeAt(store, address)?.address ?? address).toString() };
  });

  app.post('/v1/worker/:version', (request) => countWorker(versionOf(request), 1));
  app.delete('/v1/worker/:version', (request) => countWorker(versionOf(request), -1));
  app.get('/v1/worker/:version/count', (request) => {
    const row = store.workers.get(versionOf(request));
    if (row === undefined) throw refuseField('version', 'No worker of this version');
    return { message: 'success', data: { count: row.count } };
  });

  function versionOf(request: Parameters<typeof bind>[0]): string {
    return bind(request, { shape: (k) => ({ version: k.text() }) }).version;
  }

  function countWorker(version: string, step: 1 | -1) {
    const before = store.workers.get(version);
    if (before === undefined && step < 0) throw refuseField('version', 'No worker of this version');
    store.transaction(() => store.workers.put({ version, count: Math.max(0, (before?.count ?? 0) + step) }));
    return { message: 'success' };
  }

  app.get('/v1/network/nodes/number', () => {
    const nodes = store.nodes.values().filter((node) => node.status !== 'Quit');
    const busy = nodes.filter((node) => node.currentTask !== null).length;
    const active = nodes.filter((node) => node.status !== 'Paused').length;
    return { message: 'success', data: { all_nodes: nodes.length, busy_nodes: busy, active_nodes: active } };
  });

  app.get('/v1/network/tasks/number', () => {
    const tasks = store.tasks.values();
    const queued = tasks.filter((task) => task.status === 'Queued').length;
    const running = tasks.filter((task) => !isTerminal(task.status)).length - queued;
    return { message: 'success', data: { total_tasks: tasks.length, running_tasks: running, queued_tasks: queued } };
  });

  app.get('/v1/network/nodes/data', (request) => {
    const { start, total } = bind(request, { shape: (k) => ({ start: k.int(0), total: k.requiredInt() }) });
    if (start < 0) throw refuseField('start', 'min');
    if (total > 100) throw refuseField('total', 'max');
    if (total < 1) throw refuseField('total', 'min');
    // Every node that has ever joined stays listed.
    const data = store.nodes
      .values()
      .slice(start, start + total)
      .map((node) => ({
        address: node.address,
        card_model: node.gpuName,
        v_ram: node.gpuVramGib,
        qos: Math.trunc(longTermScore(node.qos)),
      }));
    return { message: 'success', data: data.length === 0 ? null : data };
  });

  app.get('/v2/network/nodes/data', (request) => {
    const input = bind(request, { shape: (k) => ({ page: k.int(1), page_size: k.int(30) }) });
    assertPage(input);
    const data = sliceOf(store.nodes.values(), input).map((node) => {
      const scores = nodeScores(context, node);
      return {
        address: node.address,
        network: node.network,
        card_model: node.gpuName,
        v_ram: node.gpuVramGib,
        staking: (node.stakeWei + delegatedWei(context, node.address)).toString(),
        qos_score: scores.qos,
        staking_score: scores.staking,
        prob_weight: scores.weight,
      };
    });
    return { message: 'success', data: data.length === 0 ? null : data };
  });

  // The relay's table of cards and their speeds is not part of the local network.
  app.get('/v1/network', () => ({ message: 'success', data: { tflops: 0 } }));

  app.get('/v2/loaded-models', () => ({ message: 'success', data: loadedModels(context) }));

  const timeShape = (k: FieldKinds) => ({
    model: k.optionalText(),
    min_vram: k.nullableUint(),
    gpu_name: k.nullableText(),
    gpu_vram: k.nullableUint(),
  });

  app.get('/v2/models/llm/execution-time', (request) => {
    assertTimeQuery(bind(request, { shape: timeShape }));
    const data = {
      constant_seconds: LLM_CONSTANT_SECONDS,
      seconds_per_input_token: SECONDS_PER_INPUT_BYTE * BYTES_PER_TOKEN,
      seconds_per_output_token: SECONDS_PER_OUTPUT_TOKEN,
      model_switch_seconds: MODEL_SWITCH_SECONDS,
      seconds_per_image: SECONDS_PER_IMAGE,
      seconds_per_megapixel: SECONDS_PER_MEGAPIXEL,
    };
    return { message: 'success', data };
  });

  app.get('/v2/models/sd/execution-time', (request) => {
    assertTimeQuery(bind(request, { shape: timeShape }));
    const data = { overhead_seconds: SD_OVERHEAD_SECONDS, seconds_per_sd_pixel_step: SECONDS_PER_SD_PIXEL_STEP };
    return { message: 'success', data };
  });

  app.get('/v1/stats/queue/count', () => ({
    message: 'success',
    data: store.tasks.values().filter((task) => task.status === 'Queued').length,
  }));

  app.get('/v1/network/withdraw_config', () => ({
    message: 'success',
    data: config.networks.map((network) => ({
      network,
      token_type: 'native',
      withdrawal_fee: inCnx(config.withdraw.feeWei),
      withdrawal_min: inCnx(config.withdraw.minimumWei),
      withdrawal_fee_tiers: config.withdraw.feeTiers.map(({ minAmountWei, ratio }) => ({
        min_amount: inCnx(minAmountWei),
        fee_ratio: Number(ratio),
      })),
      max_withdrawals_per_day: config.withdraw.perDay,
    })),
  }));
}

/** The relay's tables have no such column. */
const UNKNOWN_COLUMN = "Error 1054 (42S22): Unknown column 'event_type' in 'WHERE'";

function filterOf(input: {
  readonly node_address: string | null;
  readonly task_id_commitment: string | null;
  readonly event_type: string | null;
}) {
  if (input.event_type !== null) throw exception(UNKNOWN_COLUMN);
  return { nodeAddress: input.node_address, commitment: input.task_id_commitment };
}

/** The unit of the public text coefficients. */
const BYTES_PER_TOKEN = 4;

interface TimeQuery {
  readonly model: string;
  readonly min_vram: number | null;
  readonly gpu_name: string | null;
  readonly gpu_vram: number | null;
}

/** Either any card of a size, or one card by name and size. */
function assertTimeQuery({ model, min_vram, gpu_name, gpu_vram }: TimeQuery): void {
  if (model.trim() === '') throw refuseField('model', 'required');
  const hasName = (gpu_name ?? '').trim() !== '';
  if (min_vram !== null) {
    if (hasName || gpu_vram !== null) throw refuseField('min_vram', 'must not be combined with gpu_name or gpu_vram');
    if (min_vram === 0) throw refuseField('min_vram', 'must be a positive integer');
    return;
  }
  if (hasName !== (gpu_vram !== null)) {
    throw refuseField(hasName ? 'gpu_vram' : 'gpu_name', 'gpu_name and gpu_vram must be provided together');
  }
  if (!hasName) throw refuseField('min_vram', 'required');
  if (gpu_vram === 0) throw refuseField('gpu_vram', 'must be a positive integer');
}
