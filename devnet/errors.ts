/** Coded errors of the local network. */
import { CodedError, type ErrorCatalogue } from '../protocol/errors.ts';

export const DEVNET_ERRORS = {
  DEVNET_BAD_CONFIG: {
    meaning: 'The configuration of the local network does not match its schema.',
    remedy: 'Fix the field that the message names.',
  },
  DEVNET_BAD_MESSAGE: {
    meaning: 'A message to or from the process of the local network does not match its schema.',
    remedy: 'Report it: both sides must have the same version.',
  },
  DEVNET_REQUEST_REFUSED: {
    meaning: 'The local relay refuses a request, with the message of the real relay.',
    remedy: 'The message says which field is wrong.',
  },
  DEVNET_BAD_STATE: {
    meaning: 'The stored state of the local network cannot be read.',
    remedy: 'Delete its state directory; a local network contains nothing of value.',
  },
  DEVNET_STATE_UNAVAILABLE: {
    meaning: 'The stored state of the local network cannot be opened at the moment; it is not damaged.',
    remedy:
      'The message says why: another program has it open, or the disk is full, read-only or missing. Fix that and start it again.',
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
    meaning: 'An entry in the books was to be changed that only a transaction on the chain can change.',
    remedy: 'Change it on the chain, or run the local network without one.',
  },
  DEVNET_DOUBLE_ENTRY: {
    meaning: 'The ledger already has a payment with the same reason; nothing was moved.',
    remedy: 'Report it: a charge, refund or payout would have been doubled.',
  },
  DEVNET_INSUFFICIENT_BALANCE: {
    meaning: 'An account does not have the amount to be taken from it; nothing was moved.',
    remedy: 'Give the account more in the genesis, or request less.',
  },
  DEVNET_RELAY_REFUSED: {
    meaning: 'The relay answered an application with a refusal.',
    remedy: "The message contains the relay's answer.",
  },
  DEVNET_RELAY_UNREACHABLE: {
    meaning: 'The relay did not answer an application in time, or the answer cannot be understood.',
    remedy: 'Check that the relay is running and that the URL is right; the request can be repeated.',
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
    meaning: 'An application was to create a task whose fields do not match their schema.',
    remedy: 'Fix the field that the message names.',
  },
  DEVNET_PEER_FAILED: {
    meaning: 'The worker process of a peer ended or did not start.',
    remedy: "Read the peer's log in its data directory.",
  },
  DEVNET_PROXY_FAILED: {
    meaning: 'The engine of a peer could not be started or connected.',
    remedy: 'Check the command of the engine in the configuration of the peer.',
  },
} as const satisfies ErrorCatalogue;

export class DevnetError extends CodedError<keyof typeof DEVNET_ERRORS> {}
