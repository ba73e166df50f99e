/** The money part of the contract: every procedure with the schemas of its input and output. */
import { z } from 'zod';
import type { NodeQuestion } from './act-questions.ts';
import * as money from './money.ts';
import * as acts from './money-acts.ts';

const nothing = z.object({});

export const MONEY_PROCEDURES = {
  summary: { input: nothing, output: money.moneySummarySchema, access: 'read' },
  entries: { input: money.entriesQuerySchema, output: money.entriesPageSchema, access: 'read' },
  earnings: { input: money.earningsQuerySchema, output: money.earningsSchema, access: 'read' },
  exportCsv: { input: money.csvQuerySchema, output: money.csvChunkSchema },
  /** Reads every source again; may take some seconds. */
  reconcile: { input: nothing, output: money.reconciliationSchema },
  acknowledgeTransfer: { input: acts.acknowledgeTransferSchema, output: nothing },
  withdrawals: { input: nothing, output: acts.withdrawalsSchema, access: 'read' },
  prepareWithdrawal: { input: acts.withdrawalInputSchema, output: acts.withdrawalPreviewSchema },
  confirmWithdrawal: { input: acts.withdrawalConfirmSchema, output: acts.withdrawalRequestedSchema, act: 'money' },
  stake: { input: nothing, output: acts.stakeViewSchema, access: 'read' },
  whatIf: { input: acts.whatIfSchema, output: acts.weightForecastSchema },
  prepareChainAct: { input: z.object({ act: acts.chainActSchema }), output: acts.chainActPreviewSchema },
  confirmChainAct: { input: acts.chainActConfirmSchema, output: acts.chainActDoneSchema, act: 'money' },
} as const;

export type MoneyProcedure = keyof typeof MONEY_PROCEDURES;

/**
 * Asks for confirmation of what would happen now, with its facts; resolves if it is given.
 * @throws ContractError ACT_NOT_CONFIRMED
 */
export type Consent = (question: NodeQuestion) => Promise<void>;

/** The implementation of the procedures: inputs are already parsed, and the transport checks the outputs. */
export type MoneyService = {
  readonly [Name in MoneyProcedure]: (
    input: z.output<(typeof MONEY_PROCEDURES)[Name]['input']>,
    /** Called between checking an act's confirmation and carrying it out; omitted = nobody is asked. */
    consent?: Consent,
  ) => Promise<z.input<(typeof MONEY_PROCEDURES)[Name]['output']>>;
};
