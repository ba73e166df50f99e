import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const CONTRACT_ERRORS = {
  WORKER_EXITED: {
    meaning: 'A node’s process exited while it was handling a request.',
    remedy: 'It restarts automatically; its log has the reason.',
  },
  WORKER_BAD_ANSWER: {
    meaning: 'A worker process and its supervisor do not speak the same contract.',
    remedy: 'Report it; both come from the same build, so this is a defect.',
  },
  RPC_BAD_INPUT: {
    meaning: 'A request does not fit the contract between the window and the program.',
    remedy: 'Reload the window. If it happens again, report it: both come from the same build.',
  },
  RPC_BAD_FRAME: {
    meaning: 'A message on a connection is not part of the contract; the connection was closed, and nothing was done.',
    remedy: 'It reconnects automatically. If it happens again, report it: both ends come from the same build.',
  },
  RPC_FRAME_TOO_LARGE: {
    meaning: 'A request is larger than the contract allows; the connection was closed, and nothing was done.',
    remedy: 'Choose a smaller file; a keystore or a network preset takes a few kilobytes.',
  },
  RPC_FLOOD: {
    meaning: 'Too many requests on one connection are waiting for answers; the connection was closed.',
    remedy: 'It reconnects automatically. If it happens again, report it.',
  },
  RPC_SESSION_ENDED: {
    meaning: 'The page in the browser has no session, or its session ended: logged out, restarted or expired.',
    remedy: 'Run `crynux-node window` on the machine that runs the program, and open the address it prints.',
  },
  ACCESS_DENIED: {
    meaning: 'The access token’s role does not include this.',
    remedy: 'A token of the role `operate` also pauses, resumes and drains; do everything else in that program itself.',
  },
  ACCESS_REVOKED: {
    meaning: 'The access token was revoked.',
    remedy: 'Create another one there with `crynux-node access create`.',
  },
  ACT_NOT_CONFIRMED: {
    meaning: 'An action that needs a person’s confirmation was not confirmed; nothing was done.',
    remedy:
      'Try again, and confirm it in the dialog of the program, at the terminal where it runs, or with `crynux-node confirm`.',
  },
  ACT_NOT_FOR_PAGES: {
    meaning: 'A window named a program or folder that nobody chose, this program did not find and no profile uses.',
    remedy:
      'Choose the folder in the dialog of the program, or name it on the command line: `crynux-node profile create --engine`, `profile change --models-folder`.',
  },
  RPC_DISCONNECTED: {
    meaning: 'The connection between the window and the program, or a node, is gone.',
    remedy: 'It reconnects automatically; if it does not, restart the program.',
  },
  WORKER_FATAL: {
    meaning: 'A node could not start or had to stop; the message gives the reason.',
    remedy: 'Follow the remedy of the code it carries.',
  },
} as const satisfies ErrorCatalogue;

export class ContractError extends CodedError<keyof typeof CONTRACT_ERRORS> {}
