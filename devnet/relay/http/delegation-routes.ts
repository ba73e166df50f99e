/** Nodes that are open to delegators, and what delegators hold. Source: RELAY_PROTOCOL 3.7, recordings. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { combinedQos } from '../../../protocol/node/qos.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { RelayContext } from '../context.ts';
import { delegatedWei, nodeDelegations } from '../delegations.ts';
import { nodeScores } from '../dispatcher.ts';
import { accessDenied, notFound, Refusal, refuseField } from '../refusal.ts';
import { DAY_MS, emissionWeeks, incomes, isOperators, startOf, sumWei, WEEK_MS } from '../statistics.ts';
import type { NodeRow } from '../store/rows.ts';
import { vestingsOf } from '../vesting.ts';
import { bind, type FieldKinds } from './bind.ts';
import { emissionEstimate, knownNodeAt, nodeWireV2, unixSeconds } from './wire.ts';

const pageShape = (k: FieldKinds) => ({ page: k.int(1), page_size: k.int(30) });

/** The sort keys of the list, always in descending order; there are no emissions here. */
const SORT_KEYS: Readonly<Record<string, (context: RelayContext, node: NodeRow) => number>> = {
  operator_emission_4w: () => 0,
  delegator_emission_4w: () => 0,
  operator_staking: (_, node) => Number(node.stakeWei),
  delegator_staking: (context, { address }) => Number(delegatedWei(context, address)),
  total_staking: (context, node) => Number(node.stakeWei + delegatedWei(context, node.address)),
  delegators_num: (context, { address }) => nodeDelegations(context, address).delegations.length,
  prob_weight: (context, node) => nodeScores(context, node).weight,
  qos: ({ clock }, { qos }) => combinedQos(qos, clock.now()),
  gpu_vram: (_, node) => node.gpuVramGib,
  estimated_upcoming_operator_emission: () => 0,
  estimated_upcoming_delegator_emission: () => 0,
  delegation_apr_12m: () => 0,
  estimated_next_10k_delegation_apr: () => 0,
  estimated_next_100k_delegation_apr: () => 0,
  estimated_next_1m_delegation_apr: () => 0,
};

const group = ({ status }: NodeRow) => (status === 'Quit' ? 'stopped' : 'running');

export function delegationRoutes(app: FastifyInstance, context: RelayContext): void {
  const { store, clock } = context;

  /** Only this list says when the rates of return were computed; a local network has none. */
  const openNodeWire = (node: NodeRow) => ({
    ...nodeWireV2(context, node.address, node),
    delegation_apr_updated_at: emissionEstimate(clock.now()).estimate_updated_at,
  });

  const openNodes = () => store.nodes.values().filter(({ address }) => nodeDelegations(context, address).sharePercent > 0);

  app.get('/v2/delegated_staking/nodes', (request) => {
    const input = bind(request, { shape: (k) => ({ ...pageShape(k), sort_by: k.optionalText() }) });
    assertPage(input);
    const key = SORT_KEYS[input.sort_by === '' ? 'operator_emission_4w' : input.sort_by];
    if (key === undefined) throw refuseField('sort_by', 'Invalid sort key');
    const fits = filtersOf(request);
    const found = openNodes()
      .filter(fits)
      .map((node) => ({ node, group: group(node), value: key(context, node) }))
      .sort((a, b) => a.group.localeCompare(b.group) || b.value - a.value || a.node.address.localeCompare(b.node.address));
    const nodes = sliceOf(found, input).map(({ node }) => openNodeWire(node));
    return { message: 'success', data: { nodes, total: found.length } };
  });

  app.get('/v2/delegated_staking/nodes/filter_options', () => {
    const nodes = openNodes();
    const data = {
      statuses: [...new Set(nodes.map(group))].sort(),
      gpu_vrams: [...new Set(nodes.map(({ gpuVramGib }) => gpuVramGib))].sort((a, b) => a - b),
      gpu_names: [...new Set(nodes.map(({ gpuName }) => gpuName))].filter((name) => name !== '').sort(),
      versions: [...new Set(nodes.map(({ version }) => version))].filter((version) => version !== '').sort(),
    };
    return { message: 'success', data };
  });

  const openNode = (address: string): NodeRow | undefined => {
    const node = knownNodeAt(store, address);
    return node !== undefined && nodeDelegations(context, node.address).sharePercent > 0 ? node : undefined;
  };

  app.get('/v2/delegated_staking/nodes/:address', (request) => {
    const node = openNode(bind(request, { shape: (k) => ({ address: k.text() }) }).address);
    if (node === undefined) throw notFound();
    return { message: 'success', data: openNodeWire(node) };
  });

  app.get('/v2/delegated_staking/nodes/:address/delegations', (request) => {
    const input = bind(request, { shape: (k) => ({ address: k.text(), network: k.text(), ...pageShape(k) }) });
    assertPage(input);
    const node = openNode(input.address);
    // Unlike the others, this one is a 400.
    if (node === undefined || node.network !== input.network) throw new Refusal(400, { message: 'Not found' }, 'Not found');
    const rows = nodeDelegations(context, node.address)
      .delegations.map(({ delegator, stakeWei }) => ({
        ...delegationFields({ delegator, node, stakeWei }),
        ...earningsOf(delegator, node.address),
      }))
      .sort((a, b) => (BigInt(a.total_earnings) < BigInt(b.total_earnings) ? 1 : -1));
    return { message: 'success', data: { delegations: sliceOf(rows, input), total: rows.length } };
  });

  app.get('/v2/delegated_staking/nodes/:address/emission/chart', (request) => {
    const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
    const node = openNode(address);
    if (node === undefined) throw accessDenied();
    const { weeks } = bind(request, { shape: (k) => ({ weeks: k.int(24) }) });
    if (weeks < 1 || weeks > 260) throw refuseField('weeks', 'weeks must be between 1 and 260');
    const starts = emissionWeeks(clock.now(), weeks);
    const rows = vestingsOf(context, node.address).filter(({ type }) => type === 'node');
    const income = starts.map((start) =>
      rows.reduce((sum, { atMs, totalWei }) => (atMs >= start && atMs < start + WEEK_MS ? sum + totalWei : sum), 0n),
    );
    const data = {
      timestamps: starts.map(unixSeconds),
      node_emission_income: income.map(String),
      delegation_emission_income: starts.map(() => '0'),
    };
    return { message: 'success', data };
  });

  function delegationFields({
    delegator,
    node,
    stakeWei,
  }: {
    readonly delegator: string;
    readonly node: NodeRow;
    readonly stakeWei: bigint;
  }) {
    return {
      user_address: delegator,
      node_address: node.address,
      network: node.network,
      staking_amount: stakeWei.toString(),
      staked_at: unixSeconds(node.joinTimeMs),
    };
  }

  function earningsOf(delegator: string, node?: string) {
    const rows = incomes(context).filter(
      (row) => row.payee === delegator && !isOperators(row) && (node === undefined || row.node === node),
    );
    const midnight = startOf(clock.now(), DAY_MS);
    return {
      total_earnings: sumWei(rows).toString(),
      today_earnings: sumWei(rows.filter(({ atMs }) => atMs >= midnight)).toString(),
    };
  }

  const delegationsOf = (delegator: string) =>
    store.nodes.values().flatMap((node) => {
      const held = nodeDelegations(context, node.address).delegations.find((row) => sameAddress(row.delegator, delegator));
      return held === undefined ? [] : [{ node, ...held }];
    });

  const delegationWire = ({ node, delegator, stakeWei }: ReturnType<typeof delegationsOf>[number]) => {
    const { staking_amount, staked_at, ...names } = delegationFields({ delegator, node, stakeWei });
    return {
      ...names,
      node_current_blockchain_network: node.network,
      status: 'active',
      staking_amount,
      staked_at,
      ...earningsOf(delegator, node.address),
      estimated_upcoming_emission: '0',
      ...emissionEstimate(clock.now()),
    };
  };

  app.get('/v1/delegator/:user_address', (request) => {
    const { user_address } = bind(request, { shape: (k) => ({ user_address: k.text() }) });
    const held = delegationsOf(user_address);
    const data = {
      delegation_num: held.length,
      total_staking_amount: held.reduce((sum, { stakeWei }) => sum + stakeWei, 0n).toString(),
      total_delegation_earnings: earningsOf(user_address).total_earnings,
      estimated_upcoming_delegation_emission: '0',
      ...emissionEstimate(clock.now()),
    };
    return { message: 'success', data };
  });

  app.get('/v1/delegator/:user_address/delegations', (request) => {
    const shape = (k: FieldKinds) => ({ user_address: k.text(), network: k.nullableText(), ...pageShape(k) });
    const input = bind(request, { shape });
    assertPage(input);
    const held = delegationsOf(input.user_address).filter(({ node }) => input.network === null || node.network === input.network);
    return { message: 'success', data: { delegations: sliceOf(held, input).map(delegationWire), total: held.length } };
  });

  app.get('/v1/delegator/:user_address/delegation', (request) => {
    const shape = (k: FieldKinds) => ({ user_address: k.text(), node_address: k.text(), network: k.text() });
    const { user_address, node_address, network } = bind(request, { shape });
    const held = delegationsOf(user_address).find(
      ({ node }) => sameAddress(node.address, node_address) && node.network === network,
    );
    if (held === undefined) throw notFound();
    return { message: 'success', data: delegationWire(held) };
  });
}

interface Page {
  readonly page: number;
  readonly page_size: number;
}

export function assertPage({ page, page_size }: Page): void {
  if (page < 1) throw refuseField('page', 'min');
  if (page_size > 100) throw refuseField('page_size', 'max');
  if (page_size < 1) throw refuseField('page_size', 'min');
}

export function sliceOf<Row>(rows: readonly Row[], { page, page_size }: Page): Row[] {
  return rows.slice((page - 1) * page_size, page * page_size);
}

/** Values may be repeated, written with brackets, and separated by commas. */
function listOf(query: unknown, key: string): string[] {
  const fields = z.record(z.string(), z.union([z.string(), z.array(z.string())])).parse(query ?? {});
  const values = [fields[key] ?? [], fields[`${key}[]`] ?? []].flat();
  return values
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

function filtersOf({ query }: FastifyRequest): (node: NodeRow) => boolean {
  const statuses = listOf(query, 'status');
  if (statuses.some((status) => status !== 'running' && status !== 'stopped')) throw refuseField('status', 'Invalid status');
  const vrams = listOf(query, 'gpu_vram');
  if (vrams.some((vram) => !/^\d+$/.test(vram))) throw refuseField('gpu_vram', 'Invalid GPU VRAM');
  const names = listOf(query, 'gpu_name');
  const versions = listOf(query, 'version');
  const fits = (list: readonly string[], value: string) => list.length === 0 || list.includes(value);
  return (node) =>
    fits(statuses, group(node)) &&
    fits(vrams, String(node.gpuVramGib)) &&
    fits(names, node.gpuName) &&
    fits(versions, node.version);
}
