/** Errors between a terminal or browser and the program that runs without a desktop. */
import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const HEADLESS_ERRORS = {
  HEADLESS_NOT_RUNNING: {
    meaning: 'No program is running on this data directory.',
    remedy: 'Start it with `crynux-node run` or `crynux-node serve`, or pass its directory with --data.',
  },
  HEADLESS_ALREADY_RUNNING: {
    meaning: 'A program is already running on this data directory.',
    remedy: 'Use it: `crynux-node window` prints a new address of its window. Or stop it first.',
  },
  HEADLESS_NO_WINDOW: {
    meaning: 'The files of the window have not been built.',
    remedy: 'Build them with `npm run build`; `npm start` does that automatically.',
  },
  HEADLESS_PORT_IN_USE: {
    meaning: "Another program is using the window's port.",
    remedy: 'Choose another one with --port, or 0 for any free port.',
  },
  HEADLESS_METRICS_OPEN: {
    meaning: 'Metrics would be served to other machines without a token.',
    remedy: 'Pass --metrics-token-file, or leave out --metrics-host so that only this machine can read them.',
  },
  HEADLESS_REFUSED: {
    meaning: 'The running program did not accept the token from its own data directory.',
    remedy: 'Try again. If it happens again, restart the program.',
  },
  HEADLESS_NO_NODE: {
    meaning: 'The node of this profile is not running.',
    remedy: 'Start it in the window or with `crynux-node start`.',
  },
  HEADLESS_WHICH_NODE: {
    meaning: 'There is no such profile, or there are several and none was named.',
    remedy: 'Name one with --node; `crynux-node profile list` shows them.',
  },
  HEADLESS_BAD_ARGUMENT: {
    meaning: 'A command-line argument does not have the expected form.',
    remedy: 'The message names it; `crynux-node COMMAND --help` shows what is expected.',
  },
  HEADLESS_NO_PASSPHRASE: {
    meaning: 'A passphrase is needed, but there is no terminal to ask for it and no file descriptor to read it from.',
    remedy: 'Run it in a terminal, or pass --passphrase-fd. A passphrase is never taken from an argument or the environment.',
  },
  HEADLESS_SYSTEM_REFUSED: {
    meaning: 'The operating system refused something to this command, for example a file, a folder, disk space or a port.',
    remedy: 'The message quotes the system’s error and the path; fix that and try again.',
  },
  HEADLESS_DRAIN_LATE: {
    meaning: 'Nodes were paused or stopped, but some still had a task when the time was up.',
    remedy:
      'They continue and take no new tasks. Wait again with `crynux-node drain`; `crynux-node status` shows what each is doing.',
  },
  HEADLESS_ENDED_LATE: {
    meaning: 'The program was asked to exit, but part of it did not stop in time and was terminated.',
    remedy: 'Nothing is lost: nodes resume from their stores. If it happens again, check the nodes’ logs.',
  },
  HEADLESS_NOT_CONFIRMED: {
    meaning: 'An action that cannot be undone was not confirmed.',
    remedy: 'Answer yes, or pass --yes if you have seen what will happen; `confirm` needs what it asks for typed at a terminal.',
  },
  HEADLESS_APPLY_WRONG: {
    meaning: 'A file for `apply` is invalid; nothing was done.',
    remedy: 'The message lists each invalid line and field. docs/fleet.md describes the file.',
  },
  HEADLESS_APPLY_REFUSED: {
    meaning:
      'A file for `apply` asks for something that does not exist here or is not allowed: a card, an engine, a key or a network. Nothing was done.',
    remedy: 'The message lists each line and the reason. Fix the file or the machine, and apply it again.',
  },
  HEADLESS_APPLY_FAILED: {
    meaning: 'A step of `apply` failed. The steps before it were done, and none after it.',
    remedy: 'The message names the step and its error code. Fix that and apply the file again: finished steps are not repeated.',
  },
  HEADLESS_ACT_REFUSED: {
    meaning: 'An action was prepared, but a check refused it; nothing was done.',
    remedy: 'The message says why; fix that and try again.',
  },
} as const satisfies ErrorCatalogue;

export type HeadlessErrorCode = keyof typeof HEADLESS_ERRORS;

export class HeadlessError extends CodedError<HeadlessErrorCode> {}
