/** Events of the network: each recorded once, with a cursor that survives restarts. */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { EventRow } from '../networks/task-network.ts';
import { inTransaction } from './database.ts';
import type { Settings } from './settings.ts';

/**
 * How far the poll reaches back behind the newest id it has seen: a database hands out ids before it commits, so a
 * smaller id may become visible after a larger one.
 */
export const EVENT_OVERLAP = 32;

export class EventLog {
  readonly #db: DatabaseSync;
  readonly #settings: Settings;

  constructor(db: DatabaseSync, settings: Settings) {
    this.#db = db;
    this.#settings = settings;
  }

  /** The id after which to ask, null before the very first run. */
  cursor(): number | null {
    const newest = this.#settings.get('eventCursor');
    const floor = this.#settings.get('eventFloor');
    return newest === null ? null : Math.max(floor ?? 0, newest - EVENT_OVERLAP);
  }

  /** The very first run of a node: nothing before this id is its concern. */
  startAt(latestId: number): void {
    inTransaction(this.#db, () => {
      this.#settings.set('eventFloor', latestId);
      this.#settings.set('eventCursor', latestId);
    });
  }

  /** Stores a batch and moves the cursor in one transaction; returns the events that were news, by id. */
  record(rows: readonly EventRow[], nowMs: number): RelayEvent[] {
    return inTransaction(this.#db, () => {
      const news: RelayEvent[] = [];
      let newest = this.#settings.get('eventCursor') ?? 0;
      for (const row of rows) {
        if (row.kind === 'event') {
          if (this.#add(row.event, nowMs)) news.push(row.event);
          newest = Math.max(newest, row.event.id);
        } else {
          this.#addUnreadable(row, nowMs);
          newest = Math.max(newest, row.id ?? 0);
        }
      }
      if (newest !== this.#settings.get('eventCursor')) this.#settings.set('eventCursor', newest);
      return news.sort((a, b) => a.id - b.id);
    });
  }

  #add(event: RelayEvent, nowMs: number): boolean {
    const sql = `INSERT OR IGNORE INTO events (id, type, node_address, commitment, args, received_ms) VALUES (?, ?, ?, ?, ?, ?)`;
    const { changes } = this.#db.prepare(sql).run(event.id, event.type, event.nodeAddress, event.commitment, event.args, nowMs);
    return Number(changes) > 0;
  }

  #addUnreadable(row: Extract<EventRow, { kind: 'unreadable' }>, nowMs: number): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO unreadable_events (digest, id, raw, problem, received_ms) VALUES (?, ?, ?, ?, ?)')
      .run(createHash('sha256').update(row.raw).digest('hex'), row.id, row.raw, row.problem, nowMs);
  }

  counts(): { readonly events: number; readonly unreadable: number } {
    const count = (table: 'events' | 'unreadable_events') =>
      Number(this.#db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0);
    return { events: count('events'), unreadable: count('unreadable_events') };
  }
}
