/**
 * Totals over all ended tasks, for people who watch many nodes. Each task is read once after its end, in small steps,
 * on request: the totals only grow, and cost nothing without requests.
 */
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { type NodeMetrics, TASK_PHASES, TASK_SECONDS } from '../../contract/metrics.ts';
import { SerialQueue } from '../../protocol/serial-queue.ts';
import { TASK_STATUSES, TASK_TYPE, type TaskType } from '../../protocol/tasks/status.ts';
import { readAll } from '../kit/database.ts';
import { DurationCounts } from '../kit/durations.ts';

type Figures = Pick<NodeMetrics, 'ends' | 'openTasks' | 'scoreSeconds' | 'phaseSeconds' | 'lastTaskMs'>;
type Phase = (typeof TASK_PHASES)[number];

/** A few milliseconds of work, because tasks have priority. */
const ROWS_PER_STEP = 64;

const timeField = z.number().nullable();
const rowSchema = z.object({
  id: z.number().int(),
  type: z.enum(Object.keys(TASK_TYPE) as [TaskType, ...TaskType[]]),
  status: z.enum(TASK_STATUSES),
  start_time_ms: timeField,
  first_seen_ms: z.number(),
  uploaded_ms: timeField,
  closed_ms: timeField,
  score_ms: timeField,
  judged_ms: timeField,
  begun_ms: timeField,
  done_ms: timeField,
});
type Row = z.output<typeof rowSchema>;

/** The network's own times take precedence over ours. */
const stepOf = (statuses: string) => `(SELECT at_ms FROM transitions AS step
  WHERE step.commitment = tasks.commitment AND step.status IN (${statuses}) ORDER BY step.source <> 'relay', step.at_ms LIMIT 1)`;
const ROWS = `SELECT tasks.id, type, tasks.status, start_time_ms, first_seen_ms, uploaded_ms, closed_ms,
    ${stepOf("'ScoreReady'")} AS score_ms,
    ${stepOf("'Validated', 'GroupValidated', 'EndGroupRefund', 'EndInvalidated'")} AS judged_ms,
    scored.started_ms AS begun_ms, scored.ended_ms AS done_ms
  FROM tasks LEFT JOIN executions AS scored ON scored.commitment = tasks.commitment AND scored.outcome = 'scored'`;

export class TaskFigures {
  readonly #db: DatabaseSync;
  readonly #ends = new Map<string, Figures['ends'][number]>();
  readonly #scores = new Map<TaskType, DurationCounts>();
  readonly #phases = new Map<Phase, DurationCounts>(TASK_PHASES.map((phase) => [phase, new DurationCounts(TASK_SECONDS)]));
  /** IDs up to this one have been read. */
  #upTo = 0;
  /** Those among them that had not ended. */
  readonly #open = new Set<number>();
  #lastTaskMs: number | null = null;
  readonly #queue = new SerialQueue();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** @throws WorkerError STORE_BAD_ROW and disk errors; the next call continues where this one stopped. */
  read(): Promise<Figures> {
    return this.#queue.run(() => this.#catchUp());
  }

  async #catchUp(): Promise<Figures> {
    for (const id of [...this.#open]) for (const row of this.#rows('tasks.id = ?', id)) this.#take(row);
    for (;;) {
      const rows = this.#rows('tasks.id > ?', this.#upTo);
      for (const row of rows) this.#take(row);
      if (rows.length < ROWS_PER_STEP) break;
      await setImmediate();
    }
    return {
      ends: [...this.#ends.values()].map((row) => ({ ...row })),
      openTasks: this.#open.size,
      scoreSeconds: [...this.#scores].map(([type, seconds]) => ({ type, ...seconds.view() })),
      phaseSeconds: [...this.#phases].map(([phase, seconds]) => ({ phase, ...seconds.view() })),
      lastTaskMs: this.#lastTaskMs,
    };
  }

  #rows(where: string, id: number): Row[] {
    return readAll(this.#db, rowSchema, `${ROWS} WHERE ${where} ORDER BY tasks.id LIMIT ${ROWS_PER_STEP}`, id);
  }

  #take(row: Row): void {
    this.#upTo = Math.max(this.#upTo, row.id);
    this.#lastTaskMs = Math.max(this.#lastTaskMs ?? 0, row.first_seen_ms);
    if (row.closed_ms === null) {
      this.#open.add(row.id);
      return;
    }
    this.#open.delete(row.id);
    const { type, status: end } = row;
    const counted = this.#ends.get(`${type} ${end}`)?.count ?? 0;
    this.#ends.set(`${type} ${end}`, { type, end, count: counted + 1 });
    if (row.score_ms !== null && row.start_time_ms !== null) this.#scoreOf(type).add(row.score_ms - row.start_time_ms);
    this.#add('begin', row.start_time_ms, row.begun_ms);
    this.#add('execute', row.begun_ms, row.done_ms);
    this.#add('submit', row.done_ms, row.score_ms);
    this.#add('validate', row.score_ms, row.judged_ms);
    this.#add('upload', row.judged_ms, row.uploaded_ms);
  }

  #scoreOf(type: TaskType): DurationCounts {
    const known = this.#scores.get(type) ?? new DurationCounts(TASK_SECONDS);
    this.#scores.set(type, known);
    return known;
  }

  #add(phase: Phase, fromMs: number | null, toMs: number | null): void {
    if (fromMs !== null && toMs !== null) this.#phases.get(phase)?.add(toMs - fromMs);
  }
}
