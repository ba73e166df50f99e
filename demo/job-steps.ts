/** The steps of the demo's job: tasks are submitted to the network, and checked once everything has ended. */
import type { TaskOutcome } from '../devnet/application/outcome.ts';
import { sampleChat } from '../devnet/application/samples.ts';
import type { Submission, SubmittedTask, Submitter } from './submit.ts';

export interface JobResult {
  /** Tasks that did not end as intended; empty if all went well. */
  readonly surprises: readonly string[];
}

type Kind = TaskOutcome['kind'];

export interface JobSteps {
  readonly surprises: string[];
  /** Submits a task that must end in one of these states. */
  start(submission: Submission, ...kinds: Kind[]): Promise<SubmittedTask>;
  /** The same for a task that was already submitted. */
  expect(task: SubmittedTask, title: string, ...kinds: Kind[]): void;
  /** Sample chats from one number up to another, excluding the last. */
  chats(from: number, to: number): Promise<void>;
  /** Resolves when all tasks so far have ended. */
  ended(): Promise<void>;
}

export function createJobSteps(submitter: Submitter): JobSteps {
  const surprises: string[] = [];
  const running: Promise<void>[] = [];
  const steps: JobSteps = {
    surprises,
    async start(submission, ...kinds) {
      const task = await submitter.submit(submission);
      steps.expect(task, submission.title, ...kinds);
      return task;
    },
    expect({ ended }, title, ...kinds) {
      running.push(
        ended.then(({ kind }) => {
          if (!kinds.includes(kind)) surprises.push(`${title} ended as ${kind}, not as ${kinds.join(' or ')}`);
        }),
      );
    },
    async chats(from, to) {
      for (let index = from; index < to; index++) await steps.start(sampleChat(index), 'success');
    },
    async ended() {
      await Promise.all(running);
    },
  };
  return steps;
}
