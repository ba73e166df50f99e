/** Metrics of nodes: what each is and does, its machine, and its requests. */
import { REQUEST_SECONDS, TASK_SECONDS, type TrafficView } from '../../contract/metrics.ts';
import { LIFE_STATES } from '../../contract/truth/life-state.ts';
import { trayState } from '../../contract/truth/node-truth.ts';
import type { Reach } from '../../contract/truth/reach.ts';
import { type MetricDefinition, perNode, perNodeDurations, perNodeLabelled } from './definition.ts';
import type { NodeFacts } from './facts.ts';
import { readinessOf } from './readiness.ts';

const NODE = ['node'];
const MIB = 1_048_576;
const seconds = (ms: number | null | undefined) => (ms == null ? null : ms / 1_000);
const mib = (value: number | null) => (value === null ? null : value * MIB);
/** Null = unknown, or there is nothing to contact. */
const isUp = (reach: Reach) => (reach.kind === 'answers' ? true : reach.kind === 'silent' ? false : null);

const cardsOf = ({ view }: NodeFacts) => view.node?.gpu?.sample?.cards ?? [];
type Card = ReturnType<typeof cardsOf>[number];
const perCard = (read: (card: Card) => number | null) =>
  perNodeLabelled((node) => cardsOf(node).map((card) => [{ card: String(card.index) }, read(card)]));

function trafficOf({ metrics }: NodeFacts): readonly (readonly [{ to: string }, TrafficView])[] {
  const process = metrics?.process ?? null;
  if (process === null) return [];
  const chain = process.chain === null ? [] : [[{ to: 'chain' }, process.chain] as const];
  return [[{ to: 'relay' }, process.relay], ...chain];
}
const perConnection = (read: (traffic: TrafficView) => number) =>
  perNodeLabelled((node) => trafficOf(node).map(([labels, traffic]) => [labels, read(traffic)]));

export const STATE_METRICS: readonly MetricDefinition[] = [
  {
    name: 'crynux_node_info',
    type: 'gauge',
    help: 'A node of this program with its network and the card that it reports. Always 1.',
    labels: ['node', 'network', 'mode', 'gpu'],
    read: perNodeLabelled(({ view: { profile, networkMode, gpuName } }) => [
      [{ network: profile.networkId, mode: networkMode, gpu: gpuName ?? '' }, 1],
    ]),
  },
  {
    name: 'crynux_node_state',
    type: 'gauge',
    help: 'State of the node: 1 for its current state, 0 for every other.',
    labels: ['node', 'state'],
    read: perNodeLabelled(({ truth }) => LIFE_STATES.map((state) => [{ state }, truth.life === state])),
  },
  {
    name: 'crynux_node_ready',
    type: 'gauge',
    help: 'Whether the node is joined or deliberately paused, as in /readyz. Absent until somebody has started it.',
    labels: NODE,
    read: perNode(({ view }) => {
      const { kind } = readinessOf(view);
      return kind === 'notStarted' ? null : kind === 'ready';
    }),
  },
  {
    name: 'crynux_node_needs_attention',
    type: 'gauge',
    help: 'Whether somebody has to look at the node: it is locked, has failed, is cut off, was removed, or a check keeps it out.',
    labels: NODE,
    read: perNode(({ truth }) => trayState([truth]) === 'attention'),
  },
  {
    name: 'crynux_node_key_locked',
    type: 'gauge',
    help: "Whether the node's key is waiting for its passphrase.",
    labels: NODE,
    read: perNode(({ truth }) => truth.life === 'locked'),
  },
  {
    name: 'crynux_node_figures_read',
    type: 'gauge',
    help: "Whether the node's figures could be read in this scrape. If 0, its counters are absent.",
    labels: NODE,
    read: perNode(({ metrics }) => metrics !== null),
  },
  {
    name: 'crynux_relay_up',
    type: 'gauge',
    help: 'Whether the relay answers the node; for a network on a chain, whether the chain does. Absent until it was asked.',
    labels: NODE,
    read: perNode(({ truth }) => isUp(truth.relay)),
  },
  {
    name: 'crynux_chain_up',
    type: 'gauge',
    help: 'Whether the chain of the staking contracts answers the node. Absent if there is none, or until it was asked.',
    labels: NODE,
    read: perNode(({ truth }) => isUp(truth.chain)),
  },
  {
    name: 'crynux_clock_skew_seconds',
    type: 'gauge',
    help: "How far the network's clock is ahead of this machine's, as last read by the node.",
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.process?.clockSkewSeconds),
  },
];

export const TASK_METRICS: readonly MetricDefinition[] = [
  {
    name: 'crynux_tasks_total',
    type: 'counter',
    help: 'Finished tasks of the node, by type and by how they ended. Counted from its records.',
    labels: ['node', 'type', 'end'],
    read: perNodeLabelled(({ metrics }) => (metrics?.ends ?? []).map(({ type, end, count }) => [{ type, end }, count])),
  },
  {
    name: 'crynux_tasks_open',
    type: 'gauge',
    help: 'Tasks that may still need the node: the one that is running, and those whose end it is waiting for.',
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.openTasks),
  },
  {
    name: 'crynux_task_score_seconds',
    type: 'histogram',
    bounds: TASK_SECONDS,
    help: "Time from the network's start of a task until it had this node's score. For finished tasks, from its records.",
    labels: ['node', 'type'],
    read: perNodeDurations(({ metrics }) => (metrics?.scoreSeconds ?? []).map(({ type, ...durations }) => [{ type }, durations])),
  },
  {
    name: 'crynux_task_phase_seconds',
    type: 'histogram',
    bounds: TASK_SECONDS,
    help: "Duration of each phase of a scored task: begin, execute, submit, validate, upload. From the node's records.",
    labels: ['node', 'phase'],
    read: perNodeDurations(({ metrics }) =>
      (metrics?.phaseSeconds ?? []).map(({ phase, ...durations }) => [{ phase }, durations]),
    ),
  },
  {
    name: 'crynux_last_task_timestamp_seconds',
    type: 'gauge',
    help: 'When the node first saw its newest task.',
    labels: NODE,
    read: perNode(({ metrics }) => seconds(metrics?.lastTaskMs)),
  },
];

export const MACHINE_METRICS: readonly MetricDefinition[] = [
  {
    name: 'crynux_engine_ready',
    type: 'gauge',
    help: "Whether the node's engine is ready for tasks.",
    labels: NODE,
    read: perNode(({ truth, view }) => (view.node === null ? null : truth.engine === 'ready')),
  },
  {
    name: 'crynux_engine_starts_total',
    type: 'counter',
    help: "How often the node's engine became ready, counted from its records.",
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.engineStarts),
  },
  {
    name: 'crynux_engine_info',
    type: 'gauge',
    help: 'The engine that is ready, with its version. Always 1.',
    labels: ['node', 'kind', 'version'],
    read: perNodeLabelled(({ metrics }) => {
      const engine = metrics?.process?.engine ?? null;
      return engine === null ? [] : [[engine, 1]];
    }),
  },
  {
    name: 'crynux_card_info',
    type: 'gauge',
    help: "A card of the node, by its index in the driver's list. Always 1.",
    labels: ['node', 'card', 'name', 'driver'],
    read: perNodeLabelled((node) =>
      cardsOf(node).map(({ index, name, driver }) => [{ card: String(index), name, driver: driver ?? '' }, 1]),
    ),
  },
  {
    name: 'crynux_card_load_ratio',
    type: 'gauge',
    help: 'Utilisation of the card, 0 to 1.',
    labels: ['node', 'card'],
    read: perCard(({ loadPercent }) => (loadPercent === null ? null : loadPercent / 100)),
  },
  {
    name: 'crynux_card_memory_used_bytes',
    type: 'gauge',
    help: 'Used memory of the card.',
    labels: ['node', 'card'],
    read: perCard(({ memoryUsedMib }) => mib(memoryUsedMib)),
  },
  {
    name: 'crynux_card_memory_bytes',
    type: 'gauge',
    help: 'Total memory of the card.',
    labels: ['node', 'card'],
    read: perCard(({ memoryMib }) => mib(memoryMib)),
  },
  {
    name: 'crynux_card_temperature_celsius',
    type: 'gauge',
    help: 'Temperature of the card.',
    labels: ['node', 'card'],
    read: perCard(({ temperatureC }) => temperatureC),
  },
  {
    name: 'crynux_card_power_watts',
    type: 'gauge',
    help: 'Power draw of the card.',
    labels: ['node', 'card'],
    read: perCard(({ powerW }) => powerW),
  },
  {
    name: 'crynux_card_read_timestamp_seconds',
    type: 'gauge',
    help: 'When the cards of the node were last read.',
    labels: NODE,
    read: perNode(({ view }) => seconds(view.node?.gpu?.sample?.atMs)),
  },
  {
    name: 'crynux_store_bytes',
    type: 'gauge',
    help: 'Disk space used by the node: its database, and its result files, which are measured every ten minutes.',
    labels: ['node', 'part'],
    read: perNodeLabelled(({ metrics }) => [
      [{ part: 'database' }, metrics?.databaseBytes],
      [{ part: 'results' }, metrics?.resultsBytes],
    ]),
  },
  {
    name: 'crynux_worker_resident_memory_bytes',
    type: 'gauge',
    help: "Memory of the node's own process, without its engine.",
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.process?.residentBytes),
  },
  {
    name: 'crynux_worker_cpu_seconds_total',
    type: 'counter',
    help: "Processor time of the node's own process since it started, without its engine.",
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.process?.cpuSeconds),
  },
  {
    name: 'crynux_requests_total',
    type: 'counter',
    help: 'Requests of the node to relay and chain since its process started.',
    labels: ['node', 'to'],
    read: perConnection(({ requests }) => requests),
  },
  {
    name: 'crynux_request_failures_total',
    type: 'counter',
    help: 'Requests without a usable answer. A refusal is an answer.',
    labels: ['node', 'to'],
    read: perConnection(({ failures }) => failures),
  },
  {
    name: 'crynux_request_seconds',
    type: 'histogram',
    bounds: REQUEST_SECONDS,
    help: "Duration of answered requests to relay and chain since the node's process started.",
    labels: ['node', 'to'],
    read: perNodeDurations((node) => trafficOf(node).map(([labels, traffic]) => [labels, traffic.seconds])),
  },
];
