/** Nodes that do not know the block tag `pending`, or count differently with it. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chainPresetSchema } from '../../../contract/chain-preset.ts';
import { createSigner } from '../../kit/signer.ts';
import { systemClock } from '../../kit/system-clock.ts';
import { systemRandom } from '../../kit/system-random.ts';
import { createChainClient } from '../chain-client.ts';
import { CHAIN_TABLES } from './journal-tables.ts';

const HASH = `0x${'ab'.repeat(32)}`;
const KEY = '0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318';
const TO = `0x${'1'.repeat(40)}` as const;
const LATEST = 5;

type Said = {
  readonly status?: number;
  readonly result?: string;
  readonly error?: { code: number; message: string; data?: string };
};

const ANSWERS: Readonly<Record<string, unknown>> = {
  eth_chainId: '0x1203b16',
  eth_blockNumber: '0x64',
  eth_getBlockByNumber: { number: '0x64', hash: HASH, timestamp: '0x65000000', baseFeePerGas: '0x3b9aca00' },
  eth_getBalance: '0x3635c9adc5dea00000',
  eth_estimateGas: '0x5208',
  eth_maxPriorityFeePerGas: '0x3b9aca00',
  eth_gasPrice: '0x3b9aca00',
  eth_getTransactionByHash: null,
  eth_getTransactionReceipt: null,
  eth_sendRawTransaction: HASH,
};

/**
 * A chain on which this account has sent {@link LATEST} transactions, and that answers `pending` when asked with that
 * tag.
 */
async function submitAt(pending: Said) {
  let sent = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
      if (method === 'eth_sendRawTransaction') sent++;
      const counted = params[1] === 'pending' ? pending : { result: `0x${LATEST.toString(16)}` };
      const { status = 200, ...said } = method === 'eth_getTransactionCount' ? counted : { result: ANSWERS[method] };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...said }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `0x${'2'.repeat(40)}`;
  const contracts = { nodeStaking: TO, credits: address, benefitAddress: address, delegatedStaking: address };
  const preset = chainPresetSchema.parse({
    chainId: 18_889_494,
    rpcUrls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`],
    contracts,
    gas: { limitCap: 8_000_000, maxFeePerGasWei: '7000000000' },
  });
  const db = new DatabaseSync(':memory:');
  db.exec(CHAIN_TABLES);
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const client = createChainClient({ preset, signer: createSigner(KEY), db, clock: systemClock, random: systemRandom, log });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  const intent = { id: 'one', kind: 'stake', to: TO, data: '0x', valueWei: 1n } as const;
  const code = await client.transactions.submit(intent, { waitMs: 0 }).then(
    ({ kind }) => kind,
    (error: { code?: string }) => error.code ?? String(error),
  );
  return { code, sent, nonce: client.journal.find('one')?.nonce ?? null };
}

describe('the tag `pending`', () => {
  it.each<[string, Said]>([
    ['raised as an exception', { error: { code: -32000, message: 'exception raised', data: 'Unsupported block tag pending' } }],
    ['not supported', { error: { code: -32000, message: 'Unsupported block tag pending' } }],
    ['a bad parameter', { error: { code: -32602, message: 'invalid argument 1: pending block is not available' } }],
    ['not implemented', { status: 400, error: { code: -32601, message: 'pending is not implemented' } }],
    ['counted from zero', { result: '0x0' }],
    ['the same as latest', { result: '0x5' }],
  ])("%s: the account's next nonce is used", async (_, pending) => {
    expect(await submitAt(pending)).toEqual({ code: 'CHAIN_TRANSACTION_OPEN', sent: 1, nonce: LATEST });
  });

  it("with a count that includes others' transactions delays everything", async () => {
    expect(await submitAt({ result: '0x7' })).toEqual({ code: 'CHAIN_FOREIGN_TRANSACTION', sent: 0, nonce: null });
  });

  it('that a limit prevents from being answered is not guessed', async () => {
    const limited = { status: 429, error: { code: -32005, message: 'daily request count exceeded' } };
    expect(await submitAt(limited)).toEqual({ code: 'CHAIN_UNREACHABLE', sent: 0, nonce: null });
  });
});
