/** Relay accounts: balance, deposits, income, log-in. Source: RELAY_PROTOCOL 3.5, 3.8. */
import type { FastifyInstance } from 'fastify';
import { ProtocolError } from '../../../protocol/errors.ts';
import { CONNECT_WALLET_ACTION, verifyWalletMessage, type WalletMessage } from '../../../protocol/signing/wallet-message.ts';
import type { RelayContext } from '../context.ts';
import { balanceOf } from '../ledger.ts';
import { refuseField } from '../refusal.ts';
import type { Access } from './access.ts';
import { bind, type FieldKinds } from './bind.ts';
import { rfc3339 } from './wire.ts';

/** A deposit that came over the chain names its transaction. */
const TRANSACTION = /^3-(0x[0-9a-f]{64})$/;

export const page = (size: number) => (k: FieldKinds) => ({ page: k.int(1), page_size: k.int(size) });

export function accountRoutes(app: FastifyInstance, context: RelayContext, access: Access): void {
  app.post('/v1/client/connect_wallet', async (request) => {
    const shape = (k: FieldKinds) => ({ address: k.text(), signature: k.text(), timestamp: k.requiredInt() });
    const { address, signature, timestamp } = bind(request, { shape });
    requireWallet(context, { action: CONNECT_WALLET_ACTION, address, timestamp, signature });
    const { token, expiresAt } = await access.issue(address);
    return { message: 'success', data: { token, expires_at: expiresAt } };
  });

  app.get('/v2/relay_account/:address/balance', async (request) => {
    const address = await access.requireOwner(request, 'Address mismatch');
    return { message: 'success', data: balanceOf(context, address).toString() };
  });

  app.get('/v1/relay_account/:address/deposit/list', async (request) => {
    const address = await requireToken(access, request);
    const input = bind(request, { shape: (k) => ({ ...page(10)(k), network: k.optionalText() }) });
    const network = context.config.networks[0] ?? '';
    const isAsked = input.network === '' || input.network === network;
    const rows = context.store.ledger.values().filter((row) => isAsked && row.type === 'Deposit' && row.to === address);
    const deposits = paged(rows, input).map((row) => ({
      id: row.id,
      created_at: rfc3339(row.atMs),
      address,
      amount: row.wei.toString(),
      network,
      tx_hash: TRANSACTION.exec(row.reason)?.[1] ?? '',
    }));
    return { message: 'success', data: { total: rows.length, deposit_records: deposits } };
  });

  app.get('/v1/relay_account/:address/task_fee', async (request) => {
    const address = await requireToken(access, request);
    const rows = context.store.ledger
      .values()
      .filter((row) => row.to === address && (row.type === 'TaskIncome' || row.type === 'UserDelegation'));
    const records = paged(rows, bind(request, { shape: page(10) })).map((row) => ({
      id: row.id,
      created_at: rfc3339(row.atMs),
      address,
      amount: row.wei.toString(),
      type: row.type === 'TaskIncome' ? 0 : 8,
      reason: row.reason,
    }));
    return { message: 'success', data: { total: rows.length, records } };
  });
}

/** The path's address, proved by the request's token. */
export async function requireToken(access: Access, request: Parameters<Access['tokenAddress']>[0]): Promise<string> {
  const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
  if ((await access.tokenAddress(request)) !== address) throw refuseField('address', 'Address mismatch');
  return address;
}

/** Newest first. */
export function paged<Row>(
  rows: readonly Row[],
  { page: number, page_size }: { readonly page: number; readonly page_size: number },
): Row[] {
  const start = (Math.max(1, number) - 1) * page_size;
  return rows.toReversed().slice(start, start + page_size);
}

/** @throws Refusal in the words of RELAY_PROTOCOL 3.8 */
export function requireWallet({ clock }: RelayContext, signed: WalletMessage & { readonly signature: string }): void {
  try {
    verifyWalletMessage({ ...signed, nowSeconds: Math.floor(clock.now() / 1000) });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const isStranger = error.code === 'PROTOCOL_BAD_SIGNATURE' && error.message.startsWith('signed by');
    throw isStranger ? refuseField('address', 'Signature address mismatch') : refuseField('signature', 'Invalid signature');
  }
}
