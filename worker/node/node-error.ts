import type { NodeView } from '../../contract/worker-channel.ts';
import type { SerialisedError } from '../../protocol/errors.ts';
import { WORKER_ERRORS } from '../errors.ts';
import type { LoopContext } from '../loop/context.ts';
import type { RelayHealth } from '../loop/relay-health.ts';

/** What is wrong with a node, the gravest first; `problem` is why its membership is not as it should be. */
export function nodeError(
  { store, networkClock }: LoopContext,
  { problem, health }: { readonly problem: SerialisedError | null; readonly health: RelayHealth },
): NodeView['error'] {
  const barred = store.settings.get('barred');
  if (barred !== null) {
    const code = barred === 'slashed' ? 'NODE_SLASHED' : 'NODE_KICKED_OUT';
    return { code, message: WORKER_ERRORS[code].meaning, data: {} };
  }
  const unreachable = health.state.kind === 'unreachable' ? health.state.error.serialise() : null;
  const error = problem ?? networkClock.problem()?.serialise() ?? unreachable;
  return error === null ? null : { ...error, data: { ...error.data } };
}
