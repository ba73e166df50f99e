/** Errors of storing and exporting evidence. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const TRUST_ERRORS = {
  TRUST_UNKNOWN_CASE: {
    meaning: 'There is no case file with this ID.',
    remedy: 'List the cases and use an ID from there.',
  },
  TRUST_EXPORT_EXISTS: {
    meaning: 'A file with the bundle’s name already exists; it was not changed.',
    remedy: 'Choose another name, or move the file away.',
  },
  TRUST_EXPORT_FAILED: {
    meaning: 'The bundle could not be written; nothing was left behind.',
    remedy: 'Check that the folder exists, is writable, and has space.',
  },
  TRUST_FILES_NOT_KEPT: {
    meaning: 'Result files of a case could not be kept; the case says which.',
    remedy: 'Check the disk. The case still contains the files’ hashes.',
  },
} as const satisfies ErrorCatalogue;

export class TrustError extends CodedError<keyof typeof TRUST_ERRORS> {}
