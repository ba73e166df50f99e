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
  RPC_BAD_FRAME: {
    meaning: 'A message on a connection is none of the contract; the connection was closed, and nothing was done.',
    remedy: 'It is opened again by itself; if it comes again, report it: both ends come from the same build.',
  },
  RPC_FRAME_TOO_LARGE: {
    meaning: 'A request is larger than any of the contract; the connection was closed, and nothing was done.',
    remedy: 'Choose a smaller file; a keystore or a network preset has some kilobytes.',
  },
  RPC_FLOOD: {
    meaning: 'Too many requests of one connection wait for their answers; the connection was closed.',
    remedy: 'It is opened again by itself; if it comes again, report it.',
  },
  RPC_SESSION_ENDED: {
    meaning: 'The page in the browser has no session, or its session has ended: by a log-out, a restart, or its age.',
    remedy: 'Run `crynux-node window` on the machine of the program, and open the address that it prints.',
  },
  ACT_NOT_CONFIRMED: {
    meaning: 'An act that needs the word of a person was not confirmed; nothing was done.',
    remedy:
      'Try again, and confirm it in the dialog of the program, at the terminal where it runs, or with `crynux-node confirm`.',
  },
  ACT_NOT_FOR_PAGES: {
    meaning: 'A window named a program or a folder that nobody has chosen, this program has not found and no profile has.',
    remedy:
      'Choose the folder in the dialog of the program, or name it on the command line: `crynux-node profile create --engine`, `profile change --models-folder`.',
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
