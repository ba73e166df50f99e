/**
 * A row for each node of this program. Its state is reported as it changes; its earnings and standing are read from
 * time to time, and only while somebody is watching.
 */
import type { FleetRow, FleetRowsUpdate } from '../../contract/fleet.ts';
import { ordersOf } from '../../contract/fleet.ts';
import type { KeyView } from '../../contract/keys.ts';
import type { LastWord } from '../../contract/life.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import type { NodeClient } from '../../contract/rpc-client.ts';
import type { QosExplanation } from '../../contract/standing.ts';
import { attentionItems } from '../../contract/truth/attention.ts';
import { nodeTruth } from '../../contract/truth/node-truth.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import type { Log } from '../../worker/log.ts';
import type { ProfileViews } from '../app/profile-views.ts';
import type { Keys } from '../keys/keys.ts';
import type { ProfileStore } from '../profiles/profiles.ts';
import { createBatch } from './batch.ts';

const DAY = 86_400_000;
const MONTH_DAYS = 30;
/** A burst of changes is reported once. */
export const GATHER_MS = 250;
/** Interval for earnings, which come from the node's own ledger. */
const READ_EVERY_MS = 60_000;
/** Interval for figures that are read from the relay. */
const STANDING_EVERY_MS = 10 * 60_000;
const READ_WITHIN_MS = 20_000;

/** A node's process, or else its records; whoever opens it closes it. */
export interface OpenNode {
  readonly client: NodeClient;
  close(): void;
}

export interface OwnRowsParts {
  readonly profiles: Pick<ProfileStore, 'list'>;
  readonly views: Pick<ProfileViews, 'view' | 'watch'>;
  readonly keys: Pick<Keys, 'list'>;
  /** Null = neither exists. */
  readonly openNode: (profileId: string) => OpenNode | null;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface OwnRows {
  snapshot(): FleetRowsUpdate;
  /** Calls back after every change. @returns unsubscribe */
  watch(listener: (update: FleetRowsUpdate) => void): () => void;
  close(): void;
}

interface Figures {
  readonly todayWei: string | null;
  readonly monthWei: string | null;
  readonly lastWord: LastWord | null;
  readonly qos: QosExplanation | null;
  /** Time since the standing was read. */
  readonly standingAge: (() => number) | null;
}
const NO_FIGURES: Figures = { todayWei: null, monthWei: null, lastWord: null, qos: null, standingAge: null };

export function createOwnRows(parts: OwnRowsParts): OwnRows {
  const { profiles, views, version, clock, log } = parts;
  const figures = new Map<string, Figures>();
  let keyViews: readonly KeyView[] = [];
  let revision = 0;
  const listeners = new Set<(update: FleetRowsUpdate) => void>();

  const rowOf = (id: string): FleetRow | null => {
    const profile = profiles.list().find((one) => one.id === id);
    if (profile === undefined) return null;
    const key = keyViews.find(({ address }) => sameAddress(address, profile.address)) ?? null;
    return fleetRow(views.view(profile), { figures: figures.get(id) ?? NO_FIGURES, key, nowMs: clock.now() });
  };
  /** Rows as last reported, to earlier and new subscribers alike. */
  const told = new Map<string, FleetRow>();
  for (const { id } of profiles.list()) {
    const row = rowOf(id);
    if (row !== null) told.set(id, row);
  }

  function tell(ids: readonly string[]): void {
    const rows: FleetRow[] = [];
    const gone: string[] = [];
    for (const id of ids) {
      const row = rowOf(id);
      if (row === null) {
        if (told.delete(id)) gone.push(id);
      } else if (JSON.stringify(told.get(id)) !== JSON.stringify(row)) {
        told.set(id, row);
        rows.push(row);
      }
    }
    if (rows.length + gone.length === 0) return;
    revision += 1;
    for (const listener of [...listeners]) listener({ kind: 'changed', revision, rows, gone });
  }
  const batch = createBatch<string>({ clock, afterMs: GATHER_MS, tell });
  const unwatch = views.watch((update) => {
    if (update.kind === 'snapshot') return;
    batch.add(update.kind === 'removed' ? update.id : update.profile.profile.id);
  });

  async function readAll(signal: AbortSignal): Promise<void> {
    keyViews = await parts.keys.list().catch(() => keyViews);
    for (const { id } of profiles.list()) {
      signal.throwIfAborted();
      const before = figures.get(id) ?? NO_FIGURES;
      figures.set(id, await readFigures(id, before, { ...parts, signal }));
      batch.add(id);
    }
    for (const id of [...figures.keys()]) if (profiles.list().every((one) => one.id !== id)) figures.delete(id);
  }

  let reading: AbortController | null = null;
  function startReading(): void {
    reading = new AbortController();
    const { signal } = reading;
    const run = async () => {
      for (;;) {
        await readAll(signal);
        await clock.sleep(READ_EVERY_MS, signal);
      }
    };
    run().catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, 'the figures of the nodes are no longer read');
    });
  }

  return {
    snapshot: () => ({ kind: 'snapshot', revision, version, rows: [...told.values()] }),
    watch(listener) {
      listeners.add(listener);
      if (reading === null) startReading();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        reading?.abort();
        reading = null;
      };
    },
    close() {
      unwatch();
      batch.close();
      reading?.abort();
    },
  };
}

/** Pure. */
function fleetRow(
  profile: ProfileView,
  facts: { readonly figures: Omit<Figures, 'standingAge'>; readonly key: KeyView | null; readonly nowMs: number },
): FleetRow {
  const { figures, key, nowMs } = facts;
  const { worker, node } = profile;
  const truth = nodeTruth({ worker, node, lastWord: figures.lastWord, nowMs });
  const checks = node?.preflight ?? null;
  const items = attentionItems({ truth, profile, node, key, qos: figures.qos, money: null, checks, update: null });
  return {
    node: profile.profile.id,
    name: profile.profile.name,
    network: profile.networkTitle,
    address: profile.profile.address,
    life: truth.life,
    tone: truth.tone,
    card: profile.gpuName,
    todayWei: figures.todayWei,
    monthWei: figures.monthWei,
    qos: figures.qos?.now.combined?.value ?? null,
    attention: [...new Set(items.map(({ kind }) => kind))],
    orders: ordersOf(truth),
  };
}

async function readFigures(
  id: string,
  before: Figures,
  { openNode, clock, log, signal }: Pick<OwnRowsParts, 'openNode' | 'clock' | 'log'> & { readonly signal: AbortSignal },
): Promise<Figures> {
  const open = openNode(id);
  if (open === null) return before;
  const over = new AbortController();
  const within = AbortSignal.any([signal, over.signal]);
  clock.sleep(READ_WITHIN_MS, within).then(
    () => over.abort(),
    () => {},
  );
  /** Figures that do not arrive in time are left unchanged. */
  const read = async <Value>(ask: () => Promise<Value>): Promise<Value | null> => {
    try {
      return within.aborted ? null : await ask();
    } catch (error) {
      if (!within.aborted) log.debug({ err: error, profile: id }, 'a figure of a node could not be read');
      return null;
    }
  };
  try {
    const { client } = open;
    const today = Math.floor(clock.now() / DAY) * DAY;
    const range = { bucket: 'day' as const, fromMs: today - (MONTH_DAYS - 1) * DAY, toMs: today + DAY - 1 };
    const days = (await read(() => client.money.earnings(range, { signal: within })))?.rows ?? null;
    const sum = (rows: NonNullable<typeof days>) => rows.reduce((wei, { netWei }) => wei + BigInt(netWei), 0n).toString();
    const isDue = before.standingAge === null || before.standingAge() >= STANDING_EVERY_MS;
    const qos = isDue ? await read(() => client.trust.qos({}, { signal: within })) : before.qos;
    return {
      todayWei: days === null ? before.todayWei : sum(days.filter(({ fromMs }) => fromMs >= today)),
      monthWei: days === null ? before.monthWei : sum(days),
      lastWord: (await read(() => client.node.last({}, { signal: within }))) ?? before.lastWord,
      qos: qos ?? before.qos,
      standingAge: isDue && qos !== null ? startStopwatch(clock) : before.standingAge,
    };
  } finally {
    over.abort();
    open.close();
  }
}
