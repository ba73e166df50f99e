/** Coded errors of the devnet's own chain. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const DEVNET_CHAIN_ERRORS = {
  DEVNET_CHAIN_NO_PROGRAM: {
    meaning: 'The chain program (anvil) is not installed, or there is none for this platform.',
    remedy: 'Install the optional dependencies (npm ci without --omit=optional), or run the devnet without a chain.',
  },
  DEVNET_CHAIN_NOT_STARTED: {
    meaning: 'The chain program ended, or did not answer, before it was ready.',
    remedy: 'The message carries its last words; often the port is taken or the state file is damaged.',
  },
  DEVNET_CHAIN_BAD_CONTRACTS: {
    meaning: 'The contracts do not compile, or the compiled ones are not readable.',
    remedy: 'The message carries the words of the compiler; run `npm run make-contracts` after a change.',
  },
  DEVNET_CHAIN_BAD_STATE: {
    meaning: 'The saved chain holds something other than the contracts of this devnet.',
    remedy: 'Delete the state directory of the devnet; it holds nothing of value.',
  },
  DEVNET_CHAIN_REVERTED: {
    meaning: 'A transaction of the devnet itself (deployment, role, relay) was reverted.',
    remedy: 'The message carries the words of the contract.',
  },
  DEVNET_CHAIN_NO_CREDITS: {
    meaning: 'Credits were asked for on a chain whose staking contracts know none.',
    remedy: 'Start the devnet with `chain.generation: "J26"`, whose contracts have credits.',
  },
} as const satisfies ErrorCatalogue;

export class DevnetChainError extends CodedError<keyof typeof DEVNET_CHAIN_ERRORS> {}
