/** What the demo's job is made of: tasks that are put to the network, and judged when everything has ended. */
import type { TaskOutcome } from '../devnet/application/outcome.ts';
import { sampleChat } from '../devnet/application/samples.ts';
import type { Submission, SubmittedTask, Submitter } from './submit.ts';

export interface JobResult {
  /** What did not end as the job meant it to; empty when all went well. */
  readonly surprises: readonly string[];
}

type Kind = TaskOutcome['kind'];

export interface JobSteps {
  readonly surprises: string[];
  /** Puts a task to the network that is to end as one of these. */
  start(submission: Submission, ...kinds: Kind[]): Promise<SubmittedTask>;
  /** The same for one that was put to it before. */
  expect(task: SubmittedTask, title: string, ...kinds: Kind[]): void;
  /** Sample chats from one number to another, the last left out. */
  chats(from: number, to: number): Promise<void>;
  /** Everything so far has ended. */
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
