/** Small durable facts about the node itself, each with its own schema. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { qosExplanationSchema } from '../../contract/standing.ts';
import { weiText } from '../../protocol/wire/fields.ts';
import { WorkerError } from '../kit/errors.ts';

const SCHEMAS = {
  /** Largest event ID seen. */
  eventCursor: z.number().int().nonnegative(),
  /** Latest event ID at the node's very first run. */
  eventFloor: z.number().int().nonnegative(),
  /** How many events could not be read, including those no longer stored. */
  unreadableEvents: z.number().int().nonnegative(),
  /** What the host wants: across a restart, a paused node stays paused, and a leaving one keeps leaving. */
  desired: z.enum(['running', 'paused', 'unstaked']),
  /** Why the node must not join by itself; cleared by the host's `resume`. */
  barred: z.enum(['slashed', 'kickedOut']).nullable(),
  /** When `barred` was last set, epoch ms. */
  barredMs: z.number(),
  /** A transaction about the stake that was started. Its ID ensures that it is sent only once, even after a crash. */
  stakeAct: z.object({ kind: z.enum(['stake', 'tryUnstake']), id: z.string() }).nullable(),
  /** The node's address: a data directory belongs to one key. */
  address: z.string(),
  /**
   * Newest event ID known when this directory last let the node join: evidence that the address joined the network from
   * here.
   */
  joinedAfterEvent: z.number().int().nonnegative(),
  /** The account's balance at the relay, as the network last reported it. */
  lastBalance: z.object({ wei: weiText, readMs: z.number() }),
  /** Quality, share of stake and weight, as the network last reported them. */
  lastStanding: z.object({ qos: z.number(), stakingScore: z.number(), weight: z.number(), readMs: z.number() }),
  /** The quality of service, as last read for a window. */
  lastQos: qosExplanationSchema,
  /** How far the logs of a chain have been read and recorded. */
  logMark: z.object({ block: z.number().int().nonnegative(), hash: z.string() }),
  /** Whether diagnostics are sent to the network (RELAY_PROTOCOL 8.7); off by default. */
  sendDiagnostics: z.boolean(),
} as const;

export type SettingName = keyof typeof SCHEMAS;
export type SettingValue<Name extends SettingName> = z.output<(typeof SCHEMAS)[Name]>;

export class Settings {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Null if it was never set. @throws WorkerError STORE_BAD_ROW */
  get<Name extends SettingName>(name: Name): SettingValue<Name> | null {
    const text = this.#db.prepare('SELECT value FROM settings WHERE name = ?').get(name)?.value;
    if (typeof text !== 'string') return null;
    try {
      return SCHEMAS[name].parse(JSON.parse(text)) as SettingValue<Name>;
    } catch (cause) {
      throw new WorkerError('STORE_BAD_ROW', `setting ${name} is unreadable`, { column: name }, { cause });
    }
  }

  set<Name extends SettingName>(name: Name, value: SettingValue<Name>): void {
    this.#db
      .prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
      .run(name, JSON.stringify(value));
  }
}
