/** Top earners. Source: RELAY_PROTOCOL 3.6, recordings; most of these answers have no message. */
import type { FastifyInstance } from 'fastify';
import { longTermScore } from '../../../protocol/node/qos.ts';
import type { TaskType } from '../../../protocol/tasks/status.ts';
import type { RelayContext } from '../context.ts';
import { nodeDelegations } from '../delegations.ts';
import { nodeScores, scoreStakeWei } from '../dispatcher.ts';
import { refuseField } from '../refusal.ts';
import { DAY_MS, type Income, incomes, isOperators, startOf, sumWei, WEEK_MS } from '../statistics.ts';
import { bind, type FieldKinds } from './bind.ts';
import { requireSignature } from './signature.ts';
import { inCnx, unixSeconds } from './wire.ts';

const TOP_NODES = 30;
const PERIODS = ['Day', 'Week', 'Month'] as const;

interface Ranked {
  readonly node: string;
  readonly wei: bigint;
  readonly rows: readonly Income[];
}

export function incentiveRoutes(app: FastifyInstance, context: RelayContext): void {
  const { store, clock, config } = context;

  /** Nodes by their income from tasks in [fromMs, toMs), highest first. */
  function ranked(fromMs: number, toMs: number): Ranked[] {
    const rows = incomes(context).filter((row) => isOperators(row) && row.atMs >= fromMs && row.atMs < toMs);
    return [...new Set(rows.map(({ node }) => node))]
      .map((node) => rows.filter((row) => row.node === node))
      .map((own) => ({ node: own[0]?.node ?? '', wei: sumWei(own), rows: own }))
      .sort((a, b) => (a.wei < b.wei ? 1 : a.wei > b.wei ? -1 : 0));
  }

  /** The last complete period before the current one. */
  function lastPeriod(period: (typeof PERIODS)[number]): readonly [number, number] {
    const now = clock.now();
    if (period === 'Month') {
      const date = new Date(now);
      const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
      return [month(-1), month(0)];
    }
    const span = period === 'Day' ? DAY_MS : WEEK_MS;
    const end = startOf(now, span);
    return [end - span, end];
  }

  const count = (rows: readonly Income[], type: TaskType) => rows.filter(({ task }) => task?.type === type).length;

  const nodeWire = ({ node: address, wei, rows }: Ranked) => {
    const node = store.nodes.get(address);
    const scores = node === undefined ? { staking: 0, qos: 0, weight: 0 } : nodeScores(context, node);
    return {
      node_address: address,
      incentive: inCnx(wei),
      task_count: rows.length,
      card_model: node?.gpuName ?? '',
      vram: node?.gpuVramGib ?? 0,
      staking: node === undefined ? '' : scoreStakeWei(context, node).toString(),
      qos_score: scores.qos,
      staking_score: scores.staking,
      prob_weight: scores.weight,
      sd_task_count: count(rows, 'StableDiffusion'),
      llm_task_count: count(rows, 'Llm'),
      sd_ft_lora_task_count: count(rows, 'FineTuneLora'),
    };
  };
  const orNull = <Value>(list: readonly Value[]) => (list.length === 0 ? null : list);

  app.get('/v1/incentive/total', () => ({ message: 'success', data: inCnx(sumWei(incomes(context).filter(isOperators))) }));

  app.get('/v1/incentive/nodes', (request) => {
    const shape = (k: FieldKinds) => ({ period: k.oneOf(...PERIODS), size: k.int(TOP_NODES) });
    const { period, size } = bind(request, { shape, goNames: ['period'] });
    const nodes = ranked(...lastPeriod(period))
      .slice(0, size === 0 ? TOP_NODES : size)
      .map(({ node: address, wei, rows }) => {
        const node = store.nodes.get(address);
        const qos = node === undefined ? 0 : Math.trunc(longTermScore(node.qos));
        const card_model = node?.gpuName ?? '';
        return { node_address: address, incentive: inCnx(wei), task_count: rows.length, card_model, qos };
      });
    return { data: { nodes: orNull(nodes) } };
  });

  app.get('/v1/incentive/node/:address', (request) => {
    const shape = (k: FieldKinds) => ({ address: k.text(), page: k.int(1), page_size: k.int(10) });
    const { address, page, page_size } = bind(request, { shape });
    const own = incomes(context).filter((row) => isOperators(row) && row.node === address);
    const days = [...new Set(own.map(({ atMs }) => startOf(atMs, DAY_MS)))].sort((a, b) => b - a);
    const size = page_size === 0 ? 10 : page_size;
    const start = ((page === 0 ? 1 : page) - 1) * size;
    const data = days.slice(start, start + size).map((day) => ({
      timestamp: unixSeconds(day),
      amount: inCnx(sumWei(own.filter(({ atMs }) => startOf(atMs, DAY_MS) === day))),
    }));
    return { message: 'success', data };
  });

  // Whatever period or size is requested, the answer is about today.
  app.get('/v2/incentive/nodes', () => {
    const today = startOf(clock.now(), DAY_MS);
    return {
      data: {
        nodes: orNull(
          ranked(today, today + DAY_MS)
            .slice(0, TOP_NODES)
            .map(nodeWire),
        ),
      },
    };
  });

  app.get('/v2/incentive/nodes/all', (request) => {
    const shape = (k: FieldKinds) => ({
      period: k.oneOf(...PERIODS),
      page: k.int(1),
      page_size: k.int(30),
      timestamp: k.requiredInt(),
      signature: k.text(),
    });
    const { timestamp, signature, ...payload } = bind(request, { shape });
    const { isSigner } = requireSignature(context, { payload, timestamp, signature, version: 2 });
    if (!isSigner(config.relayAddress)) throw refuseField('address', 'Signer not allowed');
    const nodes = ranked(...lastPeriod(payload.period));
    const start = (payload.page - 1) * payload.page_size;
    const shown = nodes.slice(start, start + payload.page_size).map(nodeWire);
    return { data: { nodes: orNull(shown), total: nodes.length } };
  });

  app.get('/v2/incentive/delegations', () => {
    const paid = incomes(context).filter((row) => !isOperators(row));
    const delegations = store.nodes
      .values()
      .flatMap((node) =>
        nodeDelegations(context, node.address).delegations.map(({ delegator, stakeWei }) => ({
          delegator_address: delegator,
          node_address: node.address,
          network: node.network,
          gpu_name: node.gpuName,
          staking_amount: stakeWei.toString(),
          task_fee: sumWei(paid.filter((row) => row.payee === delegator && row.node === node.address)).toString(),
          delegation_apr_12m: 0,
        })),
      )
      .filter(({ task_fee }) => task_fee !== '0')
      .sort((a, b) => (BigInt(a.task_fee) < BigInt(b.task_fee) ? 1 : -1));
    return { data: { delegations } };
  });
}
