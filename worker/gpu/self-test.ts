/**
 * Slash guard: a node's results must stay the same, or other nodes of its validation groups disagree with it. Every
 * combination of card, driver, engine and model executes one reference task before it may take tasks; a result that
 * differs from the accepted one stops the node until the host decides. A pure decision based on the history of tests.
 */
import type { SelfTestView } from '../../contract/gpu.ts';
import type { EngineKind } from '../../contract/node-config.ts';
import { type GpuProblem, gpuProblem } from './errors.ts';

/** What a result is expected to depend on. */
export interface SelfTestKey {
  /** UUIDs (IDs) of the cards, sorted. */
  readonly cards: readonly string[];
  readonly driver: string;
  readonly engineKind: EngineKind;
  readonly engineVersion: string;
  readonly modelId: string;
  /** Which reference task; results of different ones are never compared. */
  readonly reference: string;
}

export type SelfTestOutcome =
  | { readonly kind: 'scored'; readonly score: string; readonly seconds: number }
  | { readonly kind: 'failed'; readonly detail: string };

/** `open` = differs from the accepted result, and the host has not decided. */
export type SelfTestVerdict = 'accepted' | 'open' | 'rejected' | 'failed';

export interface SelfTestRecord {
  readonly id: number;
  readonly atMs: number;
  readonly key: SelfTestKey;
  readonly outcome: SelfTestOutcome;
  readonly verdict: SelfTestVerdict;
}

type Scored = SelfTestRecord & { readonly outcome: Extract<SelfTestOutcome, { kind: 'scored' }> };
type ChangedPart = SelfTestView['changed'][number];

export type SelfTestState =
  | { readonly kind: 'due'; readonly changed: readonly ChangedPart[] }
  | { readonly kind: 'passed'; readonly record: Scored }
  | { readonly kind: 'failed'; readonly record: SelfTestRecord; readonly detail: string }
  | { readonly kind: 'changed'; readonly record: Scored; readonly expected: Scored; readonly changed: readonly ChangedPart[] }
  | { readonly kind: 'rejected'; readonly record: Scored };

/**
 * The node's state. `history` contains all tests of this node, oldest first. Going back to an earlier combination is a
 * change like any other: the test runs again, and is compared with the result accepted for that combination.
 */
export function selfTestState(key: SelfTestKey, history: readonly SelfTestRecord[]): SelfTestState {
  const comparable = history.filter((record) => isComparable(record.key, key));
  const expected = baseline(key, comparable);
  const last = comparable.at(-1);
  const changed = expected === null ? [] : differences(expected.key, key);
  if (last === undefined || !sameKey(last.key, key)) return { kind: 'due', changed };
  const open = onlyScored(comparable).findLast((record) => record.verdict === 'open' && sameKey(record.key, key));
  // An open result stays open whatever a repetition gives: an engine whose answers vary is the worst case.
  if (open !== undefined && expected !== null) return { kind: 'changed', record: open, expected, changed };
  if (last.outcome.kind === 'failed') return { kind: 'failed', record: last, detail: last.outcome.detail };
  const record = { ...last, outcome: last.outcome };
  return { kind: last.verdict === 'rejected' ? 'rejected' : 'passed', record };
}

/** The verdict on a new outcome, before the host decides: the first result of a comparable kind is accepted. */
export function judgeSelfTest(key: SelfTestKey, outcome: SelfTestOutcome, history: readonly SelfTestRecord[]): SelfTestVerdict {
  if (outcome.kind === 'failed') return 'failed';
  const expected = baseline(
    key,
    history.filter((record) => isComparable(record.key, key)),
  );
  return expected === null || expected.outcome.score === outcome.score ? 'accepted' : 'open';
}

/** Why the node may not accept tasks; null = no reason. */
export function selfTestProblem(state: SelfTestState): GpuProblem | null {
  switch (state.kind) {
    case 'passed':
      return null;
    case 'due':
      return gpuProblem('GPU_SELF_TEST_DUE', state.changed.length === 0 ? '' : `changed: ${state.changed.join(', ')}`);
    case 'failed':
      return gpuProblem('GPU_SELF_TEST_FAILED', state.detail);
    case 'changed':
      return gpuProblem('GPU_SELF_TEST_CHANGED', `${state.record.outcome.score}, accepted was ${state.expected.outcome.score}`);
    case 'rejected':
      return gpuProblem('GPU_SELF_TEST_REJECTED', state.record.outcome.score);
  }
}

export function selfTestView(state: SelfTestState, progress: SelfTestView['progress'] = 'none'): SelfTestView {
  const record = state.kind === 'due' ? null : state.record;
  const outcome = record?.outcome.kind === 'scored' ? record.outcome : null;
  return {
    state: state.kind,
    problem: selfTestProblem(state),
    testedAtMs: record?.atMs ?? null,
    seconds: outcome?.seconds ?? null,
    score: outcome?.score ?? null,
    progress,
    expectedScore: state.kind === 'changed' ? state.expected.outcome.score : null,
    changed: state.kind === 'due' || state.kind === 'changed' ? [...state.changed] : [],
  };
}

/** The accepted result to compare with: for exactly this combination if there is one, otherwise the newest. */
function baseline(key: SelfTestKey, comparable: readonly SelfTestRecord[]): Scored | null {
  const accepted = onlyScored(comparable).filter((record) => record.verdict === 'accepted');
  return accepted.findLast((record) => sameKey(record.key, key)) ?? accepted.at(-1) ?? null;
}

function onlyScored(records: readonly SelfTestRecord[]): readonly Scored[] {
  return records.flatMap((record) => (record.outcome.kind === 'scored' ? [{ ...record, outcome: record.outcome }] : []));
}

/** Engines of different kinds never give equal results, and need not: a network accepts one of them. */
function isComparable(a: SelfTestKey, b: SelfTestKey): boolean {
  return a.engineKind === b.engineKind && a.modelId === b.modelId && a.reference === b.reference;
}

function sameKey(a: SelfTestKey, b: SelfTestKey): boolean {
  return isComparable(a, b) && differences(a, b).length === 0;
}

function differences(before: SelfTestKey, now: SelfTestKey): readonly ChangedPart[] {
  const changed: ChangedPart[] = [];
  if (before.cards.join() !== now.cards.join()) changed.push('cards');
  if (before.driver !== now.driver) changed.push('driver');
  if (before.engineVersion !== now.engineVersion) changed.push('engineVersion');
  return changed;
}
