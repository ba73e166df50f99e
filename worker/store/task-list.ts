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
export interface Sql {
  readonly text: string;
  readonly values: readonly (string | number)[];
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
    if (query.filter.text !== '' && !isCommitment(query.filter)) return this.#searched({ ...query, upTo });
    const page = pageSql({ ...query, upTo });
    const tasks = readAll(this.#db, taskRowSchema, page.text, ...page.values);
    // A page that is not full is the last, so its size gives the total without a count.
    const isLast = tasks.length < query.limit && (tasks.length > 0 || query.offset === 0);
    return { tasks, total: isLast ? query.offset + tasks.length : this.#count(query.filter, upTo), upTo };
  }

  /** No index helps with part of a text, so all tasks are scanned: once, for the page and the total together. */
  #searched({ filter, offset, limit, upTo }: TaskListQuery & { readonly upTo: number }): TaskListPage {
    const { text, values } = searchSql(filter, upTo);
    const found = readAll(this.#db, foundSchema, text, ...values, limit, offset);
    const ids = found.map(({ id }) => id);
    const rows = `SELECT * FROM tasks WHERE id IN (${ids.map(() => '?').join(', ')}) ORDER BY id DESC`;
    const total = found[0]?.total ?? (offset === 0 ? 0 : this.#count(filter, upTo));
    return { tasks: readAll(this.#db, taskRowSchema, rows, ...ids), total, upTo };
  }

  #count(filter: TaskFilter, upTo: number): number {
    const { text, values } = countSql(filter, upTo);
    return readOne(this.#db, countSchema, text, ...values)?.total ?? 0;
  }
}

/** Positions of a page, each with the total number of matches; limit and offset are appended to the values. */
function searchSql(filter: TaskFilter, upTo: number): Sql {
  const { from, where, values } = narrowed(filter);
  const fits = `SELECT id FROM ${from} WHERE ${['id <= ?', ...where].join(' AND ')}`;
  return {
    text: `WITH found AS MATERIALIZED (${fits})
      SELECT id, (SELECT count(*) FROM found) AS total FROM found ORDER BY id DESC LIMIT ? OFFSET ?`,
    values: [upTo, ...values],
  };
}

/** Selects positions first, then rows, so that only numbers are skipped and sorted. */
export function pageSql({ filter, offset, limit, upTo }: TaskListQuery & { readonly upTo: number }): Sql {
  const { from, where, values } = narrowed(filter);
  const places = `SELECT id FROM ${from} WHERE ${['id <= ?', ...where].join(' AND ')} ORDER BY id DESC LIMIT ? OFFSET ?`;
  return { text: `SELECT * FROM tasks WHERE id IN (${places}) ORDER BY id DESC`, values: [upTo, ...values, limit, offset] };
}

/**
 * The plus sign keeps SQLite from counting in the table itself, with its long rows. Counting a whole index goes page by
 * page, counting part of it entry by entry; so if there is no filter, this counts everything and subtracts the few
 * tasks that came later.
 */
export function countSql(filter: TaskFilter, upTo: number): Sql {
  const { from, where, values } = narrowed(filter);
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

function narrowed(filter: TaskFilter): { from: string; where: string[]; values: (string | number)[] } {
  const parts: Sql[] = [];
  if (filter.types.length > 0) parts.push(oneOf('type', filter.types));
  if (filter.statuses.length > 0) parts.push(oneOf('status', filter.statuses));
  if (filter.fromMs !== null) parts.push({ text: 'first_seen_ms >= ?', values: [filter.fromMs] });
  if (filter.toMs !== null) parts.push({ text: 'first_seen_ms < ?', values: [filter.toMs] });
  if (filter.model !== '') parts.push(ofModel(filter.model));
  const isOne = isCommitment(filter);
  if (isOne) parts.push({ text: 'commitment = ?', values: [filter.text.toLowerCase()] });
  else if (filter.text !== '') parts.push(withText(filter.text));
  const from = (index: string | null) => (index === null ? 'tasks' : `tasks INDEXED BY ${index}`);
  return {
    from: from(parts.length === 0 ? 'tasks_in_order' : filter.text === '' || isOne ? null : 'tasks_listed'),
    where: parts.map(({ text }) => text),
    values: parts.flatMap(({ values }) => values),
  };
}

function oneOf(column: string, values: readonly string[]): Sql {
  return { text: `${column} IN (${values.map(() => '?').join(', ')})`, values };
}

/** Walks from one model to the next, each once, however many tasks they have. */
function ofModel(part: string): Sql {
  const text = `id IN (
    WITH RECURSIVE model (id) AS (
      SELECT min(model_id) FROM task_models
      UNION ALL SELECT (SELECT min(model_id) FROM task_models WHERE model_id > model.id) FROM model WHERE model.id IS NOT NULL
    )
    SELECT task FROM task_models WHERE model_id IN (SELECT id FROM model WHERE id LIKE ? ESCAPE '\\'))`;
  return { text, values: [containing(part)] };
}

/** Known names are matched here; recorded text is matched in the database. */
function withText(text: string): Sql {
  const has = (name: string) => name.toLowerCase().includes(text.toLowerCase());
  const like = containing(text);
  const reasons = Object.keys(ABORT_REASON).filter((reason) => reason !== 'None' && has(reason));
  const outcomes = Object.entries(EXECUTION_ERROR_CODES).flatMap(([outcome, code]) => (has(code) ? [outcome] : []));
  const executions = `SELECT commitment FROM executions AS last
    WHERE outcome IN ('invalid', 'failed', 'cancelled') AND (${oneOf('outcome', outcomes).text} OR detail LIKE ? ESCAPE '\\')
      AND attempt = (SELECT max(attempt) FROM executions WHERE commitment = last.commitment)`;
  const parts: Sql[] = [
    // Most words contain a letter that no commitment contains, so commitments need no scan for them.
    ...(/^[0-9a-fx]+$/i.test(text) ? [{ text: "commitment LIKE ? ESCAPE '\\'", values: [like] }] : []),
    oneOf('abort_reason', reasons),
    {
      text: "commitment IN (SELECT commitment FROM alarms WHERE code LIKE ? ESCAPE '\\' OR message LIKE ? ESCAPE '\\')",
      values: [like, like],
    },
    { text: `commitment IN (${executions})`, values: [...outcomes, like] },
  ];
  return { text: `(${parts.map((part) => part.text).join(' OR ')})`, values: parts.flatMap(({ values }) => values) };
}

/** A LIKE pattern (case-insensitive) for literal text. */
function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (wildcard) => `\\${wildcard}`)}%`;
}
