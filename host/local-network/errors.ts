/** What can go wrong with the network that this program runs on its own machine. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const LOCAL_NETWORK_ERRORS = {
  LOCAL_NETWORK_FAILED: {
    meaning: 'The network on this machine could not start; the message carries the reason.',
    remedy: 'Follow the remedy of the code it carries; its log is in the folder `devnet` of the data directory.',
  },
  LOCAL_NETWORK_ENDED: {
    meaning: 'The process of the network on this machine ended.',
    remedy: 'Start it again; its log is in the folder `devnet` of the data directory.',
  },
  LOCAL_NETWORK_SILENT: {
    meaning: 'The network on this machine did not respond in time.',
    remedy: 'Stop it and start it again.',
  },
  LOCAL_NETWORK_IN_USE: {
    meaning: 'Nodes of the network on this machine still run.',
    remedy: 'Stop them first; without their network they cannot do anything.',
  },
  LOCAL_KEY_ELSEWHERE: {
    meaning: 'A key that was made for the network on this machine, and is kept there in clear, was to be used elsewhere.',
    remedy: 'Create or import a key for this network.',
  },
  LOCAL_KEY_UNREADABLE: {
    meaning: 'The file with the keys of the network on this machine cannot be read.',
    remedy: 'Delete the folder `devnet` of the data directory; its money is made up.',
  },
} as const satisfies ErrorCatalogue;

export class LocalNetworkError extends CodedError<keyof typeof LOCAL_NETWORK_ERRORS> {}
