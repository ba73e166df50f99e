/** Makes the engine execute the reference task, records the outcome, and returns the node's state. */

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { EngineKind } from '../../contract/node-config.ts';
import type { Hex } from '../../protocol/hex.ts';
import { normaliseModelIdNode, parseModelId } from '../../protocol/models/model-id.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { textScore } from '../../protocol/scores/score.ts';
import type { Engine, EngineJob, EngineOutcome } from '../engines/engine.ts';
import { lastLine } from '../kit/last-line.ts';
import type { DerivedGpu } from './assignment.ts';
import { type SelfTestKey, type SelfTestOutcome, type SelfTestState, selfTestState } from './self-test.ts';
import type { SelfTestStore } from './self-test-store.ts';

/** Long and sampled, so that a small numeric difference shows: after the first different token, all others differ. */
export const REFERENCE = {
  id: 'llm-1',
  messages: [{ role: 'user', content: 'Tell the story of a lighthouse keeper who finds a message in a bottle.' }],
  seed: 42,
  generation_config: { max_new_tokens: 96, do_sample: true, temperature: 0.8, top_p: 0.95 },
} as const;

/**
 * A commitment that no task of a network can have, since theirs are hashes. A new one each time, because an engine
 * accepts none twice.
 */
function selfTestCommitment(startMs: number): Hex {
  return `0x${Math.floor(startMs).toString(16).padStart(64, '0')}`;
}

/** A first run loads the model, which takes minutes from a slow disk. */
export const SELF_TEST_TIMEOUT_MS = 600_000;

export interface SelfTestOptions {
  readonly engine: Engine;
  readonly engineKind: EngineKind;
  readonly gpu: Pick<DerivedGpu, 'ids'>;
  /** Driver version; on a Mac the system's, which includes the driver. */
  readonly driver: string;
  /** A base model for LLM tasks that is on disk. */
  readonly modelId: string;
  readonly store: SelfTestStore;
  readonly clock: Clock;
  readonly workDir: string;
  readonly signal: AbortSignal;
}

/** The node's state with the engine that is ready now. Rejects if `signal` aborts first. */
export async function currentSelfTest(
  options: SelfTestOptions,
): Promise<{ key: SelfTestKey; state: SelfTestState; lifetime: string }> {
  const { version, lifetime } = await options.engine.ready(options.signal);
  const key: SelfTestKey = {
    cards: [...options.gpu.ids].sort(),
    driver: options.driver,
    engineKind: options.engineKind,
    engineVersion: version,
    modelId: options.modelId,
    reference: REFERENCE.id,
  };
  return { key, state: selfTestState(key, options.store.history()), lifetime };
}

/** Runs the test if it is due. @returns the node's state afterwards */
export async function ensureSelfTested(options: SelfTestOptions): Promise<SelfTestState> {
  const { state } = await currentSelfTest(options);
  return state.kind === 'due' ? await runSelfTest(options) : state;
}

/**
 * Runs the test in any case, for example at the host's request. An interruption (shutdown, a restart of the engine) is
 * no result: the test is then as due as before. Must not run beside a task of the network, whose deadline would suffer.
 */
export async function runSelfTest(options: SelfTestOptions): Promise<SelfTestState> {
  const { engine, store, clock, signal } = options;
  const before = await currentSelfTest(options);
  await mkdir(options.workDir, { recursive: true });
  const outputDir = await mkdtemp(path.join(options.workDir, 'self-test-'));
  try {
    const startMs = clock.now();
    const tookMs = startStopwatch(clock);
    const ended = await engine.execute(
      referenceJob({ modelId: options.modelId, outputDir, startMs, timeLeftMs: () => SELF_TEST_TIMEOUT_MS - tookMs() }),
    );
    const seconds = tookMs() / 1000;
    const outcome = await outcomeOf({ ended, outputDir, seconds });
    const now = engine.state();
    const sameEngine = now.kind !== 'ready' || now.lifetime === before.lifetime;
    if (outcome !== null && sameEngine && !signal.aborted) store.record(before.key, outcome, clock.now());
  } finally {
    await rm(outputDir, { recursive: true, force: true });
  }
  return selfTestState(before.key, store.history());
}

function referenceJob(given: {
  readonly modelId: string;
  readonly outputDir: string;
  readonly startMs: number;
  readonly timeLeftMs: () => number;
}): EngineJob {
  const { type, name, variant } = parseModelId(normaliseModelIdNode(given.modelId));
  const { messages, seed, generation_config } = REFERENCE;
  return {
    commitment: selfTestCommitment(given.startMs),
    type: 'Llm',
    models: [{ id: name, type, variant }],
    taskArgs: JSON.stringify({ model: name, messages, generation_config, seed }),
    outputDir: given.outputDir,
    timeLeftMs: given.timeLeftMs,
  };
}

async function outcomeOf(given: {
  readonly ended: EngineOutcome;
  readonly outputDir: string;
  readonly seconds: number;
}): Promise<SelfTestOutcome | null> {
  const { ended, outputDir, seconds } = given;
  switch (ended.kind) {
    case 'success':
      try {
        return { kind: 'scored', score: textScore([await readFile(path.join(outputDir, '0.json'))]), seconds };
      } catch {
        return { kind: 'failed', detail: 'The engine reported success without a result.' };
      }
    case 'invalid':
    case 'failed':
      return { kind: 'failed', detail: lastLine(ended.traceback) };
    case 'cancelled': {
      const interrupted = ended.reason === 'shutdown' || ended.reason === 'restarted';
      return interrupted ? null : { kind: 'failed', detail: `${ended.reason}: ${ended.detail}` };
    }
  }
}
