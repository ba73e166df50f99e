/** Exit codes of the command line. They are part of its contract (docs/cli.md): a code never changes its meaning. */
import type { CommanderError } from 'commander';
import { HEADLESS_ERRORS, type HeadlessErrorCode } from '../errors.ts';

export const EXIT = {
  ok: 0,
  /** It was tried and failed. */
  failed: 1,
  /** Invalid command line. */
  usage: 2,
  /** Refused by a check or by the person; nothing was done. */
  refused: 3,
  /** No running program, or no running node, to ask. */
  notReachable: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const EXIT_BY_CODE: Readonly<Record<HeadlessErrorCode, ExitCode>> = {
  HEADLESS_NOT_RUNNING: EXIT.notReachable,
  HEADLESS_ALREADY_RUNNING: EXIT.failed,
  HEADLESS_NO_WINDOW: EXIT.failed,
  HEADLESS_PORT_IN_USE: EXIT.failed,
  HEADLESS_METRICS_OPEN: EXIT.usage,
  HEADLESS_REFUSED: EXIT.notReachable,
  HEADLESS_NO_NODE: EXIT.notReachable,
  HEADLESS_WHICH_NODE: EXIT.usage,
  HEADLESS_BAD_ARGUMENT: EXIT.usage,
  HEADLESS_NO_PASSPHRASE: EXIT.usage,
  HEADLESS_SYSTEM_REFUSED: EXIT.failed,
  HEADLESS_DRAIN_LATE: EXIT.failed,
  HEADLESS_ENDED_LATE: EXIT.failed,
  HEADLESS_NOT_CONFIRMED: EXIT.refused,
  HEADLESS_APPLY_WRONG: EXIT.usage,
  HEADLESS_APPLY_REFUSED: EXIT.refused,
  HEADLESS_APPLY_FAILED: EXIT.failed,
  HEADLESS_ACT_REFUSED: EXIT.refused,
};

const isHeadlessCode = (code: string): code is HeadlessErrorCode => code in HEADLESS_ERRORS;

/** By error code, whichever process it comes from. */
export function exitCodeOf(error: { readonly code: string }): ExitCode {
  if (isHeadlessCode(error.code)) return EXIT_BY_CODE[error.code];
  const isAway = error.code === 'RPC_DISCONNECTED' || error.code === 'NODE_NOT_RUNNING';
  return isAway ? EXIT.notReachable : EXIT.failed;
}

/** Help and version succeed; everything else that commander rejects is an invalid command line. */
export function exitCodeOfCommander(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
