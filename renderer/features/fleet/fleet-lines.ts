/** The fleet as the screen shows it: rows grouped by state, filtered, added up. Pure. */
import type { FleetOrder, FleetPlace, FleetRow } from '../../../contract/fleet.ts';
import { distinctNodes, type Fleet, fleetKey } from '../../../contract/fleet-merge.ts';
import type { LifeState } from '../../../contract/truth/life-state.ts';
import type { SortValues } from '../../ui/use-sorted.ts';

/** What a host asks first: which nodes work, which do not, and which are unknown. */
export const STATE_GROUPS = ['working', 'paused', 'changing', 'stopped', 'trouble', 'away'] as const;
export type StateGroup = (typeof STATE_GROUPS)[number];

const GROUP_BY_LIFE: Readonly<Record<LifeState, StateGroup>> = {
  ...{ waiting: 'working', executing: 'working' },
  ...{ held: 'paused', pausing: 'paused', paused: 'paused' },
  ...{ starting: 'changing', staking: 'changing', awaitingStake: 'changing', leaving: 'changing', stopping: 'changing' },
  ...{ returning: 'stopped', out: 'stopped', stopped: 'stopped', locked: 'stopped' },
  ...{ failed: 'trouble', restarting: 'trouble', notCleared: 'trouble', cutOff: 'trouble', dropped: 'trouble' },
  ...{ slashed: 'trouble', kickedOut: 'trouble', unknown: 'trouble' },
};

/** One node, with the relevant facts about its place. */
export interface FleetLine {
  readonly key: string;
  readonly place: string;
  readonly row: FleetRow;
  readonly group: StateGroup;
  readonly version: string | null;
  /** Null = the whole fleet is on one network. */
  readonly network: string | null;
  /** Its place does not answer, so this row is out of date. */
  readonly isOld: boolean;
  /** Since when; null = it is not, or not known. */
  readonly oldSinceMs: number | null;
}

/** Ordered by place, then by name. An unchanged row stays the same object. */
export function fleetLines(fleet: Fleet, before: ReadonlyMap<string, FleetLine> = new Map()): FleetLine[] {
  const places = new Map(fleet.places.map((place, index) => [place.place, { place, index }]));
  const networks = new Set([...fleet.rows.values()].map(({ row }) => row.network));
  const lines = [...fleet.rows.values()].map(({ place, row }): FleetLine => {
    const of = places.get(place)?.place;
    const isOld = of === undefined || of.state.kind === 'away' || of.state.kind === 'connecting';
    const line: FleetLine = {
      key: fleetKey({ place, node: row.node }),
      place,
      row,
      group: isOld ? 'away' : GROUP_BY_LIFE[row.life],
      version: of?.version ?? null,
      network: networks.size > 1 ? row.network : null,
      isOld,
      oldSinceMs: isOld ? (of?.heardMs ?? null) : null,
    };
    const was = before.get(line.key);
    return was !== undefined && isSameLine(was, line) ? was : line;
  });
  const orderOf = (line: FleetLine) => places.get(line.place)?.index ?? places.size;
  return lines.sort((a, b) => orderOf(a) - orderOf(b) || NAME_COLLATOR.compare(a.row.name, b.row.name));
}

const NAME_COLLATOR = new Intl.Collator('en', { numeric: true });

function isSameLine(a: FleetLine, b: FleetLine): boolean {
  const isPlaceSame = a.isOld === b.isOld && a.oldSinceMs === b.oldSinceMs && a.version === b.version;
  return isPlaceSame && a.row === b.row && a.network === b.network;
}

export interface FleetView {
  readonly text: string;
  readonly groups: readonly StateGroup[];
  /** Only nodes that need the host. */
  readonly attention: boolean;
}
export const WHOLE_FLEET: FleetView = { text: '', groups: [], attention: false };

/** Leaves out filters that are not set. Other parameters are kept. */
export function writeFleetView({ text, groups, attention }: FleetView, others: URLSearchParams): URLSearchParams {
  const params = new URLSearchParams(others);
  const put = (key: string, value: string) => (value === '' ? params.delete(key) : params.set(key, value));
  put('q', text);
  put('state', groups.join(','));
  put('attention', attention ? 'yes' : '');
  return params;
}

export function readFleetView(params: URLSearchParams): FleetView {
  const given = new Set(params.get('state')?.split(','));
  return {
    text: params.get('q') ?? '',
    groups: STATE_GROUPS.filter((group) => given.has(group)),
    attention: params.get('attention') === 'yes',
  };
}

/** Every word must be in the name, the place, the card, the network or the address. */
export function filterLines(lines: readonly FleetLine[], { text, groups, attention }: FleetView): readonly FleetLine[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter(({ place, row, group }) => {
    if (groups.length > 0 && !groups.includes(group)) return false;
    if (attention && row.attention.length === 0) return false;
    if (words.length === 0) return true;
    const within = [row.name, row.node, place, row.card ?? '', row.network, row.address].join('\n').toLowerCase();
    return words.every((word) => within.includes(word));
  });
}

export interface FleetTotals {
  /** Like the money, this counts a node once even if a second place shows it again; the other counts are of rows, as the filter shows them. */
  readonly nodes: number;
  /** How many of these nodes have outdated amounts. */
  readonly old: number;
  readonly groups: Readonly<Record<StateGroup, number>>;
  readonly todayWei: bigint;
  readonly monthWei: bigint;
  readonly attention: number;
}

export function fleetTotals(lines: readonly FleetLine[]): FleetTotals {
  const groups: Record<StateGroup, number> = { working: 0, paused: 0, changing: 0, stopped: 0, trouble: 0, away: 0 };
  let [todayWei, monthWei, attention] = [0n, 0n, 0];
  for (const { row, group } of lines) {
    groups[group] += 1;
    if (row.attention.length > 0) attention += 1;
  }
  const nodes = distinctNodes(lines, ({ isOld }) => isOld);
  for (const { row } of nodes) {
    todayWei += BigInt(row.todayWei ?? 0);
    monthWei += BigInt(row.monthWei ?? 0);
  }
  const old = nodes.filter(({ isOld }) => isOld).length;
  return { nodes: nodes.length, old, groups, todayWei, monthWei, attention };
}

export const FLEET_SORT: SortValues<FleetLine> = {
  node: ({ row, place }) => `${row.name} ${place}`,
  state: ({ group, row }) => `${STATE_GROUPS.indexOf(group)} ${row.life}`,
  card: ({ row }) => row.card,
  today: ({ row }) => (row.todayWei === null ? null : BigInt(row.todayWei)),
  month: ({ row }) => (row.monthWei === null ? null : BigInt(row.monthWei)),
  qos: ({ row }) => row.qos,
  version: ({ version }) => version,
  attention: ({ row }) => row.attention.length,
};

/** The nodes that can receive this order now. */
export function linesAccepting(lines: readonly FleetLine[], order: FleetOrder): FleetLine[] {
  return lines.filter(({ isOld, row }) => !isOld && row.orders.includes(order));
}

export function awayPlaces(places: readonly FleetPlace[]): FleetPlace[] {
  return places.filter(({ state }) => state.kind === 'away');
}
