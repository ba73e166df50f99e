/** Coded errors of the local network. */
import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const DEVNET_ERRORS = {
  DEVNET_BAD_CONFIG: {
    meaning: 'The configuration of the local network does not fit its schema.',
    remedy: 'The message names the field; correct it.',
  },
  DEVNET_BAD_MESSAGE: {
    meaning: 'A message to or from the process of the local network does not fit its schema.',
    remedy: 'Report it: both sides have to be of the same version.',
  },
  DEVNET_REQUEST_REFUSED: {
    meaning: 'The local relay refuses a request, in the words of the real relay.',
    remedy: 'The message says which field is wrong.',
  },
  DEVNET_BAD_STATE: {
    meaning: 'The stored state of the local network cannot be read.',
    remedy: 'Delete its state directory; a local network holds nothing of value.',
  },
  DEVNET_STATE_UNAVAILABLE: {
    meaning: 'The stored state of the local network cannot be opened now; it is not damaged.',
    remedy: 'The message says why: another program holds it, or the disk is full, read-only or gone. Then start it again.',
  },
  DEVNET_NEWER_STATE: {
    meaning: 'The stored state of the local network was written by a newer version of this program.',
    remedy: 'Update the program, or delete the state directory.',
  },
  DEVNET_STATE_MISMATCH: {
    meaning: 'The stored relay and the stored chain of the local network do not belong together.',
    remedy: 'Delete the whole state directory of the local network; neither half works without the other.',
  },
  DEVNET_ON_CHAIN: {
    meaning: 'Something was to be changed in the books that only a transaction on the chain can change.',
    remedy: 'Do it on the chain, or run the local network without one.',
  },
  DEVNET_DOUBLE_ENTRY: {
    meaning: 'A payment with the same reason is in the ledger already; nothing was moved.',
    remedy: 'Report it: a charge, refund or payout was about to be doubled.',
  },
  DEVNET_INSUFFICIENT_BALANCE: {
    meaning: 'An account does not hold the amount that was to be taken from it; nothing was moved.',
    remedy: 'Give the account more in the genesis, or ask for less.',
  },
  DEVNET_RELAY_REFUSED: {
    meaning: 'The relay answered an application with a refusal.',
    remedy: 'The message carries the words of the relay.',
  },
  DEVNET_RELAY_UNREACHABLE: {
    meaning: 'The relay did not answer an application in time, or not in its language.',
    remedy: 'Check that the relay runs and that the URL is right; the request can be repeated.',
  },
  DEVNET_WRONG_RESULT: {
    meaning: 'Downloaded result files do not hash to the score that the network validated.',
    remedy: 'Do not use the result; the relay or the transport has changed it.',
  },
  DEVNET_NO_TASK: {
    meaning: 'A task was requested that the local chain does not know.',
    remedy: 'Report it: the local network lost a task, or looked up one that was never created.',
  },
  DEVNET_BAD_TASK: {
    meaning: 'An application was asked to create a task whose fields do not fit their schema.',
    remedy: 'The message names the field; correct it.',
  },
  DEVNET_PEER_FAILED: {
    meaning: 'The worker process of a peer ended or did not come up.',
    remedy: 'Read the log of the peer in its data directory.',
  },
  DEVNET_PROXY_FAILED: {
    meaning: 'The engine of a peer could not be started or connected.',
    remedy: 'Check the command of the engine in the configuration of the peer.',
  },
} as const satisfies ErrorCatalogue;

export class DevnetError extends CodedError<keyof typeof DEVNET_ERRORS> {}
