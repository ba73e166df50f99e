/** The money part of the contract: every procedure with the schemas of its input and output. */
import { z } from 'zod';
import type { NodeQuestion } from './act-questions.ts';
import * as money from './money.ts';
import * as acts from './money-acts.ts';

const nothing = z.object({});

export const MONEY_PROCEDURES = {
  summary: { input: nothing, output: money.moneySummarySchema, access: 'read' },
  entries: { input: money.entriesQuerySchema, output: money.entriesPageSchema, access: 'read' },
  task: { input: money.taskMoneyQuerySchema, output: money.taskMoneySchema, access: 'read' },
  earnings: { input: money.earningsQuerySchema, output: money.earningsSchema, access: 'read' },
  exportCsv: { input: money.csvQuerySchema, output: money.csvChunkSchema },
  /** Reads every source anew; may take some seconds. */
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

/** Asks for what would happen now, by its facts; resolves when it may. @throws ContractError ACT_NOT_CONFIRMED */
export type Consent = (question: NodeQuestion) => Promise<void>;

/** What implements the procedures: inputs come parsed, outputs are checked by whoever carries them. */
export type MoneyService = {
  readonly [Name in MoneyProcedure]: (
    input: z.output<(typeof MONEY_PROCEDURES)[Name]['input']>,
    /** For an act, between the check of its confirmation and the act; left out, nobody is asked. */
    consent?: Consent,
  ) => Promise<z.input<(typeof MONEY_PROCEDURES)[Name]['output']>>;
};
