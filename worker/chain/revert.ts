/** What a contract or a node meant by a refusal. */
import { dataSlice, Interface } from 'ethers';
import { ChainError, type ChainErrorCode, type RpcRefused } from './errors.ts';

/** Custom errors of the network's contracts; `require` strings and panics are part of the language. */
const CUSTOM = new Interface([
  'error OwnableUnauthorizedAccount(address account)',
  'error OwnableInvalidOwner(address owner)',
  'error OwnershipRenouncementDisabled()',
  'error ReentrancyGuardReentrantCall()',
]);
const PANIC = '0x4e487b71';

/** The text of a revert: a `require` string, `Panic(0x11)`, a custom error with its arguments, or the bytes. */
export function revertReason(data: string): string {
  if (data === '0x') return 'reverted without a reason';
  try {
    if (data.startsWith(PANIC)) return `Panic(0x${BigInt(dataSlice(data, 4)).toString(16)})`;
    const error = CUSTOM.parseError(data);
    if (error?.name === 'Error') return String(error.args[0]);
    if (error !== null) return `${error.name}(${error.args.join(', ')})`;
  } catch {
    // The bytes only looked like one of these.
  }
  return `reverted with ${data.slice(0, 138)}`;
}

/** The coded error that a refusal means; the refusal itself if there is none. */
export function explainRefusal(refusal: RpcRefused): ChainError {
  const { rpcMessage, revertData } = refusal;
  const words = /execution reverted:? ?(.*)/i.exec(rpcMessage)?.[1];
  if (revertData !== null || words !== undefined || refusal.rpcCode === 3) {
    const reason = revertData !== null && revertData !== '0x' ? revertReason(revertData) : words || 'reverted without a reason';
    return new ChainError('CHAIN_REVERTED', reason, { reason }, { cause: refusal });
  }
  const code = revertCode(rpcMessage);
  return code === null ? refusal : new ChainError(code, rpcMessage, refusal.data, { cause: refusal });
}

function revertCode(message: string): ChainErrorCode | null {
  if (/insufficient (funds|balance)/i.test(message)) return 'CHAIN_INSUFFICIENT_FUNDS';
  if (/max fee per gas less than|underpriced|fee cap less than|gas price.*(too low|below)/i.test(message))
    return 'CHAIN_FEE_ABOVE_CAP';
  if (/intrinsic gas too low|exceeds block gas limit|gas limit.*(too high|exceed)/i.test(message)) return 'CHAIN_GAS_ABOVE_CAP';
  return null;
}

/** The meaning of a node's answer to a raw transaction. */
export type SendRefusal =
  /** The node already has it: as good as accepted. */
  | 'known'
  /** A transaction with this nonce is in a block: maybe this very one. */
  | 'nonceUsed'
  /** A competing transaction with the same nonce offers as much. */
  | 'underpriced'
  /** The node does not accept it as it is. */
  | 'rejected'
  /** Nothing can be concluded. */
  | 'unclear';

/** Node software does not agree on codes, so the message decides: geth, erigon, nethermind, besu, reth, anvil. */
export function classifySendRefusal({ rpcMessage }: RpcRefused): SendRefusal {
  if (/already (known|imported|exists)|known transaction|alreadyknown/i.test(rpcMessage)) return 'known';
  if (/nonce.*too low|nonce.*(already|expired|used)|oldnonce|invalid nonce/i.test(rpcMessage)) return 'nonceUsed';
  if (/replacement.*underpriced|feetoolowtocompete|rival/i.test(rpcMessage)) return 'underpriced';
  if (revertCode(rpcMessage) !== null || /invalid (sender|signature|chain ?id)|oversized|not supported/i.test(rpcMessage))
    return 'rejected';
  return 'unclear';
}
