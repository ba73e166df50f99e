/** Errors of the network that this program runs on its own machine. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const LOCAL_NETWORK_ERRORS = {
  LOCAL_NETWORK_FAILED: {
    meaning: 'The local network could not start; the message says why.',
    remedy: 'Follow the remedy of the code in the message; the log is in the folder `devnet` of the data directory.',
  },
  LOCAL_NETWORK_ENDED: {
    meaning: 'The process of the local network ended.',
    remedy: 'Start it again; its log is in the folder `devnet` of the data directory.',
  },
  LOCAL_NETWORK_SILENT: {
    meaning: 'The local network did not respond in time.',
    remedy: 'Stop it and start it again.',
  },
  LOCAL_NETWORK_IN_USE: {
    meaning: 'Nodes of the local network are still running.',
    remedy: 'Stop them first; without their network they cannot do anything.',
  },
  LOCAL_KEY_ELSEWHERE: {
    meaning: 'A key created for the local network, which is stored unencrypted, was to be used on another network.',
    remedy: 'Create or import a key for this network.',
  },
  LOCAL_KEY_UNREADABLE: {
    meaning: "The file with the local network's keys cannot be read.",
    remedy: 'Delete the folder `devnet` of the data directory; its money is worth nothing.',
  },
} as const satisfies ErrorCatalogue;

export class LocalNetworkError extends CodedError<keyof typeof LOCAL_NETWORK_ERRORS> {}
