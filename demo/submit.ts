/** Submits the demo's tasks to the network, one creation at a time, so that the sampling plan can tell them apart. */
import type { Application } from '../devnet/application/application.ts';
import type { TaskOutcome } from '../devnet/application/outcome.ts';
import type { TaskSpecInput } from '../devnet/application/task-spec.ts';
import type { SamplingPlan } from './sampling-plan.ts';

export interface Submission {
  readonly title: string;
  readonly spec: TaskSpecInput;
  readonly kind?: 'single' | 'group';
}

export interface Submitter {
  /** Resolves when the (first) task exists. */
  submit(submission: Submission): Promise<SubmittedTask>;
}

export interface SubmittedTask {
  readonly commitment: string;
  readonly ended: Promise<Pick<TaskOutcome, 'kind'>>;
}

export function createSubmitter(options: {
  readonly application: Application;
  readonly plan: SamplingPlan;
  readonly signal: AbortSignal;
  /** Filled as tasks are created: title by commitment. */
  readonly titles: Map<string, string>;
}): Submitter {
  const { application, plan, signal, titles } = options;
  let turn: Promise<unknown> = Promise.resolve();

  async function submitNow({ title, spec, kind = 'single' }: Submission): Promise<SubmittedTask> {
    plan.setNext(kind);
    const created = Promise.withResolvers<string>();
    const ended = application.runTask(spec, {
      signal,
      onProgress: (progress) => {
        if (progress.kind !== 'created') return;
        titles.set(progress.task.commitment, title);
        created.resolve(progress.task.commitment);
      },
    });
    // The caller learns of the failure through `ended`; this only prevents an unhandled rejection.
    ended.catch((error: unknown) => created.reject(error));
    return { commitment: await created.promise, ended };
  }

  return {
    submit(submission) {
      const mine = turn.then(() => submitNow(submission));
      turn = mine.catch(() => {});
      return mine;
    },
  };
}
