/** Errors between a node and its chain. */
import { CodedError, type ErrorCatalogue, type ErrorData } from '../../protocol/errors.ts';

export const CHAIN_ERRORS = {
  CHAIN_UNREACHABLE: {
    meaning:
      'No RPC endpoint of the chain answered; `failures` says how each failed (dns, connect, timeout, reset, gateway), and `side` where the fault is: here, there or unclear.',
    remedy: 'Check the network connection. If it works, add another endpoint to the preset. Nothing is lost.',
  },
  CHAIN_BAD_ANSWER: {
    meaning: 'The RPC endpoints answer, but not as an Ethereum node does.',
    remedy: 'Check the RPC URLs of the preset and any proxy in between.',
  },
  CHAIN_WRONG_ID: {
    meaning: 'An RPC endpoint belongs to another chain: its chain id, or its first block, is not the expected one.',
    remedy: 'Correct the RPC URL or the chain id of the preset. A devnet that was set up again needs new node directories.',
  },
  CHAIN_REFUSED: {
    meaning: 'The chain refused a request; `rpcMessage` contains its message.',
    remedy: 'The message says what it objects to; usually the next attempt reads the state again.',
  },
  CHAIN_REVERTED: {
    meaning: 'A contract refused a call; `reason` contains its message.',
    remedy: 'The reason says which of the contract’s rules was not met.',
  },
  CHAIN_NO_CONTRACT: {
    meaning: 'The contract does not exist at the preset’s address.',
    remedy: 'Correct the contract addresses of the preset.',
  },
  CHAIN_GENERATION_MISMATCH: {
    meaning:
      'The staking contract at the preset’s address is a different generation than the preset states (`expected`, `found`); nothing was sent.',
    remedy:
      'Update the program, or correct `chain.contracts` in the preset: each generation has its own addresses, and a stake in contracts that the relay no longer reads earns nothing.',
  },
  CHAIN_CONTRACTS_DISAGREE: {
    meaning: 'The staking contract reads beneficial addresses from a different contract than the preset names; nothing was sent.',
    remedy: 'Correct the contract addresses of the preset: they must be those of one network.',
  },
  CHAIN_PAUSED: {
    meaning:
      'The network has paused all stake changes (its contracts have no observer). This is not a fault of this node, and the stake is safe.',
    remedy: 'Wait: the node retries automatically.',
  },
  CHAIN_CONTRACTS_UNREAD: {
    meaning:
      'The nodes that the relay counts on this network have no stake in the contracts of the preset: the relay reads other contracts, and a stake here would earn nothing. Nothing was sent.',
    remedy: 'Update the program, or correct the contract addresses of the preset.',
  },
  CHAIN_INSUFFICIENT_FUNDS: {
    meaning: 'The account cannot cover the amount plus gas; nothing was sent.',
    remedy: 'Send at least `missingWei` to the account, then try again.',
  },
  CHAIN_GAS_ABOVE_CAP: {
    meaning: "The transaction would need more gas than the preset's cap; it was not sent.",
    remedy: 'Check the contract addresses; if they are right, raise `gas.limitCap` in the preset.',
  },
  CHAIN_FEE_ABOVE_CAP: {
    meaning: "The gas price is above the preset's cap. Nothing was sent, or the price of a pending transaction was not raised.",
    remedy: 'Wait until gas is cheaper, or raise `gas.maxFeePerGasWei` in the preset.',
  },
  CHAIN_NONCE_GAP: {
    meaning: 'The chain has seen fewer transactions of this account than were sent, and the missing ones are not ours.',
    remedy:
      'Usually the endpoint is behind, and this resolves on its own. If it does not, send the missing transaction from the program that created it.',
  },
  CHAIN_NONCE_TAKEN: {
    meaning: 'Another program used this key: its transaction took the place of ours, which can never be executed.',
    remedy: 'Do not use a node’s key elsewhere. The action can be repeated.',
  },
  CHAIN_FOREIGN_TRANSACTION: {
    meaning: 'Another program uses this key and has a pending transaction; ours would conflict with it.',
    remedy: 'Wait until it is done, or finish it there.',
  },
  CHAIN_TRANSACTION_OPEN: {
    meaning: 'A transaction was sent but is not final yet. It is recorded on disk and tracked until it is final.',
    remedy: 'Wait; `lastError` says what is delaying it, if anything.',
  },
  CHAIN_JOURNAL_CONFLICT: {
    meaning: 'The program tried to change the journal of transactions in a way that its rules forbid.',
    remedy: 'Report it: this is a bug, and nothing was sent.',
  },
  CHAIN_STAKE_BELOW_MINIMUM: {
    meaning: "The requested stake is below the chain's minimum (`minimumWei`).",
    remedy: 'Choose at least the minimum.',
  },
  CHAIN_STAKE_LEAVING: {
    meaning: 'The stake is being returned (PendingUnstaked) and cannot be changed.',
    remedy: 'Wait for the relay to return it, or force it after the delay; then stake again.',
  },
  CHAIN_NOT_STAKED: { meaning: 'This account has no stake.', remedy: 'None needed, or stake first.' },
  CHAIN_UNSTAKE_NOT_ASKED: {
    meaning: 'The return of a stake can be forced only after it was requested.',
    remedy: 'Request it first (unstake).',
  },
  CHAIN_FORCE_UNSTAKE_EARLY: {
    meaning: "The return of the stake cannot be forced yet; `availableAtSeconds` is the earliest time, by the chain's clock.",
    remedy: 'Wait until then; the relay may return it sooner.',
  },
  CHAIN_BENEFIT_ADDRESS_SET: {
    meaning: 'The beneficial address of this account is already set, and the contract does not allow changing it.',
    remedy: 'Use it, or start a node with a new key.',
  },
  CHAIN_BAD_ARGUMENT: { meaning: 'A value does not fit the rules of the contract.', remedy: 'The message names the value.' },
} as const satisfies ErrorCatalogue;

export type ChainErrorCode = keyof typeof CHAIN_ERRORS;

export class ChainError extends CodedError<ChainErrorCode> {}

export function isChainError(error: unknown, ...codes: readonly ChainErrorCode[]): error is ChainError {
  return error instanceof ChainError && (codes.length === 0 || codes.includes(error.code));
}

/** The chain's own refusal of a request, not interpreted yet. */
export class RpcRefused extends ChainError {
  readonly rpcCode: number;
  readonly rpcMessage: string;
  /** 0x-hex of a revert, if the node reports it. */
  readonly revertData: string | null;
  /** A previous endpoint failed in a way that leaves open whether it accepted the request. */
  readonly afterFailure: boolean;

  constructor(refusal: {
    rpcCode: number;
    rpcMessage: string;
    revertData: string | null;
    afterFailure: boolean;
    method: string;
  }) {
    const data: ErrorData = { method: refusal.method, rpcCode: refusal.rpcCode, rpcMessage: refusal.rpcMessage };
    super('CHAIN_REFUSED', `${refusal.method}: ${refusal.rpcMessage}`, data);
    this.rpcCode = refusal.rpcCode;
    this.rpcMessage = refusal.rpcMessage;
    this.revertData = refusal.revertData;
    this.afterFailure = refusal.afterFailure;
  }
}
