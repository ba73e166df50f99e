/** A node's quality of service as the relay keeps it. Source: RELAY_PROTOCOL 4.6 (rank scores), 4.7, 3.3.3 (join). */

/** Points by rank in a validation group. */
export const RANK_SCORES = [10, 5, 2] as const;
export const MAX_TASK_SCORE = 10;
export const POOL_SIZE = 50;
/** Long-term quality of a node without history. */
export const NEUTRAL_QOS = 0.5;
export const HEALTH_RECOVERY_MINUTES = 30;
const HEALTH_BOOST = 0.15;
const FIRST_TIMEOUT_FACTOR = 0.95;
const REPEATED_TIMEOUT_FACTOR = 0.3;
/** A timeout counts as a first one while health is at least this. */
export const FIRST_TIMEOUT_HEALTH = 0.99;
export const EXCLUSION_BELOW = 0.2;
export const READMISSION_AT = 0.8;
export const KICK_OUT_BELOW = 2;
export const REJOIN_FLOOR = 0.3;

const SEED_COPIES = POOL_SIZE - 1;
const MS_PER_MINUTE = 60_000;

/** Immutable; every function returns a new state. */
export interface QosState {
  /** The last task scores (0–10), oldest first, at most {@link POOL_SIZE}; lives in the relay's memory only. */
  readonly pool: readonly number[];
  /** Long-term score (0–10) that survives a relay restart. */
  readonly storedScore: number;
  /** Null until the first penalty or boost. */
  readonly health: { readonly value: number; readonly atMs: number } | null;
  /** Set by a penalty that leaves health below {@link EXCLUSION_BELOW}. */
  readonly excluded: boolean;
}

export const NEW_NODE_QOS: QosState = { pool: [], storedScore: 0, health: null, excluded: false };

/** Points of three group members in rank order: 10, 5, 2 for those not aborted, 0 for an aborted one; null when all are. */
export function rankScores(aborted: readonly boolean[]): readonly (number | null)[] {
  if (aborted.every(Boolean)) return aborted.map(() => null);
  let rank = 0;
  return aborted.map((isAborted) => (isAborted ? 0 : (RANK_SCORES[rank++] ?? 0)));
}

export function longTermScore(state: QosState): number {
  return state.pool.length === 0 ? state.storedScore : mean(state.pool);
}

/** 0–1; a score of exactly zero counts as {@link NEUTRAL_QOS}. */
export function longTermQos(state: QosState): number {
  const score = longTermScore(state);
  return score === 0 ? NEUTRAL_QOS : score / MAX_TASK_SCORE;
}

/** Adds one task score to the rolling pool; an empty pool is first seeded from the stored score. */
export function recordTaskScore(state: QosState, score: number): QosState {
  const seed = Math.trunc(state.storedScore);
  const before = state.pool.length === 0 && seed > 0 ? Array<number>(SEED_COPIES).fill(seed) : state.pool;
  const pool = [...before, score].slice(-POOL_SIZE);
  return { ...state, pool, storedScore: mean(pool) };
}

/** Health 0–1, recovering exponentially since it was last set. */
export function healthAt(state: QosState, nowMs: number): number {
  if (state.health === null) return 1;
  const { value, atMs } = state.health;
  const minutes = Math.max(0, nowMs - atMs) / MS_PER_MINUTE;
  return Math.min(1, value + (1 - value) * (1 - Math.exp(-minutes / HEALTH_RECOVERY_MINUTES)));
}

/** A task of the node timed out. */
export function penalise(state: QosState, nowMs: number): QosState {
  const before = healthAt(state, nowMs);
  const value = before * (before >= FIRST_TIMEOUT_HEALTH ? FIRST_TIMEOUT_FACTOR : REPEATED_TIMEOUT_FACTOR);
  return { ...state, health: { value, atMs: nowMs }, excluded: state.excluded || value < EXCLUSION_BELOW };
}

/** A task of the node ended EndSuccess, EndGroupSuccess or EndGroupRefund. */
export function boost(state: QosState, nowMs: number): QosState {
  return { ...state, health: { value: Math.min(1, healthAt(state, nowMs) + HEALTH_BOOST), atMs: nowMs } };
}

/** An excluded node gets no task and shows weight 0 until its health is back at {@link READMISSION_AT}. */
export function isExcluded(state: QosState, nowMs: number): boolean {
  return state.excluded && healthAt(state, nowMs) < READMISSION_AT;
}

/** The exclusion flag is cleared when the node starts a task again. */
export function recordTaskStart(state: QosState): QosState {
  return state.excluded ? { ...state, excluded: false } : state;
}

/** 0–1: the value that the selection weight and the node's status page use. */
export function combinedQos(state: QosState, nowMs: number): number {
  return longTermQos(state) * healthAt(state, nowMs);
}

/** Evaluated when a task releases the node. */
export function shouldKickOut(state: QosState): boolean {
  return state.pool.length >= POOL_SIZE && longTermScore(state) < KICK_OUT_BELOW;
}

/** A node joins: full health; a returning node below {@link REJOIN_FLOOR} is lifted to it and its pool dropped. */
export function resetOnJoin(state: QosState, nowMs: number): QosState {
  const joined = { ...state, health: { value: 1, atMs: nowMs }, excluded: false };
  return longTermQos(state) < REJOIN_FLOOR ? { ...joined, pool: [], storedScore: REJOIN_FLOOR * MAX_TASK_SCORE } : joined;
}

/** The relay restarted: the pool is lost, the stored score remains. */
export function resetOnRelayRestart(state: QosState): QosState {
  return { ...state, pool: [] };
}

function mean(scores: readonly number[]): number {
  return scores.reduce((total, score) => total + score, 0) / scores.length;
}
