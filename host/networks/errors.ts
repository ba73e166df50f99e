/** Errors of the networks that a host can choose from. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const NETWORK_PRESET_ERRORS = {
  NETWORK_PRESET_UNREADABLE: {
    meaning: 'A network preset could not be read, or is not JSON.',
    remedy: 'Fix or remove the file; the other networks are not affected.',
  },
  NETWORK_PRESET_BAD: {
    meaning: 'A network preset does not have the expected form.',
    remedy: 'Fix the field that the message names; the other networks are not affected.',
  },
  NETWORK_PRESET_RESERVED: {
    meaning: 'A custom preset has the id of a built-in network, which it cannot replace.',
    remedy: 'Give it another id.',
  },
  NETWORK_PRESET_REPEATED: {
    meaning: 'Two custom presets have the same id; the first by file name is used.',
    remedy: 'Give one of them another id, or remove it.',
  },
  NETWORK_PRESET_UNSAFE: {
    meaning: 'A preset uses the relay of a built-in network but accepts an engine that this network does not.',
    remedy: 'Remove the engine from `acceptedEngines`: its results would get the node slashed there.',
  },
  NETWORK_PRESET_UNKNOWN: { meaning: 'There is no custom preset with this id.', remedy: 'Choose one from the list.' },
} as const satisfies ErrorCatalogue;

export type NetworkPresetErrorCode = keyof typeof NETWORK_PRESET_ERRORS;

export class NetworkPresetError extends CodedError<NetworkPresetErrorCode> {}
