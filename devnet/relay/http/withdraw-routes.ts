/** Withdrawals of an account, and the withdraw service's side of them. Source: RELAY_PROTOCOL 2.4, 3.5, 3.8. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Hex, isHex } from '../../../protocol/hex.ts';
import { withdrawAction } from '../../../protocol/signing/wallet-message.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { ChainDesk } from '../chain/chain-desk.ts';
import type { RelayContext } from '../context.ts';
import { refuseField } from '../refusal.ts';
import type { WithdrawalRow } from '../store/rows.ts';
import { fulfilWithdrawal, rejectWithdrawal, requestWithdrawal } from '../withdrawals.ts';
import type { Access } from './access.ts';
import { paged, requireToken, requireWallet } from './account-routes.ts';
import { bind, type FieldKinds } from './bind.ts';
import { requireSignature } from './signature.ts';
import { rfc3339 } from './wire.ts';

const STATUS_NUMBER = { Pending: 0, Success: 1, Failed: 2 } as const;

interface WithdrawRoutesOptions {
  readonly access: Access;
  readonly desk: ChainDesk | null;
}

export function withdrawRoutes(app: FastifyInstance, context: RelayContext, { access, desk }: WithdrawRoutesOptions): void {
  app.post('/v1/relay_account/:address/withdraw', async (request) => {
    const address = await requireToken(access, request);
    const shape = (k: FieldKinds) => ({
      amount: k.wei(),
      benefit_address: k.text(),
      network: k.text(),
      timestamp: k.requiredInt(),
      signature: k.text(),
    });
    const { amount: amountWei, benefit_address: benefitAddress, network, timestamp, signature } = bind(request, { shape });
    const action = withdrawAction({ amountWei, address, benefitAddress, network });
    requireWallet(context, { action, address, timestamp, signature });
    if (!isHex(benefitAddress, 20) || !isHex(address, 20)) throw refuseField('benefit_address', 'Benefit address mismatch');
    // Without a chain nobody can say where the money should go.
    const isBenefit = async () => desk === null || sameAddress((await desk.benefitAddress(address)) ?? address, benefitAddress);
    const isAllowed = await isBenefit();
    const { id } = requestWithdrawal(context, { address, benefitAddress, network, amountWei, isBenefit: isAllowed });
    return { message: 'success', data: { request_id: id } };
  });

  app.get('/v1/relay_account/:address/withdraw/list', async (request) => {
    const address = await requireToken(access, request);
    const input = bind(request, {
      shape: (k) => ({ page: k.int(1), page_size: k.int(10), network: k.optionalText(), status: k.nullableInt() }),
    });
    const rows = context.store.withdrawals
      .values()
      .filter((row) => row.address === address)
      .filter((row) => input.network === '' || row.network === input.network)
      .filter((row) => input.status === null || STATUS_NUMBER[row.status] === input.status);
    return { message: 'success', data: { total: rows.length, withdraw_records: paged(rows, input).map(withdrawalWire) } };
  });

  /** Signed by the relay's own wallet. */
  function requireRelay(request: FastifyRequest, payload: Readonly<Record<string, unknown>>): void {
    const shape = (k: FieldKinds) => ({ timestamp: k.requiredInt(), signature: k.text() });
    const { isSigner } = requireSignature(context, { ...bind(request, { shape }), payload, version: 1 });
    if (!isSigner(context.config.relayAddress)) throw refuseField('signature', 'Signer not allowed');
  }

  app.get('/v1/withdraw/list', (request) => {
    const payload = bind(request, { shape: (k) => ({ start_id: k.int(0), limit: k.int(50) }) });
    requireRelay(request, payload);
    const rows = context.store.withdrawals.values().filter((row) => row.id > payload.start_id);
    return { message: 'success', data: rows.slice(0, payload.limit).map(withdrawalWire) };
  });

  app.post('/v1/withdraw/:id/fulfill', (request) => {
    const { id, tx_hash } = bind(request, { shape: (k) => ({ id: k.text(), tx_hash: k.text() }) });
    requireRelay(request, { id: Number(id), tx_hash });
    fulfilWithdrawal(context, { id: Number(id), txHash: tx_hash });
    return { message: 'success' };
  });

  app.post('/v1/withdraw/:id/reject', (request) => {
    const { id } = bind(request, { shape: (k) => ({ id: k.text() }) });
    requireRelay(request, { id: Number(id) });
    rejectWithdrawal(context, Number(id));
    return { message: 'success' };
  });
}

function withdrawalWire(row: WithdrawalRow) {
  return {
    id: row.id,
    created_at: rfc3339(row.atMs),
    address: row.address as Hex,
    benefit_address: row.benefitAddress,
    amount: row.amountWei.toString(),
    network: row.network,
    status: STATUS_NUMBER[row.status],
    tx_hash: row.txHash,
    withdrawal_fee: row.feeWei.toString(),
  };
}
