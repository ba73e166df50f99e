/** What can go wrong between a terminal, a browser and the program that runs without a desktop. */
import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const HEADLESS_ERRORS = {
  HEADLESS_NOT_RUNNING: {
    meaning: 'No program is running on this data directory.',
    remedy: 'Start it with `crynux-node run` or `crynux-node serve`, or name its directory with --data.',
  },
  HEADLESS_ALREADY_RUNNING: {
    meaning: 'A program is already running on this data directory.',
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
  HEADLESS_METRICS_OPEN: {
    meaning: 'Metrics would be served to other machines without a token.',
    remedy: 'Give --metrics-token-file, or leave --metrics-host out: then only this machine can read them.',
  },
  HEADLESS_REFUSED: {
    meaning: 'The running program did not accept the token of its own directory.',
    remedy: 'Try again. If it happens again, restart the program.',
  },
  HEADLESS_NO_NODE: {
    meaning: 'The node of this profile is not running.',
    remedy: 'Start it, in the window or with `crynux-node start`.',
  },
  HEADLESS_WHICH_NODE: {
    meaning: 'There is no such profile, or there are several and none was named.',
    remedy: 'Name one with --node; `crynux-node profile list` shows them.',
  },
  HEADLESS_BAD_ARGUMENT: {
    meaning: 'An argument of the command line is not of the expected form.',
    remedy: 'The message names it; `crynux-node COMMAND --help` shows what is expected.',
  },
  HEADLESS_NO_PASSPHRASE: {
    meaning: 'A passphrase is needed, but there is neither a terminal to ask on nor a file descriptor to read it from.',
    remedy: 'Run it in a terminal, or give --passphrase-fd. It is never taken from an argument or the environment.',
  },
  HEADLESS_SYSTEM_REFUSED: {
    meaning: 'The operating system refused something to this command: a file, a folder, a disk without room, a port.',
    remedy: 'The message quotes the system’s error and the path; correct that and try again.',
  },
  HEADLESS_DRAIN_LATE: {
    meaning: 'Nodes were paused or stopped, and some of them still had a task when the time was over.',
    remedy: 'They go on and take no new task. Wait with `crynux-node drain` again; `crynux-node status` shows what each does.',
  },
  HEADLESS_ENDED_LATE: {
    meaning: 'The program was asked to exit, but part of it did not stop in time and was terminated.',
    remedy: 'Nothing is lost: nodes resume from their stores. If it happens again, check the nodes’ logs.',
  },
  HEADLESS_NOT_CONFIRMED: {
    meaning: 'An act that cannot be undone was not confirmed.',
    remedy:
      'Answer with yes, or give --yes if you have seen what will happen; `confirm` wants what it names, typed at a terminal.',
  },
  HEADLESS_APPLY_WRONG: {
    meaning: 'A file for `apply` is not as it has to be; nothing was done.',
    remedy: 'The message names each line and field that is wrong. docs/fleet.md describes the file.',
  },
  HEADLESS_APPLY_REFUSED: {
    meaning:
      'A file for `apply` asks for what is not here, or may not be: a card, an engine, a key, a network; nothing was done.',
    remedy: 'The message names each line and the reason. Correct the file or the machine, and apply it again.',
  },
  HEADLESS_APPLY_FAILED: {
    meaning: 'A step of `apply` failed; the steps before it were done, and none after it.',
    remedy:
      'The message names the step and the code of its error. Apply the file again after that: what is done is not done twice.',
  },
  HEADLESS_ACT_REFUSED: {
    meaning: 'An action was prepared, but a check refused it; nothing was done.',
    remedy: 'The message says why; correct it and try again.',
  },
} as const satisfies ErrorCatalogue;

export type HeadlessErrorCode = keyof typeof HEADLESS_ERRORS;

export class HeadlessError extends CodedError<HeadlessErrorCode> {}
