/** The relay's records as ledger entries. Pure. Source: RELAY_PROTOCOL 1.2, 3.5, 4.9. */
import { NOT_ITEMISED, WITHDRAWN_BY_NETWORK } from '../../../contract/money.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { isTerminal, type TaskStatus } from '../../../protocol/tasks/status.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { DepositRecord, TaskFeeRecord, VestingRecord, WithdrawalRecord } from '../../../protocol/wire/relay-account.ts';
import { entryOf, type Labels, type LedgerKind, NO_LABELS } from '../ledger/entry.ts';
import { type Posting, postingOf, type TaskFactsOf, unreadable } from '../records/posting.ts';

const COMMITMENT = /^\d+-(0x[0-9a-fA-F]{64})(?:-|$)/;

export interface PostingContext {
  /** The owner of the account. */
  readonly self: Hex;
  readonly factsOf: TaskFactsOf;
}

/** A row of the task fees: income from this node's tasks or its delegations, or its own tasks as an application. */
export function postTaskFee(record: TaskFeeRecord, { self, factsOf }: PostingContext): Posting {
  if (!sameAddress(record.address, self)) return unreadable(`it belongs to ${record.address}`);
  const task = (COMMITMENT.exec(record.reason)?.[1]?.toLowerCase() ?? null) as Hex | null;
  const facts = task === null ? null : factsOf(task);
  const labels: Labels = facts === null ? NO_LABELS : { taskType: facts.type, model: facts.model, gpu: facts.gpu };
  const common = {
    source: record.reason === '' ? `relay:taskFee:${record.id}` : `relay:${record.reason}`,
    wei: record.wei,
    atMs: record.createdMs,
    task,
    record: `taskFee ${record.id}`,
  };
  switch (record.type) {
    case 'TaskIncome': {
      // The kind depends on how the task ended, and an entry never changes, so this waits for the end.
      if (facts !== null && !isTerminal(facts.status))
        return { kind: 'wait', why: `the task is ${facts.status} as far as known` };
      return postingOf(entryOf({ ...common, kind: incomeKind(facts?.status ?? null), from: 'network', to: 'relay', labels }));
    }
    case 'UserDelegation':
      return postingOf(entryOf({ ...common, kind: 'delegation', from: 'network', to: 'relay' }));
    case 'TaskPayment':
      return postingOf(entryOf({ ...common, kind: 'taskCharge', from: 'relay', to: 'network' }));
    case 'TaskRefund':
      return postingOf(entryOf({ ...common, kind: 'taskRefund', from: 'network', to: 'relay' }));
    case 'Deposit':
    case 'Withdraw':
    case 'WithdrawRefund':
    case 'VestingCreated':
    case 'VestingRelease':
      // These have their own lists.
      return postingOf();
    case 'DaoTaskShare':
    case 'WithdrawFeeIncome':
      return unreadable(`${record.type} is not income of a node`);
  }
}

/**
 * Income that the relay reports only as a total: books the difference from the total booked before. Source: its
 * `/v1/delegator/:address`.
 */
export function postDelegationIncome({ record, before, observedMs }: ChangedRecord<bigint>): Posting {
  const booked = before ?? 0n;
  if (record < booked) return unreadable(`${record} wei are reported, but ${booked} were before`);
  return postingOf(
    entryOf({
      source: `relay:delegationIncome:${booked}-${record}`,
      kind: 'delegation',
      from: 'network',
      to: 'relay',
      wei: record - booked,
      atMs: observedMs,
      record: NOT_ITEMISED,
    }),
  );
}

function incomeKind(status: TaskStatus | null): LedgerKind {
  if (status === 'EndGroupSuccess') return 'groupShare';
  return status === 'EndGroupRefund' ? 'refundShare' : 'taskPayment';
}

export function postDeposit(record: DepositRecord, { self }: PostingContext): Posting {
  if (!sameAddress(record.address, self)) return unreadable(`it belongs to ${record.address}`);
  return postingOf(
    entryOf({
      source: `relay:deposit:${record.id}`,
      kind: 'deposit',
      from: 'outside',
      to: 'relay',
      wei: record.wei,
      atMs: record.createdMs,
      tx: record.txHash,
      record: `deposit ${record.id}`,
    }),
  );
}

/** A record that changes: its current and its last booked version. */
export interface ChangedRecord<Record> {
  readonly record: Record;
  /** Null = never booked. */
  readonly before: Record | null;
  /** When this version was read: the relay does not report when it changed. */
  readonly observedMs: number;
}

/** Charged when requested; then paid out, or returned in full. */
export function postWithdrawal(
  { record, before, observedMs }: ChangedRecord<WithdrawalRecord>,
  { self }: PostingContext,
): Posting {
  if (!sameAddress(record.address, self)) return unreadable(`it belongs to ${record.address}`);
  if (before !== null && before.status !== 'pending' && before.status !== record.status) {
    return unreadable(`it was ${before.status} and is ${record.status} now`);
  }
  const source = `relay:withdrawal:${record.id}`;
  const common = { atMs: record.createdMs, tx: record.txHash, record: `withdrawal ${record.id}` };
  const amount = { ...common, kind: 'withdrawal', wei: record.wei } as const;
  const fee = { ...common, kind: 'withdrawalFee', wei: record.feeWei } as const;
  const charged = [
    entryOf({ ...amount, source, from: 'relay', to: 'inTransit' }),
    entryOf({ ...fee, source: `${source}:fee`, from: 'relay', to: 'inTransit' }),
  ];
  switch (record.status) {
    case 'pending':
      return postingOf(...charged);
    case 'success': {
      const to = sameAddress(record.benefitAddress, self) ? 'wallet' : 'benefit';
      return postingOf(
        ...charged,
        entryOf({ ...amount, source: `${source}:paid`, from: 'inTransit', to, atMs: observedMs }),
        entryOf({ ...fee, source: `${source}:fee:paid`, from: 'inTransit', to: 'network', atMs: observedMs }),
      );
    }
    case 'failed': {
      const back = { ...common, atMs: observedMs, kind: 'withdrawalReturn', wei: record.wei + record.feeWei } as const;
      return postingOf(...charged, entryOf({ ...back, source: `${source}:returned`, from: 'inTransit', to: 'relay' }));
    }
  }
}

/**
 * An emission is first locked, then released gradually. The relay reports only the amount released so far, so a step is
 * named by the amounts before and after it. What the network takes back (`deprecated`) is returned to it; it may be
 * listed again.
 */
export function postVesting({ record, before, observedMs }: ChangedRecord<VestingRecord>, { self }: PostingContext): Posting {
  if (!sameAddress(record.address, self)) return unreadable(`it belongs to ${record.address}`);
  const source = `relay:vesting:${record.id}`;
  const released = before?.releasedWei ?? 0n;
  const wasSlashed = before?.slashed ?? false;
  if (record.releasedWei < released) return unreadable(`${record.releasedWei} wei are released, but ${released} were before`);
  if (record.releasedWei > record.totalWei) return unreadable(`${record.releasedWei} of ${record.totalWei} wei are released`);
  const common = { atMs: observedMs, record: `vesting ${record.id}` };
  const emission = { ...common, source, kind: 'emission', from: 'network', to: 'locked', atMs: record.createdMs } as const;
  const list = [entryOf({ ...emission, wei: record.totalWei })];
  const wasWithdrawn = before?.status === 'deprecated';
  if (wasWithdrawn && record.status !== 'deprecated' && !wasSlashed) {
    const again = { source: `${source}:relisted@${observedMs}`, wei: record.totalWei - released };
    list.push(entryOf({ ...common, ...again, kind: 'emission', from: 'network', to: 'locked' }));
  }
  if (wasSlashed && !record.slashed) {
    const restored = { source: `${source}:restored@${released}`, wei: record.totalWei - released };
    list.push(entryOf({ ...common, ...restored, kind: 'slash', from: 'slashed', to: 'locked' }));
  }
  if (record.releasedWei > released) {
    const step = { source: `${source}:released:${released}-${record.releasedWei}`, wei: record.releasedWei - released };
    list.push(entryOf({ ...common, ...step, kind: 'vestingRelease', from: 'locked', to: 'relay' }));
  }
  if (record.slashed && !wasSlashed) {
    const taken = { source: `${source}:slashed@${record.releasedWei}`, wei: record.totalWei - record.releasedWei };
    list.push(entryOf({ ...common, ...taken, kind: 'slash', from: 'locked', to: 'slashed' }));
  }
  if (record.status === 'deprecated' && !wasWithdrawn && !record.slashed) {
    const taken = { source: `${source}:withdrawn@${observedMs}`, wei: record.totalWei - record.releasedWei };
    list.push(
      entryOf({
        ...common,
        ...taken,
        kind: 'emission',
        from: 'locked',
        to: 'network',
        record: `vesting ${record.id}${WITHDRAWN_BY_NETWORK}`,
      }),
    );
  }
  return postingOf(...list);
}
