/** What can go wrong between a terminal, a browser and the program that runs without a desktop. */
import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const HEADLESS_ERRORS = {
  HEADLESS_NOT_RUNNING: {
    meaning: 'No program runs on this data directory, so there is nobody to ask.',
    remedy: 'Start it with `crynux-node run` or `crynux-node serve`, or name its directory with --data.',
  },
  HEADLESS_ALREADY_RUNNING: {
    meaning: 'A program runs on this data directory already.',
    remedy: 'Use it: `crynux-node window` gives a new address of its window. Or stop it first.',
  },
  HEADLESS_NO_WINDOW: {
    meaning: 'The files of the window have not been built.',
    remedy: 'Build them with `npm run build`; `npm start` does it by itself.',
  },
  HEADLESS_PORT_IN_USE: {
    meaning: 'The port of the window is taken by another program.',
    remedy: 'Choose another one with --port, or 0 for any free one.',
  },
  HEADLESS_REFUSED: {
    meaning: 'The running program did not accept the token of its own directory.',
    remedy: 'Try again; if it comes again, stop the program and start it anew.',
  },
  HEADLESS_NO_NODE: {
    meaning: 'The node of this profile does not run, so it cannot be asked.',
    remedy: 'Start it, in the window or with `crynux-node start`.',
  },
  HEADLESS_WHICH_NODE: {
    meaning: 'There is no such profile, or several of which none was named.',
    remedy: 'Name one with --node; `crynux-node profile list` shows them.',
  },
  HEADLESS_BAD_ARGUMENT: {
    meaning: 'An argument of the command line is not of the expected form.',
    remedy: 'The message names it; `crynux-node COMMAND --help` shows what is expected.',
  },
  HEADLESS_NO_PASSPHRASE: {
    meaning: 'A passphrase is needed, and there is neither a terminal to ask at nor a file descriptor to read it from.',
    remedy: 'Run it in a terminal, or give --passphrase-fd. It is never taken from an argument or the environment.',
  },
  HEADLESS_SYSTEM_REFUSED: {
    meaning: 'The operating system refused something to this command: a file, a folder, a disk without room, a port.',
    remedy: 'The message is its word, with the path; correct that and try again.',
  },
  HEADLESS_ENDED_LATE: {
    meaning: 'The program was asked to end, and something in it did not end in time; it was cut off.',
    remedy: 'Nothing is lost: nodes resume from their stores. If it happens again, look into the logs of the nodes.',
  },
  HEADLESS_NOT_CONFIRMED: {
    meaning: 'An act that cannot be undone was not confirmed.',
    remedy:
      'Answer with yes, or give --yes if you have seen what will happen; `confirm` wants what it names, typed at a terminal.',
  },
  HEADLESS_ACT_REFUSED: {
    meaning: 'An act was prepared, and something speaks against it; nothing was done.',
    remedy: 'The message names what; correct it and try again.',
  },
} as const satisfies ErrorCatalogue;

export type HeadlessErrorCode = keyof typeof HEADLESS_ERRORS;

export class HeadlessError extends CodedError<HeadlessErrorCode> {}
