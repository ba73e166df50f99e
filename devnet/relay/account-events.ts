/** The ledger as the relay's own services read it: every change of an account, with its reason as a payload. */
import { ACCOUNT_EVENT_TYPE, type AccountEventType } from '../../protocol/wire/relay-account.ts';
import type { RelayContext } from './context.ts';
import { DAO, WITHDRAW_FEES } from './ledger.ts';
import type { LedgerRow, VestingRow } from './store/rows.ts';

export interface AccountEvent {
  readonly id: number;
  /** Unix seconds. */
  readonly created_at: number;
  readonly address: string;
  readonly amount: string;
  readonly type: number;
  /** JSON text. */
  readonly payload: string;
}

const isAccountEvent = (type: string): type is AccountEventType => type in ACCOUNT_EVENT_TYPE;
/** The type of entry takes from this account; every other type gives to it. */
const PAID_BY: ReadonlySet<AccountEventType> = new Set(['TaskPayment', 'Withdraw']);

/** Stakes and the second half of a withdrawal do not change an account. */
export function accountEvents(context: RelayContext): AccountEvent[] {
  return context.store.ledger.values().flatMap((row) => {
    const { type } = row;
    if (!isAccountEvent(type)) return [];
    const account = PAID_BY.has(type) ? row.from : row.to;
    const vesting = type === 'VestingCreated' ? context.store.vestings.get(row.reason.split('-')[1] ?? '') : undefined;
    const address = vesting?.address ?? addressOf(context, account);
    if (address === null) return [];
    const payload = payloadOf(context, { row, type, vesting });
    return [
      {
        id: row.id,
        created_at: Math.floor(row.atMs / 1000),
        address,
        amount: row.wei.toString(),
        type: ACCOUNT_EVENT_TYPE[type],
        payload: JSON.stringify(payload),
      },
    ];
  });
}

/** On the real relay, the network's shares go to addresses from its config; here, to the relay's own. */
function addressOf({ config }: RelayContext, account: string): string | null {
  if (account === DAO || account === WITHDRAW_FEES) return config.relayAddress;
  return account.startsWith('0x') ? account : null;
}

interface AccountEntry {
  readonly row: LedgerRow;
  readonly type: AccountEventType;
  readonly vesting: VestingRow | undefined;
}

function payloadOf({ config }: RelayContext, { row, type, vesting }: AccountEntry): object {
  const [, subject = ''] = row.reason.split('-');
  if (type === 'Deposit') return { network: config.networks[0] ?? '', tx_hash: subject };
  if (type === 'VestingRelease') return { vesting_id: Number(subject) };
  if (vesting === undefined) return {};
  return {
    vesting_id: vesting.id,
    address: vesting.address,
    total_amount: vesting.totalWei.toString(),
    released_amount: '0',
    start_time: Math.floor(vesting.atMs / 1000),
    duration_days: vesting.durationDays,
    type: vesting.type,
    admin_signature: '',
  };
}
