import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const PLATFORM_ERRORS = {
  PROGRAM_FILE_CHANGED: {
    meaning: 'A file of the installed program is not the one it was installed with; nothing was loaded or started from it.',
    remedy: 'Install the program again, from where you have it. If you did not change the file, find out who did.',
  },
  PROGRAM_FILE_MISSING: {
    meaning: 'A file of the installed program is gone; nothing was loaded or started.',
    remedy: 'Install the program again. A virus scanner may have moved the file away.',
  },
  PROGRAM_FILE_UNKNOWN: {
    meaning: "A file lies among the installed program's own that does not belong to it; nothing was loaded or started.",
    remedy: 'Find out who put it there, then install the program again.',
  },
} as const satisfies ErrorCatalogue;

export class PlatformError extends CodedError<keyof typeof PLATFORM_ERRORS> {}
