/** What everybody may ask: time, events, stakes, worker counter, statistics. Source: RELAY_PROTOCOL 3.4, 3.6. */
import type { FastifyInstance } from 'fastify';
import { formatCnxExact } from '../../../protocol/money/wei.ts';
import { combinedQos } from '../../../protocol/node/qos.ts';
import { isTerminal } from '../../../protocol/tasks/status.ts';
import type { RelayContext } from '../context.ts';
import { delegatedWei } from '../delegations.ts';
import { currentEventId, eventsAfter } from '../events.ts';
import { refuseField } from '../refusal.ts';
import { bind, type FieldKinds } from './bind.ts';

const filterShape = (k: FieldKinds) => ({
  node_address: k.optionalText(),
  task_id_commitment: k.optionalText(),
  event_type: k.optionalText(),
});

export function publicRoutes(app: FastifyInstance, context: RelayContext): void {
  const { store, clock, config } = context;

  app.get('/v1/now', () => ({ message: 'success', data: { now: Math.floor(clock.now() / 1000) } }));

  app.get('/v1/events', (request) => {
    const input = bind(request, { shape: (k) => ({ ...filterShape(k), start: k.int(0), limit: k.int(50) }) });
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
    return { message: 'success', data: (store.nodes.get(address)?.stakeWei ?? 0n).toString() };
  });

  app.get('/v1/user_staking/node/:address', (request) => {
    const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
    return { message: 'success', data: delegatedWei(context, address).toString() };
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
    if (total > 100) throw refuseField('total', 'max');
    const nodes = store.nodes.values().filter((node) => node.status !== 'Quit');
    const data = nodes.slice(start, start + total).map((node) => ({
      address: node.address,
      card_model: node.gpuName,
      v_ram: node.gpuVramGib,
      qos: combinedQos(node.qos, clock.now()),
    }));
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
      withdrawal_fee: Number(formatCnxExact(config.withdraw.feeWei)),
      withdrawal_min: Number(formatCnxExact(config.withdraw.minimumWei)),
      withdrawal_fee_tiers: config.withdraw.feeTiers.map(({ minAmountWei, ratio }) => ({
        min_amount: Number(formatCnxExact(minAmountWei)),
        fee_ratio: Number(ratio),
      })),
      max_withdrawals_per_day: config.withdraw.perDay,
    })),
  }));
}

function filterOf(input: { readonly node_address: string; readonly task_id_commitment: string; readonly event_type: string }) {
  return { nodeAddress: input.node_address, commitment: input.task_id_commitment, type: input.event_type };
}
