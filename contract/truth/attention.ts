/** What needs the host, ordered by the cost of ignoring it. Pure: facts in, items out. */
import type { UpdateState } from '../host-contract.ts';
import type { KeyView } from '../keys.ts';
import type { MoneySummary } from '../money.ts';
import type { PreflightReport } from '../preflight.ts';
import type { ProfileView } from '../profiles.ts';
import type { QosExplanation } from '../standing.ts';
import type { NodeView } from '../worker-channel.ts';
import type { NodeTruth } from './node-truth.ts';

/** From what costs the stake to what can wait; this is the order of the list. */
export const ATTENTION_KINDS = [
  'slashed',
  'doppelganger',
  'notBackedUp',
  'kickedOut',
  'workerFailed',
  'locked',
  'backoff',
  'nodeError',
  'engineDown',
  'chainDown',
  'selfTest',
  'excluded',
  'belowKickOut',
  'gpuRefuses',
  'gpuProblem',
  'moneyConflict',
  'check',
  'pendingRestart',
  'update',
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

export interface AttentionItem {
  readonly kind: AttentionKind;
  /** Numbers and names for its text; meaning and remedy are looked up by `code`. */
  readonly params: Readonly<Record<string, string>>;
  /** Facts of the case, for the catalogue's sentences. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** A program's own output, line by line. */
  readonly words?: string;
}

/** Null = unknown, which is no reason to worry anybody. */
export interface AttentionFacts {
  readonly truth: Pick<NodeTruth, 'life' | 'barred' | 'chain'>;
  readonly profile: ProfileView;
  readonly node: NodeView | null;
  readonly key: KeyView | null;
  readonly qos: QosExplanation | null;
  readonly money: MoneySummary | null;
  readonly checks: PreflightReport | null;
  readonly update: UpdateState | null;
}

export function attentionItems(facts: AttentionFacts): readonly AttentionItem[] {
  const items = [...processItems(facts), ...nodeItems(facts), ...standingItems(facts), ...hostItems(facts)];
  return items.toSorted((a, b) => ATTENTION_KINDS.indexOf(a.kind) - ATTENTION_KINDS.indexOf(b.kind));
}

function* processItems({ truth, profile: { worker } }: AttentionFacts): Generator<AttentionItem> {
  if (truth.life === 'locked') yield { kind: 'locked', params: {} };
  // The process itself reported why it ended.
  if (!('error' in worker)) return;
  const { code, message, data } = worker.error;
  yield { kind: truth.life === 'failed' ? 'workerFailed' : 'backoff', params: { code, message }, facts: data };
}

function* nodeItems({ truth, node }: AttentionFacts): Generator<AttentionItem> {
  if (truth.barred !== null) yield { kind: truth.barred, params: {} };
  if (node === null) return;
  if (node.engineError !== null) {
    const { code, message, data } = node.engineError;
    const words = typeof data.lastWords === 'string' ? data.lastWords : '';
    yield { kind: 'engineDown', params: { code, message }, facts: data, words: words === '' ? message : words };
  }
  const chainIsAway = truth.chain.kind === 'silent';
  if (chainIsAway) yield { kind: 'chainDown', params: {} };
  const isSaid = node.error?.code === node.engineError?.code || (chainIsAway && node.error?.code === 'CHAIN_UNREACHABLE');
  if (node.error !== null && !isSaid) {
    yield { kind: 'nodeError', params: { code: node.error.code, message: node.error.message }, facts: node.error.data };
  }
  const { gpu } = node;
  if (gpu === null) return;
  if (gpu.selfTest !== null && gpu.selfTest.state !== 'passed' && gpu.selfTest.state !== 'due') {
    yield { kind: 'selfTest', params: {} };
  }
  const reason = gpu.acceptance.reasons[0];
  if (!gpu.acceptance.accept && reason !== undefined) {
    yield { kind: 'gpuRefuses', params: { code: reason.code, message: reason.message } };
  }
  if (gpu.problem !== null) yield { kind: 'gpuProblem', params: { code: gpu.problem.code, message: gpu.problem.message } };
}

function* standingItems({ qos, money, checks }: AttentionFacts): Generator<AttentionItem> {
  if (qos?.exclusion.state === 'excluded') yield { kind: 'excluded', params: {} };
  if (qos?.belowKickOut === true) yield { kind: 'belowKickOut', params: {} };
  if (money !== null && money.conflicts + money.unbooked > 0) yield { kind: 'moneyConflict', params: {} };
  for (const result of checks?.results ?? []) {
    // Only the host can know whether a second machine has the key; the node does nothing until then.
    if (result.id === 'doppelganger' && (result.state === 'fail' || result.state === 'unknown')) {
      yield { kind: 'doppelganger', params: { code: result.code, message: result.message } };
    } else if (result.state === 'warn' || result.state === 'fail') {
      yield { kind: 'check', params: { code: result.code, message: result.message }, facts: result.params };
    }
  }
}

function* hostItems({ profile, key, update }: AttentionFacts): Generator<AttentionItem> {
  // An imported key came from a copy that its owner has or had, so nothing is known to be missing.
  if (key !== null && !key.backedUp && !key.imported) yield { kind: 'notBackedUp', params: {} };
  if (profile.pendingRestart) yield { kind: 'pendingRestart', params: {} };
  if (update?.kind === 'ready') yield { kind: 'update', params: { version: update.version } };
}
