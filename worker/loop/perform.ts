/** Carries out what `decide` said: record, act once, record. An act whose answer is lost is left to the next cycle. */
import type { Hex } from '../../protocol/hex.ts';
import { isWorkerError, WorkerError } from '../kit/errors.ts';
import { isOutcomeUnknown } from '../networks/relay/refusals.ts';
import type { Sending } from '../networks/task-network.ts';
import type { StoredTask } from '../store/tasks.ts';
import { SENT_NOT_MINED, TASK_ACTS, TASK_OUTCOMES } from './act-log.ts';
import type { LoopContext } from './context.ts';
import type { Action } from './decide.ts';
import { cleanUpResults, type Executor } from './executor.ts';
import { verifyResult } from './result-files.ts';

export type Act = Exclude<Action, { kind: 'wait' }>;

export interface Performer {
  readonly context: LoopContext;
  readonly executor: Executor;
}

/** @throws the objections of the network or of the laws; nothing is retried here. */
export async function perform({ context, executor }: Performer, commitment: Hex, act: Act): Promise<void> {
  const { log } = context;
  const facts = { commitment, act: act.kind };
  // An alarm is logged with its own text.
  if (act.kind !== 'alarm') log.info(act.kind === 'close' ? { ...facts, as: act.as } : facts, TASK_ACTS[act.kind]);
  const sending = await carryOut({ context, executor }, commitment, act);
  const outcome = sending === 'underway' ? SENT_NOT_MINED : TASK_OUTCOMES[act.kind];
  if (outcome !== null) log.info(facts, outcome);
}

async function carryOut({ context, executor }: Performer, commitment: Hex, act: Act): Promise<Sending> {
  switch (act.kind) {
    case 'submitScore':
      return submitScore(context, commitment);
    case 'reportError':
      return reportError(context, commitment);
    case 'execute':
      await executor.begin(commitment, act.lifetime);
      break;
    case 'abort':
      await abortExpired(context, commitment);
      break;
    case 'uploadResult':
      await uploadResult(context, commitment);
      break;
    case 'alarm':
      await raiseAlarm(context, commitment, act.code, act.message);
      break;
    case 'close':
      await close(context, executor, commitment, act.as);
  }
  return 'done';
}

async function submitScore({ store, network, killPoint, networkClock }: LoopContext, commitment: Hex): Promise<Sending> {
  // Law 4: read from disk, at the moment of signing.
  const recorded = store.ledger.find(commitment);
  if (recorded === null) throw new WorkerError('STORE_UNKNOWN_TASK', `there is no score for ${commitment}`, { commitment });
  await killPoint('score.beforeSubmit');
  const sending = await network.submitScore(recorded);
  await killPoint('score.submitted');
  if (sending === 'underway') return sending;
  const evidence = `the network accepted the score ${recorded.score}`;
  store.tasks.addTransition(commitment, { status: 'ScoreReady', atMs: networkClock.now(), source: 'local', evidence });
  return sending;
}

async function reportError({ store, network, killPoint, networkClock }: LoopContext, commitment: Hex): Promise<Sending> {
  const local = store.local(commitment);
  if (local.kind !== 'invalid') throw new WorkerError('LEDGER_CONFLICT', `${commitment} was not found invalid`, { commitment });
  await killPoint('error.beforeReport');
  const sending = await network.reportError(commitment);
  await killPoint('error.reported');
  if (sending === 'underway') return sending;
  const evidence = 'the network accepted the report of invalid arguments';
  store.tasks.addTransition(commitment, { status: 'ErrorReported', atMs: networkClock.now(), source: 'local', evidence });
  return sending;
}

async function abortExpired({ network, killPoint }: LoopContext, commitment: Hex): Promise<void> {
  await killPoint('abort.beforeSend');
  await network.abortExpired(commitment);
  await killPoint('abort.sent');
}

async function uploadResult(context: LoopContext, commitment: Hex): Promise<void> {
  const { store, network, killPoint, resultsDir, clock } = context;
  const recorded = store.ledger.find(commitment);
  if (recorded === null) throw new WorkerError('STORE_UNKNOWN_TASK', `there is no score for ${commitment}`, { commitment });
  try {
    const { type } = store.tasks.get(commitment);
    const artifacts = store.artifacts.of(commitment);
    const verified = await verifyResult({ type, root: resultsDir, score: recorded.score, artifacts });
    await killPoint('upload.verified');
    await network.uploadResult({ commitment, ...verified });
  } catch (error) {
    if (!isOutcomeUnknown(error)) store.tasks.countUploadRefusal(commitment);
    if (isWorkerError(error, 'RESULT_CHANGED')) await raiseAlarm(context, commitment, error.code, error.message);
    throw error;
  }
  await killPoint('upload.sent');
  store.tasks.markUploaded(commitment, clock.now());
  await killPoint('upload.recorded');
}

async function raiseAlarm({ store, clock, log }: LoopContext, commitment: Hex, code: string, message: string): Promise<void> {
  log.error({ commitment, code }, message);
  store.tasks.raiseAlarm(commitment, { code, message, atMs: clock.now() });
}

async function close(
  { store, clock, killPoint, resultsDir }: LoopContext,
  executor: Executor,
  commitment: Hex,
  as: string,
): Promise<void> {
  await killPoint('task.beforeClose');
  store.tasks.close(commitment, as, clock.now());
  const payment = paymentByRule(store.tasks.get(commitment));
  if (payment !== null) store.tasks.setPayment(commitment, payment);
  await killPoint('task.closed');
  // A running execution still writes, and cleans up after itself.
  if (!executor.isRunning(commitment)) await cleanUpResults({ store, resultsDir }, commitment);
}

/**
 * What the network pays, if its rules determine it: nothing for an invalidated or aborted task, unless the application
 * failed to validate. Null: the account has to be read. Source: RELAY_PROTOCOL 4.4, 4.9.
 */
function paymentByRule({ status, abortReason }: Pick<StoredTask, 'status' | 'abortReason'>): bigint | null {
  if (status === 'EndInvalidated') return 0n;
  if (status === 'EndAborted' && abortReason !== 'CreatorValidationTimeout') return 0n;
  return null;
}
