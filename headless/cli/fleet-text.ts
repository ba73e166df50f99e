/** Formats the fleet for a terminal. Pure. */
import type { FleetEntry, FleetPlace, FleetRow } from '../../contract/fleet.ts';
import { distinctNodes } from '../../contract/fleet-merge.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { cnx, table, timeText } from './node-text.ts';

/** The fleet at one moment. */
export interface FleetSnapshot {
  readonly places: readonly FleetPlace[];
  readonly rows: readonly FleetEntry[];
}

/** Selects by `PLACE/NODE`, `PLACE` or `all`. */
export function selectRows(rows: readonly FleetEntry[], select: readonly string[]): FleetEntry[] {
  const wanted = new Set(select);
  return rows.filter(({ place, row }) => wanted.has('all') || wanted.has(place) || wanted.has(`${place}/${row.node}`));
}

export function placeStateText({ state, heardMs }: Pick<FleetPlace, 'state' | 'heardMs'>): string {
  if (state.kind !== 'away') return state.kind;
  const when = heardMs === null ? 'never reached' : `last reached ${timeText(heardMs)} UTC`;
  return `away, ${when}: ${state.error.message} (${state.error.code})`;
}

/** The outcome of adding a place. It is stored in any case, because a tunnel may be opened later. */
export function addedText(added: FleetPlace, runs: boolean): { text: string; warning: string | null; code: ExitCode } {
  const { place, url, state } = added;
  const stored = `Stored ${place} at ${url}`;
  if (state.kind === 'open' || state.kind === 'here') {
    return { text: `Watching ${place} at ${url}. crynux-node fleet shows its nodes.`, warning: null, code: EXIT.ok };
  }
  if (state.kind === 'connecting') {
    const why = runs ? 'it has not answered yet' : 'no program is running that could connect to it';
    return { text: `${stored}.`, warning: `${place}: ${why}. crynux-node place list shows its state.`, code: EXIT.ok };
  }
  const { code, message } = state.error;
  const isLater = code === 'FLEET_PLACE_UNREACHABLE';
  const then = isLater
    ? 'It is stored, and retried automatically.'
    : `It is stored, but cannot work like this. Fix what the message says, then run crynux-node place remove ${place} and add it again.`;
  return { text: `${stored}.`, warning: `${place}: ${message} (${code}). ${then}`, code: isLater ? EXIT.ok : EXIT.failed };
}

const sumWei = (rows: readonly FleetRow[], wei: (row: FleetRow) => string | null) =>
  rows.reduce((total, row) => total + BigInt(wei(row) ?? 0), 0n);

export function fleetText({ places, rows }: FleetSnapshot): string {
  const byName = new Map(places.map((place) => [place.place, place]));
  const cells = rows.map(({ place, row }) => {
    const owner = byName.get(place);
    const isOld = owner?.state.kind === 'away';
    return [
      `${place}/${row.node}`,
      isOld ? `(${row.life}, ${owner?.heardMs == null ? 'old' : timeText(owner.heardMs)})` : row.life,
      row.card ?? '–',
      row.todayWei === null ? '–' : cnx(row.todayWei),
      row.monthWei === null ? '–' : cnx(row.monthWei),
      row.qos === null ? '–' : row.qos.toFixed(2),
      owner?.version ?? '–',
      row.attention.join(' '),
    ];
  });
  const all = distinctNodes(rows, ({ place }) => byName.get(place)?.state.kind === 'away').map(({ row }) => row);
  const needing = all.filter(({ attention }) => attention.length > 0).length;
  const away = places.filter(({ state }) => state.kind === 'away');
  return [
    ...(rows.length === 0
      ? ['There are no nodes yet.']
      : [table(['node', 'state', 'card', 'today', '30 days', 'QoS', 'version', 'needs attention'], cells)]),
    `${all.length} nodes, today ${cnx(sumWei(all, ({ todayWei }) => todayWei))}, 30 days ${cnx(sumWei(all, ({ monthWei }) => monthWei))}, ${needing} need attention`,
    ...away.map((place) => `${place.place}: ${placeStateText(place)}`),
  ].join('\n');
}
