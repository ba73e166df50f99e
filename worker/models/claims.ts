/** Which process may change the files of a place, and which ones read them. Use only inside {@link StoreFile.change}. */
import { z } from 'zod';
import { type ProfileMark, profileMarkSchema } from '../../contract/models.ts';
import { ModelStoreError } from './errors.ts';
import type { StoreFile } from './store-file.ts';

export type ClaimPurpose = 'download' | 'remove' | 'verify';

const claimSchema = z.object({ session_id: z.string(), purpose: z.string(), ...profileMarkSchema.shape });
const idSchema = z.object({ id: z.number() });
const markSchema = z.object({ place: z.string(), ...profileMarkSchema.shape });

export class Claims {
  readonly #file: StoreFile;

  constructor(file: StoreFile) {
    this.#file = file;
  }

  /** Claims a place for this process; false if another process, or another job of this one, has claimed it. */
  tryTake(place: string, purpose: ClaimPurpose): boolean {
    const sql = 'INSERT INTO claims (place, session_id, purpose) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
    return this.#file.run(sql, place, this.#file.session, purpose) === 1;
  }

  /** @throws ModelStoreError MODEL_BUSY */
  take(place: string, purpose: ClaimPurpose): void {
    if (!this.tryTake(place, purpose)) throw this.busy(place);
  }

  release(place: string): void {
    this.#file.run('DELETE FROM claims WHERE place = ? AND session_id = ?', place, this.#file.session);
  }

  isTaken(place: string): boolean {
    return this.#holder(place) !== null;
  }

  places(): Set<string> {
    return new Set(this.#file.all(z.object({ place: z.string() }), 'SELECT place FROM claims').map(({ place }) => place));
  }

  busy(place: string): ModelStoreError {
    const holder = this.#holder(place);
    const by = holder === null ? '' : `: ${holder.purpose} by ${holder.profile} (process ${holder.pid})`;
    return new ModelStoreError('MODEL_BUSY', `${place} is taken${by}`, { place, profile: holder?.profile ?? '' });
  }

  /** Marks a place as read by a task of this process. @returns a function that removes the mark. */
  use(place: string): () => void {
    const { id } = this.#file.one(
      idSchema,
      'INSERT INTO uses (place, session_id) VALUES (?, ?) RETURNING id',
      place,
      this.#file.session,
    ) ?? { id: -1 };
    return () => {
      this.#file.run('DELETE FROM uses WHERE id = ?', id);
    };
  }

  usersOf(place: string): ProfileMark[] {
    return this.users().get(place) ?? [];
  }

  /** Users by place. */
  users(): Map<string, ProfileMark[]> {
    const sql = `SELECT DISTINCT place, profile, pid FROM uses JOIN sessions ON sessions.id = uses.session_id
      ORDER BY profile, pid`;
    const users = new Map<string, ProfileMark[]>();
    for (const { place, profile, pid } of this.#file.all(markSchema, sql)) {
      users.set(place, [...(users.get(place) ?? []), { profile, pid }]);
    }
    return users;
  }

  #holder(place: string) {
    const sql = `SELECT session_id, purpose, profile, pid FROM claims JOIN sessions ON sessions.id = claims.session_id
      WHERE place = ?`;
    return this.#file.one(claimSchema, sql, place);
  }
}
