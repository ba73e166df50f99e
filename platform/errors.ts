import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const PLATFORM_ERRORS = {
  PROGRAM_FILE_CHANGED: {
    meaning: 'A file of the installed program differs from the one that was installed; nothing was loaded or started from it.',
    remedy: 'Reinstall the program from a source you trust. If you did not change the file, find out who did.',
  },
  PROGRAM_FILE_MISSING: {
    meaning: 'A file of the installed program is missing; nothing was loaded or started.',
    remedy: 'Reinstall the program. A virus scanner may have moved the file away.',
  },
  PROGRAM_FILE_UNKNOWN: {
    meaning: "An unknown file is among the installed program's own files; nothing was loaded or started.",
    remedy: 'Find out who put it there, then reinstall the program.',
  },
} as const satisfies ErrorCatalogue;

export class PlatformError extends CodedError<keyof typeof PLATFORM_ERRORS> {}
