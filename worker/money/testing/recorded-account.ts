/** A relay account that answers like the recorded real relay (protocol/vectors/relay). */

import type { Hex } from '../../../protocol/hex.ts';
import { type RecordedExchange, type RelayRoute, readRelayRecordings } from '../../../protocol/testing/relay-recordings.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { RelayList } from '../../networks/relay/relay-account.ts';
import { PAGE_SIZE, type RelayAccount } from '../../networks/relay/relay-account.ts';

const ROUTES: Readonly<Record<RelayList, { readonly route: RelayRoute; readonly field: string }>> = {
  taskFee: { route: 'GET /v1/relay_account/:address/task_fee', field: 'records' },
  deposit: { route: 'GET /v1/relay_account/:address/deposit/list', field: 'deposit_records' },
  withdrawal: { route: 'GET /v1/relay_account/:address/withdraw/list', field: 'withdraw_records' },
  vesting: { route: 'GET /v2/relay_account/:address/vesting/list', field: 'vesting_records' },
};

export interface RecordedRow {
  readonly id: number;
  readonly [field: string]: unknown;
}

const recordings = readRelayRecordings();

/** Successful answers about one account, oldest first. */
function recordedAnswers(route: RelayRoute, address: Hex): RecordedExchange[] {
  const { exchanges } = recordings.find(({ key }) => key === route) ?? { exchanges: [] };
  const isAbout = ({ request }: RecordedExchange) => request.path.split('/').some((part) => sameAddress(part, address));
  return exchanges.filter((one) => one.status === 200 && isAbout(one)).toSorted((a, b) => a.at.localeCompare(b.at));
}

function dataOf<Data>({ body }: RecordedExchange): Data {
  return (body as { data: Data }).data;
}

/** The whole list as last recorded; empty if it never was. */
export function recordedRows(list: RelayList, address: Hex): readonly RecordedRow[] {
  const { route, field } = ROUTES[list];
  const pages = recordedAnswers(route, address).map((one) => dataOf<Record<string, unknown>>(one));
  const whole = pages.filter((data) => (data[field] as unknown[]).length === data.total);
  return (whole.at(-1)?.[field] ?? []) as RecordedRow[];
}

export function recordedBalance(address: Hex): bigint {
  const answers = recordedAnswers('GET /v2/relay_account/:address/balance', address);
  return BigInt(answers.map((one) => dataOf<string>(one)).at(-1) ?? '0');
}

export interface RecordedAccountOptions {
  readonly address: Hex;
  /** Replaces what was recorded. */
  readonly balance?: () => bigint;
  readonly rows?: (list: RelayList) => readonly unknown[];
}

export function recordedAccount({ address, ...options }: RecordedAccountOptions): RelayAccount {
  const { balance = () => recordedBalance(address), rows = (list: RelayList) => recordedRows(list, address) } = options;
  const notRecorded = () => Promise.reject(new Error('not recorded'));
  return {
    address,
    balance: async () => balance(),
    async page(list, page) {
      const all = rows(list);
      return { total: all.length, rows: all.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE) };
    },
    withdrawConfig: notRecorded,
    requestWithdrawal: notRecorded,
    async delegationIncome() {
      const answers = recordedAnswers('GET /v1/delegator/:user_address', address).map((one) =>
        dataOf<{ total_delegation_earnings: string }>(one),
      );
      return BigInt(answers.at(-1)?.total_delegation_earnings ?? '0');
    },
    emissionEstimate: notRecorded,
    close: async () => {},
  };
}
