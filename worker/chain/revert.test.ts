import { AbiCoder } from 'ethers';
import { describe, expect, it } from 'vitest';
import { RpcRefused } from './errors.ts';
import { classifySendRefusal, explainRefusal, revertReason } from './revert.ts';

const refusal = (rpcMessage: string, rpcCode = -32000, revertData: string | null = null) =>
  new RpcRefused({ method: 'eth_call', rpcCode, rpcMessage, revertData, afterFailure: false });
/** The bytes of `require(false, reason)`. */
const encodeReason = (reason: string) => `0x08c379a0${AbiCoder.defaultAbiCoder().encode(['string'], [reason]).slice(2)}`;
const OWNER = '0x118cdaa7000000000000000000000000f39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

describe('a revert', () => {
  it.each([
    [encodeReason('Staked amount is too low'), 'Staked amount is too low'],
    [`0x4e487b71${'0'.repeat(62)}11`, 'Panic(0x11)'],
    [OWNER, 'OwnableUnauthorizedAccount(0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266)'],
    ['0x', 'reverted without a reason'],
    ['0x12345678', 'reverted with 0x12345678'],
    ['0x08c379a0ff', 'reverted with 0x08c379a0ff'],
    ['0x4e487b71', 'reverted with 0x4e487b71'],
  ])('%s is reported as %s', (data, reason) => expect(revertReason(data)).toBe(reason));

  it.each([
    [refusal('execution reverted: Node not staked', 3), 'Node not staked'],
    [refusal('execution reverted', 3, encodeReason('Node not staked')), 'Node not staked'],
    [refusal('execution reverted'), 'reverted without a reason'],
    [refusal('VM Exception', -32015, encodeReason('Node not staked')), 'Node not staked'],
  ])('is recognised in %s', (refused, reason) => {
    expect(explainRefusal(refused)).toMatchObject({ code: 'CHAIN_REVERTED', data: { reason } });
  });
});

describe('a refusal', () => {
  it.each([
    ['insufficient funds for gas * price + value', 'CHAIN_INSUFFICIENT_FUNDS'],
    ['Insufficient funds for gas * price + value', 'CHAIN_INSUFFICIENT_FUNDS'],
    ['max fee per gas less than block base fee', 'CHAIN_FEE_ABOVE_CAP'],
    ['transaction underpriced', 'CHAIN_FEE_ABOVE_CAP'],
    ['intrinsic gas too low', 'CHAIN_GAS_ABOVE_CAP'],
    ['something new', 'CHAIN_REFUSED'],
  ])('"%s" is %s', (message, code) => expect(explainRefusal(refusal(message)).code).toBe(code));

  // Messages of geth, reth/anvil, erigon, nethermind, besu and parity.
  it.each([
    ['already known', 'known'],
    ['AlreadyKnown', 'known'],
    ['transaction already imported', 'known'],
    ['Known transaction', 'known'],
    ['nonce too low', 'nonceUsed'],
    ['nonce too low: next nonce 4, tx nonce 3', 'nonceUsed'],
    ['OldNonce', 'nonceUsed'],
    ['replacement transaction underpriced', 'underpriced'],
    ['FeeTooLowToCompete', 'underpriced'],
    ['insufficient funds for gas * price + value', 'rejected'],
    ['invalid chain id for signer', 'rejected'],
    ['something new', 'unclear'],
    ['internal error', 'unclear'],
  ] as const)('to send: "%s" means %s', (message, verdict) => expect(classifySendRefusal(refusal(message))).toBe(verdict));
});
