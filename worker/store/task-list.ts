/**
 * The list of tasks, newest first; the database filters and counts. A page is read up to a task's position in the list,
 * so that the pages of one listing stay consistent while new tasks arrive.
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { TaskFilter } from '../../contract/tasks.ts';
import { isHex } from '../../protocol/hex.ts';
import { ABORT_REASON } from '../../protocol/tasks/status.ts';
import { readAll, readOne } from '../kit/database.ts';
import { EXECUTION_ERROR_CODES } from './executions.ts';
import { type StoredTask, taskRowSchema } from './tasks.ts';

export interface TaskListQuery {
  readonly filter: TaskFilter;
  /** Number of newest rows to skip. */
  readonly offset: number;
  readonly limit: number;
  /** Position of the newest task to include; null = the newest of all. */
  readonly upTo: number | null;
}

export interface TaskListPage {
  readonly tasks: readonly StoredTask[];
  readonly total: number;
  readonly upTo: number;
}

/** SQL with the values of its placeholders. */
interface Sql {
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

const countSchema = z.object({ total: z.number().int() });
const foundSchema = countSchema.extend({ id: z.number().int() });

export class TaskList {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Position of the newest task, 0 if there are none. */
  newest(): number {
    return readOne(this.#db, countSchema, 'SELECT coalesce(max(id), 0) AS total FROM tasks')?.total ?? 0;
  }

  page(query: TaskListQuery): TaskListPage {
    const upTo = query.upTo ?? this.newest();
    if (placeInCommitment(query.filter.text).kind !== 'always' && !isCommitment(query.filter))
      return this.#searched({ ...query, upTo });
    const page = pageSql({ ...query, upTo });
    const tasks = readAll(this.#db, taskRowSchema, page.text, ...page.values);
    // A page that is not full is the last, so its size gives the total without a count.
    const isLast = tasks.length < query.limit && (tasks.length > 0 || query.offset === 0);
    return { tasks, total: isLast ? query.offset + tasks.length : this.#count(query.filter, upTo), upTo };
  }

  /** Where all tasks have to be scanned for a text, they are scanned once, for the page and the total together. */
  #searched({ filter, offset, limit, upTo }: TaskListQuery & { readonly upTo: number }): TaskListPage {
    const { text, values } = searchSql(filter, upTo);
    const found = readAll(this.#db, foundSchema, text, ...values, limit, offset);
    const [first] = found;
    if (first === undefined) return { tasks: [], total: offset === 0 ? 0 : this.#count(filter, upTo), upTo };
    const rows = `SELECT * FROM tasks WHERE id IN (${found.map(() => '?').join(', ')}) ORDER BY id DESC`;
    return { tasks: readAll(this.#db, taskRowSchema, rows, ...found.map(({ id }) => id)), total: first.total, upTo };
  }

  #count(filter: TaskFilter, upTo: number): number {
    const { text, values } = countSql(filter, upTo);
    return readOne(this.#db, countSchema, text, ...values)?.total ?? 0;
  }
}

/** Positions of a page, each with the total number of matches; limit and offset are appended to the values. */
function searchSql(filter: TaskFilter, upTo: number): Sql {
  const { from, where, values } = filterSql(filter);
  const fits = `SELECT id FROM ${from} WHERE ${['id <= ?', ...where].join(' AND ')}`;
  return {
    text: `WITH found AS MATERIALIZED (${fits})
      SELECT id, (SELECT count(*) FROM found) AS total FROM found ORDER BY id DESC LIMIT ? OFFSET ?`,
    values: [upTo, ...values],
  };
}

/** Selects positions first, then rows, so that only numbers are skipped and sorted. */
function pageSql({ filter, offset, limit, upTo }: TaskListQuery & { readonly upTo: number }): Sql {
  const { from, where, values } = filterSql(filter);
  const places = `SELECT id FROM ${from} WHERE ${['id <= ?', ...where].join(' AND ')} ORDER BY id DESC LIMIT ? OFFSET ?`;
  return { text: `SELECT * FROM tasks WHERE id IN (${places}) ORDER BY id DESC`, values: [upTo, ...values, limit, offset] };
}

/**
 * The plus sign keeps SQLite from counting in the table itself, with its long rows. Counting a whole index goes page by
 * page, counting part of it entry by entry. So if there is no filter, this counts everything and subtracts the few
 * tasks that came later.
 */
function countSql(filter: TaskFilter, upTo: number): Sql {
  const { from, where, values } = filterSql(filter);
  if (where.length === 0) {
    return { text: `SELECT count(*) - (SELECT count(*) FROM ${from} WHERE id > ?) AS total FROM ${from}`, values: [upTo] };
  }
  return {
    text: `SELECT count(*) AS total FROM ${from} WHERE ${['+id <= ?', ...where].join(' AND ')}`,
    values: [upTo, ...values],
  };
}

/** A complete commitment is found by its index. */
function isCommitment({ text }: TaskFilter): boolean {
  return isHex(text.toLowerCase(), 32);
}

function filterSql(filter: TaskFilter): { from: string; where: string[]; values: (string | number | null)[] } {
  const parts: Sql[] = [];
  if (filter.types.length > 0) parts.push(oneOf('type', filter.types));
  if (filter.statuses.length > 0) parts.push(oneOf('status', filter.statuses));
  if (filter.fromMs !== null) parts.push({ text: 'first_seen_ms >= ?', values: [filter.fromMs] });
  if (filter.toMs !== null) parts.push({ text: 'first_seen_ms < ?', values: [filter.toMs] });
  if (filter.model !== '') parts.push(usesModel(filter.model));
  const place = placeInCommitment(filter.text);
  if (isCommitment(filter)) parts.push({ text: 'commitment = ?', values: [filter.text.toLowerCase()] });
  else if (place.kind !== 'always') parts.push(containsText(filter.text, place));
  const from = (index: string | null) => (index === null ? 'tasks' : `tasks INDEXED BY ${index}`);
  return {
    from: from(parts.length === 0 ? 'tasks_in_order' : place.kind === 'anywhere' ? 'tasks_listed' : null),
    where: parts.map(({ text }) => text),
    values: parts.flatMap(({ values }) => values),
  };
}

function oneOf(column: string, values: readonly string[]): Sql {
  return { text: `${column} IN (${values.map(() => '?').join(', ')})`, values };
}

/** Walks from one model to the next, each once, however many tasks they have. */
function usesModel(part: string): Sql {
  const text = `id IN (
    WITH RECURSIVE model (id) AS (
      SELECT min(model_id) FROM task_models
      UNION ALL SELECT (SELECT min(model_id) FROM task_models WHERE model_id > model.id) FROM model WHERE model.id IS NOT NULL
    )
    SELECT task FROM task_models WHERE model_id IN (SELECT id FROM model WHERE id LIKE ? ESCAPE '\\'))`;
  return { text, values: [likePattern(part)] };
}

type Place =
  /** Every commitment contains it. */
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'start'; readonly start: string }
  | { readonly kind: 'anywhere' };

/** A commitment is "0x" with hex digits, so only a text of digits alone has to be looked for in the middle of each. */
function placeInCommitment(text: string): Place {
  const [isFound, prefix, digits] = /^(0?x)?([0-9a-f]*)$/.exec(text.toLowerCase()) ?? [null];
  if (isFound === null) return { kind: 'never' };
  if (digits === '') return { kind: 'always' };
  return prefix === undefined ? { kind: 'anywhere' } : { kind: 'start', start: `0x${digits}` };
}

/** Known names are matched here; recorded text is matched in the database, in what is short. */
function containsText(text: string, place: Place): Sql {
  const has = (name: string) => name.toLowerCase().includes(text.toLowerCase());
  const like = likePattern(text);
  const reasons = Object.keys(ABORT_REASON).filter((reason) => reason !== 'None' && has(reason));
  const outcomes = Object.entries(EXECUTION_ERROR_CODES).flatMap(([outcome, code]) => (has(code) ? [outcome] : []));
  const aborted = oneOf('abort_reason', reasons);
  const alarmed: Sql = {
    text: "SELECT commitment FROM alarms WHERE code LIKE ? ESCAPE '\\' OR message LIKE ? ESCAPE '\\'",
    values: [like, like],
  };
  const failed: Sql = {
    text: `SELECT commitment FROM executions AS last
      WHERE outcome IN ('invalid', 'failed', 'cancelled') AND (${oneOf('outcome', outcomes).text} OR detail LIKE ? ESCAPE '\\')
        AND attempt = (SELECT max(attempt) FROM executions WHERE commitment = last.commitment)`,
    values: [...outcomes, like],
  };
  const inCommitment: Sql = { text: "commitment LIKE ? ESCAPE '\\'", values: [like] };
  const of = ({ text: commitments, values }: Sql): Sql => ({ text: `commitment IN (${commitments})`, values });
  if (place.kind === 'anywhere') return joinSql([inCommitment, aborted, of(alarmed), of(failed)], ' OR ', (all) => `(${all})`);
  const matches: readonly Sql[] = [
    ...(place.kind === 'start' ? [{ text: 'commitment >= ? AND commitment < ?', values: [place.start, `${place.start}g`] }] : []),
    ...(reasons.length === 0 ? [] : [{ text: `abort_reason <> 'None' AND ${aborted.text}`, values: aborted.values }]),
    of(alarmed),
    of(failed),
  ];
  const selects = matches.map(({ text: match, values }) => ({ text: `SELECT id FROM tasks WHERE ${match}`, values }));
  return joinSql(selects, ' UNION ', (all) => `id IN (${all})`);
}

function joinSql(parts: readonly Sql[], by: string, wrapped: (all: string) => string): Sql {
  return { text: wrapped(parts.map(({ text }) => text).join(by)), values: parts.flatMap(({ values }) => values) };
}

/** Of a LIKE pattern, in bytes. */
const MAX_PATTERN_BYTES = 50_000;

/**
 * A LIKE pattern (case-insensitive) for literal text. SQLite ends a pattern at a NUL and refuses a long one: null, which
 * matches nothing.
 */
function likePattern(text: string): string | null {
  const pattern = `%${text.replace(/[\\%_]/g, (wildcard) => `\\${wildcard}`)}%`;
  return text.includes('\0') || Buffer.byteLength(pattern) > MAX_PATTERN_BYTES ? null : pattern;
}
