/** Submits the demo's tasks to the contracts, one creation after another; each is pinned to the card of the demo's nodes. */
import type { ChainApplication } from '../../devnet/chain-mode/application.ts';
import { withRequiredCard } from '../../devnet/chain-mode/chain-workload.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Submission, Submitter } from '../submit.ts';
import { CARD } from './network.ts';

export interface ChainSubmitter extends Submitter {
  /** The members of every group that has ended. */
  readonly groups: readonly (readonly Hex[])[];
}

export function createChainSubmitter(options: {
  readonly application: Pick<ChainApplication, 'runTask'>;
  readonly signal: AbortSignal;
  /** Filled as tasks are created: title by commitment. */
  readonly titles: Map<string, string>;
}): ChainSubmitter {
  const { application, signal, titles } = options;
  const groups: (readonly Hex[])[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  async function submitNow({ title, spec, kind = 'single' }: Submission) {
    const created = Promise.withResolvers<string>();
    const ended = application.runTask(withRequiredCard(spec, CARD), {
      signal,
      sampled: kind === 'group',
      onCommitment: (commitment) => titles.set(commitment, title),
      onTask: ({ commitment }) => created.resolve(commitment),
    });
    // The caller learns of the failure through `ended`; this only prevents an unhandled rejection.
    ended.catch((error: unknown) => created.reject(error));
    const noted = ended.then((outcome) => {
      if (outcome.sampled) groups.push(outcome.tasks.map(({ commitment }) => commitment));
      return outcome;
    });
    noted.catch(() => {});
    return { commitment: await created.promise, ended: noted };
  }

  return {
    groups,
    submit(submission) {
      const mine = turn.then(() => submitNow(submission));
      turn = mine.catch(() => {});
      return mine;
    },
  };
}
