import type { NodeConfig } from '../../contract/node-config.ts';
import { WorkerError } from '../kit/errors.ts';

/**
 * Law 7, at the start: the program does not even start an engine that the network does not accept.
 * @throws WorkerError ENGINE_NOT_ACCEPTED
 */
export function assertEngineAccepted({ engine, network }: Pick<NodeConfig, 'engine' | 'network'>): true {
  if (network.acceptedEngines.includes(engine.kind)) return true;
  const accepted = network.acceptedEngines.join(', ');
  throw new WorkerError('ENGINE_NOT_ACCEPTED', `${network.title} accepts ${accepted}, not the ${engine.kind} engine`, {
    engine: engine.kind,
    accepted: [...network.acceptedEngines],
  });
}
