/** The tasks of this node for a UI: pages of the list, details of one, files of its result, and changes. */
import type { z } from 'zod';
import type { TaskDetail, TaskRow, TasksPage, TasksUpdate, taskFileQuerySchema, tasksQuerySchema } from '../../contract/tasks.ts';
import type { Hex } from '../../protocol/hex.ts';
import { WorkerError } from '../kit/errors.ts';
import type { Ledger } from '../money/ledger/ledger.ts';
import { taskMoney } from '../money/views.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import type { Store } from '../store/store.ts';
import type { StoredTask } from '../store/tasks.ts';
import { Feed } from './feed.ts';
import { type FileBytes, readTaskFile, taskFiles } from './result-file.ts';
import { taskRow } from './task-row.ts';

export interface TaskServiceParts {
  readonly store: Store;
  readonly resultsDir: string;
  readonly ledger: Pick<Ledger, 'ofTask'>;
  readonly reader: Pick<TrustNetwork, 'rules'>;
}

export class TaskService {
  /** The open tasks, then each task that changes. */
  readonly feed: Feed<TasksUpdate>;
  readonly #parts: TaskServiceParts;

  constructor(parts: TaskServiceParts) {
    this.#parts = parts;
    const { store } = parts;
    this.feed = new Feed<TasksUpdate>((revision) => {
      const open = store.tasks.open().map((task) => this.#row(task));
      return { kind: 'snapshot', revision, upTo: store.list.newest(), open };
    });
  }

  /** Call this when something about the task has changed in the store. */
  changed(commitment: Hex): void {
    const { store } = this.#parts;
    this.feed.publish((revision) => ({ kind: 'task', revision, task: this.#row(store.tasks.get(commitment)) }));
  }

  page(query: z.output<typeof tasksQuerySchema>): TasksPage {
    const { store } = this.#parts;
    const { tasks, total, upTo } = store.list.page(query);
    return { rows: tasks.map((task) => this.#row(task)), total, upTo };
  }

  /** @throws WorkerError TASK_UNKNOWN */
  async detail(commitment: Hex): Promise<TaskDetail> {
    const { store, resultsDir, ledger } = this.#parts;
    const task = this.#find(commitment);
    const row = this.#row(task);
    return {
      task: row,
      // Cleared when the host's retention says so.
      taskArgs: task.taskArgs === '' ? null : task.taskArgs,
      // The network tells a node only the commitment.
      taskId: null,
      timeoutSeconds: task.timeoutSeconds,
      minVramGib: task.minVramGib,
      executions: store.executions.of(commitment).map(({ lifetime: _, ...execution }) => execution),
      failure: row.error === null ? null : { reaction: reaction(row), error: row.error },
      files: await taskFiles(resultsDir, store.artifacts.of(commitment)),
      removed: store.removed.find(commitment),
      money: taskMoney(ledger, commitment),
      caseId: store.cases.findIdByTask(commitment),
    };
  }

  /** @throws WorkerError TASK_UNKNOWN, TASK_FILE_UNKNOWN */
  async file({ commitment, position }: z.output<typeof taskFileQuerySchema>): Promise<FileBytes> {
    const { store, resultsDir } = this.#parts;
    const artifact = store.artifacts.of(this.#find(commitment).commitment)[position];
    if (artifact !== undefined) return readTaskFile(resultsDir, artifact);
    throw new WorkerError('TASK_FILE_UNKNOWN', `the result of ${commitment} has no file ${position}`, { commitment, position });
  }

  #row(task: StoredTask): TaskRow {
    const { store, reader } = this.#parts;
    return taskRow(store, task, reader.rules);
  }

  #find(commitment: Hex): StoredTask {
    const task = this.#parts.store.tasks.find(commitment);
    if (task !== null) return task;
    throw new WorkerError('TASK_UNKNOWN', `this node has not seen the task ${commitment}`, { commitment });
  }
}

/** Law 2: only invalid arguments are reported. A report counts once the network has accepted or shown it. */
function reaction({ error, transitions }: Pick<TaskRow, 'error' | 'transitions'>): 'reported' | 'silent' {
  const reported = transitions.some(({ status, source }) => status === 'ErrorReported' && source !== 'event');
  return error?.code === 'TASK_INVALID' && reported ? 'reported' : 'silent';
}
