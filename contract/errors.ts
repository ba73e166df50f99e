import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const CONTRACT_ERRORS = {
  WORKER_EXITED: {
    meaning: 'The process of a node ended while something was asked of it.',
    remedy: 'It is started again by whoever supervises it; look into its log for the reason.',
  },
  WORKER_BAD_ANSWER: {
    meaning: 'A worker process and its supervisor do not speak the same contract.',
    remedy: 'Report it; both come from the same build, so this is a defect.',
  },
  RPC_BAD_INPUT: {
    meaning: 'A request does not fit the contract between the window and the program.',
    remedy: 'Reload the window; if it comes again, report it: both come from the same build.',
  },
  RPC_DISCONNECTED: {
    meaning: 'The connection between the window and the program, or a node, is gone.',
    remedy: 'It is opened again by itself; if it does not come back, start the program again.',
  },
  WORKER_FATAL: {
    meaning: 'A node could not start or had to give up; the message carries the reason.',
    remedy: 'Follow the remedy of the code it carries.',
  },
} as const satisfies ErrorCatalogue;

export class ContractError extends CodedError<keyof typeof CONTRACT_ERRORS> {}
