/** Relay accounts: balance, deposits, income, log-in. Source: RELAY_PROTOCOL 3.5, 3.8. */
import type { FastifyInstance } from 'fastify';
import { ProtocolError } from '../../../protocol/errors.ts';
import { CONNECT_WALLET_ACTION, verifyWalletMessage, type WalletMessage } from '../../../protocol/signing/wallet-message.ts';
import type { RelayContext } from '../context.ts';
import { balanceOf } from '../ledger.ts';
import { refuseField } from '../refusal.ts';
import { DAY_MS, daysUpTo, type Income, incomes, isOperators, sumWei, within } from '../statistics.ts';
import type { LedgerType } from '../store/rows.ts';
import type { Access } from './access.ts';
import { bind, type FieldKinds } from './bind.ts';
import { unixSeconds } from './wire.ts';

/** A deposit through the chain names its transaction. */
const TRANSACTION = /^3-(0x[0-9a-f]{64})$/;

/** 0 counts as missing and gives the default. */
const page = (k: FieldKinds) => ({ page: k.uint(1), page_size: k.uint(10) });

/** The changes of an account that `task_fee` lists; no list contains the others. */
const TASK_FEE_NUMBER: Partial<Record<LedgerType, number>> = { TaskIncome: 0, TaskPayment: 4, TaskRefund: 5 };

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
    const input = bind(request, { shape: (k) => ({ ...page(k), network: k.nullableText() }) });
    const network = context.config.networks[0] ?? '';
    const isAsked = input.network === null || input.network === network;
    const rows = context.store.ledger.values().filter((row) => isAsked && row.type === 'Deposit' && row.to === address);
    const deposits = paged(rows, input).map((row) => ({
      id: row.id,
      created_at: unixSeconds(row.atMs),
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
      .filter((row) => TASK_FEE_NUMBER[row.type] !== undefined && (row.type === 'TaskPayment' ? row.from : row.to) === address);
    const records = paged(rows, bind(request, { shape: page })).map((row) => ({
      id: row.id,
      created_at: unixSeconds(row.atMs),
      address,
      amount: row.wei.toString(),
      type: TASK_FEE_NUMBER[row.type] ?? 0,
      reason: row.reason,
    }));
    return { message: 'success', data: { total: rows.length, records } };
  });
}

/** Income of an account by day, as operator and as delegator. */
export function incomeRoutes(app: FastifyInstance, context: RelayContext, access: Access): void {
  app.get('/v1/client/:address/income/stats', async (request) => {
    const address = await requireToken(access, request);
    const { end, count } = bind(request, { shape: (k) => ({ end: k.nullableInt(), count: k.int(30) }) });
    const days = daysUpTo(end === null ? context.clock.now() : end * 1000, count);
    const own = incomes(context).filter(({ payee }) => payee === address);
    const byDay = (rows: readonly Income[]) => days.map((day) => sumWei(rows.filter(within(day, DAY_MS))).toString());
    const orNull = <Value>(list: readonly Value[]) => (list.length === 0 ? null : list);
    const data = {
      timestamps: orNull(days.map(unixSeconds)),
      node_income: orNull(byDay(own.filter(isOperators))),
      delegated_staking_income: orNull(byDay(own.filter((row) => !isOperators(row)))),
    };
    return { message: 'success', data };
  });
}

/** The path's address, if the request's token belongs to it. */
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
  const size = page_size === 0 ? 10 : page_size;
  const start = (Math.max(1, number) - 1) * size;
  return rows.toReversed().slice(start, start + size);
}

/** @throws Refusal with the messages of RELAY_PROTOCOL 3.8 */
export function requireWallet({ clock }: RelayContext, signed: WalletMessage & { readonly signature: string }): void {
  try {
    verifyWalletMessage({ ...signed, nowSeconds: Math.floor(clock.now() / 1000) });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const isStranger = error.code === 'PROTOCOL_BAD_SIGNATURE' && error.message.startsWith('signed by');
    throw isStranger ? refuseField('address', 'Signature address mismatch') : refuseField('signature', 'Invalid signature');
  }
}
