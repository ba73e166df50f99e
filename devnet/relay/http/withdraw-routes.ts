/** Withdrawals of an account, and the withdraw service's side of them. Source: RELAY_PROTOCOL 2.4, 3.5, 3.8. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Hex, isHex } from '../../../protocol/hex.ts';
import { withdrawAction } from '../../../protocol/signing/wallet-message.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import { accountEvents } from '../account-events.ts';
import type { ChainBridge } from '../chain/chain-bridge.ts';
import type { RelayContext } from '../context.ts';
import { panic, refuseField } from '../refusal.ts';
import type { WithdrawalRow } from '../store/rows.ts';
import { fulfilWithdrawal, rejectWithdrawal, requestWithdrawal } from '../withdrawals.ts';
import type { Access } from './access.ts';
import { paged, requireToken, requireWallet } from './account-routes.ts';
import { bind, type FieldKinds } from './bind.ts';
import { requireSignature } from './signature.ts';
import { unixSeconds } from './wire.ts';

/** `path:"id"` of an unsigned number. */
const withdrawalId = z.object({
  id: z.string().transform((text) => {
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw refuseField('ID', `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  }),
});

const STATUS_NUMBER = { Pending: 0, Success: 1, Failed: 2 } as const;

interface WithdrawRoutesOptions {
  readonly access: Access;
  readonly bridge: ChainBridge | null;
}

export function withdrawRoutes(app: FastifyInstance, context: RelayContext, { access, bridge }: WithdrawRoutesOptions): void {
  app.post('/v1/relay_account/:address/withdraw', async (request) => {
    const address = await requireToken(access, request);
    const shape = (k: FieldKinds) => ({
      amount: k.text(),
      benefit_address: k.text(),
      network: k.text(),
      timestamp: k.requiredInt(),
      signature: k.text(),
    });
    const { amount, benefit_address: benefitAddress, network, timestamp, signature } = bind(request, { shape });
    // The real relay continues with an amount that is not a number, which nobody has signed.
    const amountWei = /^-?\d+$/.test(amount) ? BigInt(amount) : null;
    const action = withdrawAction({ amountWei: amountWei ?? -1n, address, benefitAddress, network });
    requireWallet(context, { action, address, timestamp, signature });
    if (amountWei === null) throw panic('the amount is not a number');
    if (!isHex(address, 20)) throw refuseField('benefit_address', 'Benefit address mismatch');
    const terms = { address, network, amountWei, timestamp, signature };
    // Without a chain nobody can say where the money should go.
    const isBenefit =
      bridge === null ? isHex(benefitAddress, 20) : sameAddress(await bridge.payoutAddress(address), benefitAddress);
    const { id } = requestWithdrawal(context, { ...terms, benefitAddress: benefitAddress as Hex, isBenefit });
    return { message: 'success', data: { request_id: id } };
  });

  app.get('/v1/relay_account/:address/withdraw/list', async (request) => {
    const address = await requireToken(access, request);
    const input = bind(request, {
      shape: (k) => ({ page: k.uint(1), page_size: k.uint(10), network: k.nullableText(), status: k.nullableInt() }),
    });
    const rows = context.store.withdrawals
      .values()
      .filter((row) => row.address === address)
      .filter((row) => input.network === null || row.network === input.network)
      .filter((row) => input.status === null || STATUS_NUMBER[row.status] === input.status);
    return { message: 'success', data: { total: rows.length, withdraw_records: paged(rows, input).map(recordWire) } };
  });

  /** Signed by the relay's own wallet. */
  function requireRelaySignature(request: FastifyRequest, payload: Readonly<Record<string, unknown>>): void {
    const shape = (k: FieldKinds) => ({ timestamp: k.requiredInt(), signature: k.text() });
    const { isSigner } = requireSignature(context, { ...bind(request, { shape }), payload, version: 1 });
    if (!isSigner(context.config.relayAddress)) throw refuseField('address', 'Invalid address');
  }

  app.get('/v1/withdraw/list', (request) => {
    const payload = bind(request, { shape: (k) => ({ start_id: k.uint(0), limit: k.int(0) }) });
    requireRelaySignature(request, payload);
    const rows = context.store.withdrawals.values().filter((row) => row.id > payload.start_id);
    return { message: 'success', data: rows.slice(0, Math.max(0, payload.limit)).map(requestWire) };
  });

  app.get('/v1/relay_account/event_logs', (request) => {
    const payload = bind(request, { shape: (k) => ({ start_id: k.uint(0), limit: k.int(0) }) });
    requireRelaySignature(request, payload);
    const events = accountEvents(context).filter(({ id }) => id > payload.start_id);
    return { message: 'success', data: events.slice(0, Math.max(0, payload.limit)) };
  });

  app.post('/v1/withdraw/:id/fulfill', (request) => {
    const { id } = withdrawalId.parse(request.params);
    const { tx_hash } = bind(request, { shape: (k) => ({ tx_hash: k.optionalText() }) });
    requireRelaySignature(request, { id, tx_hash });
    fulfilWithdrawal(context, { id, txHash: tx_hash });
    return { message: 'success' };
  });

  app.post('/v1/withdraw/:id/reject', (request) => {
    const { id } = withdrawalId.parse(request.params);
    requireRelaySignature(request, { id });
    rejectWithdrawal(context, id);
    return { message: 'success' };
  });
}

/** The fields that both sides get. */
function commonWire(row: WithdrawalRow) {
  return {
    id: row.id,
    created_at: unixSeconds(row.atMs),
    address: row.address as Hex,
    benefit_address: row.benefitAddress,
    amount: row.amountWei.toString(),
    network: row.network,
    status: STATUS_NUMBER[row.status],
    withdrawal_fee: row.feeWei.toString(),
  };
}

/** For the account's owner. */
function recordWire(row: WithdrawalRow) {
  return { ...commonWire(row), tx_hash: row.txHash };
}

/** For the withdraw service, which checks the request itself. */
function requestWire(row: WithdrawalRow) {
  return { ...commonWire(row), relay_account_event_id: row.eventId, timestamp: row.timestamp, signature: row.signature };
}
