import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const SHELL_ERRORS = {
  SHELL_UNTRUSTED_SENDER: {
    meaning: 'A message to the program came from a page that is not its own window, and was dropped.',
    remedy: 'Nothing to do; if it comes again, report it with the log.',
  },
  SHELL_BAD_REQUEST: {
    meaning: 'A message from the window does not fit the contract, and was dropped.',
    remedy: 'Reload the window; if it comes again, report it: both come from the same build.',
  },
  SHELL_UPDATE_FAILED: {
    meaning: 'An update could not be looked for, loaded or installed.',
    remedy: 'The running version goes on; check the connection, or install the new version by hand.',
  },
} as const satisfies ErrorCatalogue;

export class ShellError extends CodedError<keyof typeof SHELL_ERRORS> {}
