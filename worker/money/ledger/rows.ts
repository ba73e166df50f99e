/** The ledger's rows as read back. */
import { z } from 'zod';
import { TASK_TYPE, type TaskType } from '../../../protocol/tasks/status.ts';
import { commitmentField, weiField } from '../../../protocol/wire/fields.ts';
import { COUNTERPARTIES, LEDGER_KINDS, OWN_ACCOUNTS, type RecordedEntry } from './entry.ts';

const accountField = z.enum([...OWN_ACCOUNTS, ...COUNTERPARTIES]);
const kindField = z.enum(LEDGER_KINDS);
const taskTypeName = z.enum(Object.keys(TASK_TYPE) as [TaskType, ...TaskType[]]);
export const signedWei = z
  .string()
  .regex(/^-?\d+$/)
  .transform((text) => BigInt(text));

/** One report of a movement, counted or not. */
const movementFields = {
  id: z.number().int(),
  source: z.string(),
  kind: kindField,
  from_account: accountField,
  to_account: accountField,
  wei: weiField,
  at_ms: z.number(),
  observed_ms: z.number(),
};

export const entryRowSchema = z
  .object({
    ...movementFields,
    task: commitmentField.nullable(),
    tx: z.string().nullable(),
    record: z.string().nullable(),
    task_type: taskTypeName.nullable(),
    model: z.string().nullable(),
    gpu: z.string().nullable(),
  })
  .transform(
    (row): RecordedEntry => ({
      id: row.id,
      source: row.source,
      kind: row.kind,
      from: row.from_account,
      to: row.to_account,
      wei: row.wei,
      atMs: row.at_ms,
      observedMs: row.observed_ms,
      task: row.task,
      tx: row.tx,
      record: row.record,
      labels: { taskType: row.task_type, model: row.model, gpu: row.gpu },
    }),
  );

export const totalRowSchema = z
  .object({
    day: z.number().int(),
    account: z.enum(OWN_ACCOUNTS),
    kind: kindField,
    task_type: z.union([taskTypeName, z.literal('')]),
    model: z.string(),
    gpu: z.string(),
    wei: signedWei,
    entries: z.number().int(),
  })
  .transform((row) => ({
    day: row.day,
    account: row.account,
    kind: row.kind,
    labels: {
      taskType: row.task_type === '' ? null : row.task_type,
      model: row.model === '' ? null : row.model,
      gpu: row.gpu === '' ? null : row.gpu,
    },
    wei: row.wei,
    entries: row.entries,
  }));
/** Sum of one account's side of the entries of one UTC day (days since the epoch), one kind, one set of labels. */
export type LedgerTotal = z.output<typeof totalRowSchema>;

export const conflictRowSchema = z
  .object({
    ...movementFields,
    recorded_from: accountField,
    recorded_to: accountField,
    recorded_wei: weiField,
  })
  .transform((row) => ({
    id: row.id,
    source: row.source,
    kind: row.kind,
    /** The later report, which was not counted. */
    offered: { from: row.from_account, to: row.to_account, wei: row.wei },
    /** The recorded movement, which counts. */
    recorded: { from: row.recorded_from, to: row.recorded_to, wei: row.recorded_wei },
    atMs: row.at_ms,
    observedMs: row.observed_ms,
  }));
export type LedgerConflict = z.output<typeof conflictRowSchema>;
