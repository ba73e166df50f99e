/** Coded errors of the devnet's own chain. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const DEVNET_CHAIN_ERRORS = {
  DEVNET_CHAIN_NO_PROGRAM: {
    meaning: 'The chain program (anvil) is not installed, or does not exist for this platform.',
    remedy: 'Install the optional dependencies (npm ci without --omit=optional), or run the devnet without a chain.',
  },
  DEVNET_CHAIN_NOT_STARTED: {
    meaning: 'The chain program ended, or did not answer, before it was ready.',
    remedy: 'The message contains its last output; often the port is taken or the state file is damaged.',
  },
  DEVNET_CHAIN_BAD_CONTRACTS: {
    meaning: 'The contracts do not compile, or the compiled ones cannot be read.',
    remedy: "The message contains the compiler's output; run `npm run make-contracts` after a change.",
  },
  DEVNET_CHAIN_BAD_STATE: {
    meaning: 'The saved chain does not contain the contracts of this devnet.',
    remedy: 'Delete the state directory of the devnet; it contains nothing of value.',
  },
  DEVNET_CHAIN_REVERTED: {
    meaning: 'A transaction of the devnet itself (deployment, role, relay) was reverted.',
    remedy: "The message contains the contract's reason.",
  },
  DEVNET_CHAIN_NO_CREDITS: {
    meaning: 'Credits were requested on a chain whose staking contracts have none.',
    remedy: 'Start the devnet with `chain.generation: "J26"`, whose contracts have credits.',
  },
} as const satisfies ErrorCatalogue;

export class DevnetChainError extends CodedError<keyof typeof DEVNET_CHAIN_ERRORS> {}
