import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const SHELL_ERRORS = {
  SHELL_UNTRUSTED_SENDER: {
    meaning: 'A message to the program came from a page that is not its own window, and was dropped.',
    remedy: 'Nothing to do. If it happens again, report it with the log.',
  },
  SHELL_BAD_REQUEST: {
    meaning: 'A message from the window does not match the contract, and was dropped.',
    remedy: 'Reload the window. If it happens again, report it: window and program come from the same build.',
  },
  SHELL_UPDATE_FAILED: {
    meaning: 'Checking for, downloading or installing an update failed.',
    remedy: 'The current version keeps running. Check the connection, or install the new version by hand.',
  },
  SHELL_UPDATE_UNSIGNED: {
    meaning: "The update feed is not signed with this program's key; nothing was downloaded.",
    remedy: 'The current version keeps running. If the problem persists, report it: somebody may have changed the feed.',
  },
} as const satisfies ErrorCatalogue;

export class ShellError extends CodedError<keyof typeof SHELL_ERRORS> {}
