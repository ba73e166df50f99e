/** The node's account at the relay: its balance, its records page by page, withdrawals. Source: RELAY_PROTOCOL 3.5, 3.6, 3.8. */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { walletMessage, withdrawAction } from '../../../protocol/signing/wallet-message.ts';
import { goArray, uintField, weiField } from '../../../protocol/wire/fields.ts';
import {
  delegationIncomeSchema,
  type EmissionEstimate,
  emissionEstimateSchema,
  type WithdrawConfig,
  withdrawConfigSchema,
} from '../../../protocol/wire/relay-account.ts';
import { isUnknownRoute } from './refusals.ts';
import { RelayClient, type RelayConnection } from './relay-client.ts';

/** The relay's maximum page size. */
export const PAGE_SIZE = 100;

export const RELAY_LISTS = ['taskFee', 'deposit', 'withdrawal', 'vesting'] as const;
export type RelayList = (typeof RELAY_LISTS)[number];

function createList(path: string, field: string) {
  const rows = goArray(z.unknown());
  const schema = z
    .looseObject({ total: uintField })
    .transform((data): RecordPage => ({ total: data.total, rows: rows.parse(data[field]) }));
  return { path, schema };
}

const LISTS: Readonly<Record<RelayList, ReturnType<typeof createList>>> = {
  taskFee: createList('/v1/relay_account/:address/task_fee', 'records'),
  deposit: createList('/v1/relay_account/:address/deposit/list', 'deposit_records'),
  withdrawal: createList('/v1/relay_account/:address/withdraw/list', 'withdraw_records'),
  vesting: createList('/v2/relay_account/:address/vesting/list', 'vesting_records'),
};

export interface RecordPage {
  /** Number of records in the whole list. */
  readonly total: number;
  /** As received: a row that cannot be read must not hide the others. */
  readonly rows: readonly unknown[];
}

export interface WithdrawRequest {
  readonly amountWei: bigint;
  readonly benefitAddress: Hex;
  readonly network: string;
  /** Unix seconds, network time; the relay accepts it for two minutes. */
  readonly timestamp: number;
}

/** Every method rejects like the transport: RELAY_REFUSED, RELAY_UNREACHABLE, RELAY_BAD_ANSWER. */
export interface RelayAccount {
  readonly address: Hex;
  /** Wei. */
  balance(): Promise<bigint>;
  /** Pages count from 1. Null if the relay has no such list. */
  page(list: RelayList, page: number): Promise<RecordPage | null>;
  /** Null if the relay does not publish its terms. */
  withdrawConfig(): Promise<readonly WithdrawConfig[] | null>;
  /** Makes one attempt. @returns the ID of the relay's record */
  requestWithdrawal(request: WithdrawRequest): Promise<number>;
  /**
   * Wei: the total earnings of this account from delegations to other nodes. The relay does not list these payments, it
   * only reports the total. Null if it does not even report that.
   */
  delegationIncome(): Promise<bigint | null>;
  /** Null if the relay gives no estimate. */
  emissionEstimate(): Promise<EmissionEstimate | null>;
  close(): Promise<void>;
}

/** @param relay parameters for a new connection, or a client to share; `close` closes it */
export function createRelayAccount(relay: RelayConnection | RelayClient): RelayAccount {
  const client = RelayClient.from(relay);
  const { address } = client;
  return {
    address,
    close: () => client.close(),
    balance: () => client.loggedInData(weiField, { method: 'GET', path: `/v2/relay_account/${address}/balance` }),

    async page(list, page) {
      const { path, schema } = LISTS[list];
      try {
        const query = { page, page_size: PAGE_SIZE };
        return await client.loggedInData(schema, { method: 'GET', path: path.replace(':address', address), query });
      } catch (error) {
        if (isUnknownRoute(error)) return null;
        throw error;
      }
    },

    async withdrawConfig() {
      try {
        return await client.data(withdrawConfigSchema, { method: 'GET', path: '/v1/network/withdraw_config' });
      } catch (error) {
        if (isUnknownRoute(error)) return null;
        throw error;
      }
    },

    async requestWithdrawal({ amountWei, benefitAddress, network, timestamp }) {
      const action = withdrawAction({ amountWei, address, benefitAddress, network });
      const { request_id } = await client.loggedInData(z.object({ request_id: uintField }), {
        method: 'POST',
        path: `/v1/relay_account/${address}/withdraw`,
        json: {
          amount: amountWei.toString(),
          benefit_address: benefitAddress,
          network,
          timestamp,
          signature: client.signer.signMessage(walletMessage({ action, address, timestamp })),
        },
      });
      return request_id;
    },

    async delegationIncome() {
      try {
        return await client.data(delegationIncomeSchema, { method: 'GET', path: `/v1/delegator/${address}` });
      } catch (error) {
        if (isUnknownRoute(error)) return null;
        throw error;
      }
    },

    emissionEstimate: () => client.ownNode(emissionEstimateSchema),
  };
}
