import type { NodeView } from '../../contract/worker-channel.ts';
import type { SerialisedError } from '../../protocol/errors.ts';
import type { EngineState } from '../engines/engine.ts';
import { EngineError } from '../engines/errors.ts';
import { reasonFrom } from '../engines/last-words.ts';
import { WORKER_ERRORS } from '../kit/errors.ts';
import type { LoopContext } from '../loop/context.ts';
import type { RelayHealth } from '../loop/relay-health.ts';

export interface ErrorSources {
  readonly problem: SerialisedError | null;
  readonly engine: SerialisedError | null;
  readonly health: RelayHealth;
}

/**
 * The error from the end of the engine's program until it is ready again or no longer needed; `known` is the previous
 * error.
 */
export function engineError(state: EngineState, known: SerialisedError | null): SerialisedError | null {
  if (state.kind === 'starting') return known;
  if (state.kind !== 'backoff') return null;
  const { lastExit, lastWords, attempt } = state;
  const reason = reasonFrom(lastWords);
  const text = `the engine ended (${lastExit})${reason === '' ? '' : `: ${reason}`}; it is started again`;
  return new EngineError('ENGINE_AWAY', text, { lastExit, attempt, lastWords }).serialise();
}

/** A node's most serious error; `problem` is why its membership is not as it should be. */
export function nodeError({ store, networkClock }: LoopContext, { problem, engine, health }: ErrorSources): NodeView['error'] {
  const barred = store.settings.get('barred');
  if (barred !== null) {
    const code = barred === 'slashed' ? 'NODE_SLASHED' : 'NODE_KICKED_OUT';
    return { code, message: WORKER_ERRORS[code].meaning, data: {} };
  }
  const unreachable = health.state.kind === 'unreachable' ? health.state.error.serialise() : null;
  const error = problem ?? networkClock.problem()?.serialise() ?? engine ?? unreachable;
  return error === null ? null : { ...error, data: { ...error.data } };
}
