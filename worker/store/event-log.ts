/** Events of the network: each is recorded once, with a cursor that survives restarts. */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { RELAY_EVENT_TYPES, type RelayEvent, type RelayEventType } from '../../protocol/wire/event.ts';
import type { EventRow } from '../../protocol/wire/event-row.ts';
import { inRelaxedTransaction, inTransaction, readAll } from '../kit/database.ts';
import type { Settings } from './settings.ts';

/**
 * How far the poll reaches back before the newest ID it has seen: a database assigns IDs before it commits, so a
 * smaller ID may become visible after a larger one.
 */
export const EVENT_OVERLAP = 32;

export interface EventLimits {
  readonly taskBytes: number;
  readonly nodeBytes: number;
  /** In rows. */
  readonly unreadable: number;
}

/** A node that is always busy takes years to fill this; a network that floods it cannot fill the disk. */
const EVENT_LIMITS: EventLimits = { taskBytes: 32 * 1024 ** 2, nodeBytes: 32 * 1024 ** 2, unreadable: 1_000 };
const PRUNE_EVERY = 500;
/** Size of a row without its arguments. */
const ROW_BYTES = 256;

const rowSchema = z
  .object({
    id: z.number().int(),
    type: z.string(),
    node_address: z.string(),
    commitment: z.string().nullable(),
    args: z.string(),
  })
  .transform(
    (row): RelayEvent => ({
      id: row.id,
      type: row.type,
      nodeAddress: row.node_address,
      commitment: row.commitment,
      args: row.args,
    }),
  );

export class EventLog {
  readonly #db: DatabaseSync;
  readonly #settings: Settings;
  #recorded = PRUNE_EVERY;

  constructor(db: DatabaseSync, settings: Settings) {
    this.#db = db;
    this.#settings = settings;
  }

  /** The ID to poll after; null before the very first run. */
  cursor(): number | null {
    const newest = this.#settings.get('eventCursor');
    const floor = this.#settings.get('eventFloor');
    return newest === null ? null : Math.max(floor ?? 0, newest - EVENT_OVERLAP);
  }

  /** At the very first run of a node: events up to this ID do not concern it. */
  startAt(latestId: number): void {
    inTransaction(this.#db, () => {
      this.#settings.set('eventFloor', latestId);
      this.#settings.set('eventCursor', latestId);
    });
  }

  /** The network's newest ID is smaller than the recorded one; without this, no event would ever be read again. */
  rewindTo(latestId: number): void {
    inTransaction(this.#db, () => {
      this.#settings.set('eventFloor', Math.min(this.#settings.get('eventFloor') ?? 0, latestId));
      this.#settings.set('eventCursor', latestId);
    });
  }

  /** The newest ID seen. */
  newest(): number {
    return this.#settings.get('eventCursor') ?? 0;
  }

  /**
   * Stores a batch and moves the cursor in one transaction. A repeated event is ignored, but a different event with a
   * known ID is recorded: a chain was reorganised, or a network restarted from a copy.
   */
  record(rows: readonly EventRow[], nowMs: number): void {
    inRelaxedTransaction(this.#db, () => {
      let newest = this.#settings.get('eventCursor') ?? 0;
      const floor = this.#settings.get('eventFloor') ?? 0;
      for (const row of rows) {
        if (row.kind === 'event') {
          if (row.event.id <= floor) continue;
          this.#add(row.event, nowMs);
          newest = Math.max(newest, row.event.id);
        } else {
          this.#addUnreadable(row, nowMs);
          newest = Math.max(newest, row.id ?? 0);
        }
      }
      if (newest !== this.#settings.get('eventCursor')) this.#settings.set('eventCursor', newest);
    });
    this.#recorded += rows.length;
    if (this.#recorded >= PRUNE_EVERY) this.prune();
  }

  /** Recorded but not yet handled, by ID. */
  unhandled(): RelayEvent[] {
    const sql = 'SELECT id, type, node_address, commitment, args FROM events WHERE handled = 0 ORDER BY id';
    return readAll(this.#db, rowSchema, sql);
  }

  /** All recorded events of these types, by ID. */
  ofTypes(types: readonly RelayEventType[]): RelayEvent[] {
    const sql = `SELECT id, type, node_address, commitment, args FROM events
      WHERE type IN (SELECT value FROM json_each(?)) ORDER BY id`;
    return readAll(this.#db, rowSchema, sql, JSON.stringify(types));
  }

  markHandled(id: number): void {
    inRelaxedTransaction(this.#db, () => this.#db.prepare('UPDATE events SET handled = 1 WHERE id = ?').run(id));
  }

  /**
   * Keeps the newest handled events within their limits. Events about nodes have a separate limit, and for this node
   * each kind has its own, so that a flood of events about others or of another kind does not displace a slash or a
   * join.
   */
  prune(limits: EventLimits = EVENT_LIMITS): void {
    this.#recorded = 0;
    // Unknown kinds share one limit, because a network could invent any number of them.
    const sql = (type: 'LIKE' | 'NOT LIKE') => `DELETE FROM events WHERE handled = 1 AND id IN (
      SELECT id FROM (SELECT id, sum(length(args) + ${ROW_BYTES}) OVER (PARTITION BY CASE
          WHEN lower(node_address) = ?2 AND type IN (SELECT value FROM json_each(?3)) THEN type ELSE '' END
          ORDER BY received_ms DESC, id DESC) AS bytes
        FROM events WHERE type ${type} 'Node%') WHERE bytes > ?1)`;
    const own = (this.#settings.get('address') ?? '').toLowerCase();
    const kinds = JSON.stringify(RELAY_EVENT_TYPES.filter((type) => type.startsWith('Node')));
    this.#db.prepare(sql('NOT LIKE')).run(limits.taskBytes, own, kinds);
    this.#db.prepare(sql('LIKE')).run(limits.nodeBytes, own, kinds);
    this.#db
      .prepare(
        'DELETE FROM unreadable_events WHERE rowid NOT IN (SELECT rowid FROM unreadable_events ORDER BY rowid DESC LIMIT ?)',
      )
      .run(limits.unreadable);
  }

  #add(event: RelayEvent, nowMs: number): void {
    const sql = `INSERT INTO events (id, type, node_address, commitment, args, received_ms) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET type = excluded.type, node_address = excluded.node_address,
        commitment = excluded.commitment, args = excluded.args, received_ms = excluded.received_ms, handled = 0
      WHERE type <> excluded.type OR commitment IS NOT excluded.commitment OR args <> excluded.args`;
    this.#db.prepare(sql).run(event.id, event.type, event.nodeAddress, event.commitment, event.args, nowMs);
  }

  #addUnreadable(row: Extract<EventRow, { kind: 'unreadable' }>, nowMs: number): void {
    const { changes } = this.#db
      .prepare('INSERT OR IGNORE INTO unreadable_events (digest, id, raw, problem, received_ms) VALUES (?, ?, ?, ?, ?)')
      .run(createHash('sha256').update(row.raw).digest('hex'), row.id, row.raw, row.problem, nowMs);
    if (changes === 0) return;
    this.#settings.set('unreadableEvents', (this.#settings.get('unreadableEvents') ?? 0) + 1);
  }

  /** `unreadable`: those still stored; `unreadableEver` also counts those already dropped. */
  counts(): { readonly events: number; readonly unreadable: number; readonly unreadableEver: number } {
    const count = (table: 'events' | 'unreadable_events') =>
      Number(this.#db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0);
    const unreadable = count('unreadable_events');
    const unreadableEver = Math.max(unreadable, this.#settings.get('unreadableEvents') ?? 0);
    return { events: count('events'), unreadable, unreadableEver };
  }
}
