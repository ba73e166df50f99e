/**
 * The questions that a person is asked before an act of a page is carried out. They state the program's own facts,
 * never the page's words. A node asks through its private channel, because only the node knows what its money would do.
 */
import { z } from 'zod';

/** Asked by the program around the nodes. */
export const HOST_QUESTIONS = [
  'exportKey',
  'archiveKey',
  'addNetwork',
  'changeProxy',
  'setSecret',
  'removeSecret',
  'changeModelSources',
  'stakeAtStart',
  'changeChat',
  'addPlace',
] as const;

/** Asked by a node. */
export const NODE_QUESTIONS = [
  'withdraw',
  'setStake',
  'setDelegatorShare',
  'setBenefitAddress',
  'forceUnstake',
  'legacyTryUnstake',
  'legacyForceUnstake',
  'unstake',
  'rejoin',
  'acceptSelfTest',
  'confirmAlone',
] as const;

export const questionNameSchema = z.enum([...HOST_QUESTIONS, ...NODE_QUESTIONS]);
export type QuestionName = z.output<typeof questionNameSchema>;

/** Names that end in `Wei` are amounts as decimal wei strings. */
export const questionFactsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type QuestionFacts = Readonly<z.output<typeof questionFactsSchema>>;

export const nodeQuestionSchema = z.object({ name: z.enum(NODE_QUESTIONS), facts: questionFactsSchema });
export type NodeQuestion = z.output<typeof nodeQuestionSchema>;
export type NodeQuestionName = NodeQuestion['name'];

export const actQuestionSchema = z.object({
  name: questionNameSchema,
  /** The key's address; null = no key is involved. */
  address: z.string().nullable(),
  facts: questionFactsSchema,
});
export type ActQuestion = z.output<typeof actQuestionSchema>;

/** Acts that cannot be undone. */
export const IRREVERSIBLE_ACTS: ReadonlySet<QuestionName> = new Set(['withdraw', 'setBenefitAddress', 'exportKey']);
