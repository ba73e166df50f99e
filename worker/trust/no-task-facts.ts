/** What there is to know when a node gets no tasks, and how it is gathered. */
import type { QosExplanation } from '../../contract/standing.ts';
import type { EngineState } from '../engines/engine.ts';
import type { NodeStateKind } from '../node/node-state.ts';
import { explainQos } from './qos-explanation.ts';
import type { TrustNetwork } from './relay-reader.ts';

export interface LocalNodeFacts {
  readonly node: NodeStateKind;
  /** Codes of what keeps the node paused for the cards' sake (schedule, heat, other programs, self-test). */
  readonly guards: readonly string[];
  readonly engine: EngineState['kind'];
  readonly engineAccepted: boolean;
  readonly relay: 'unknown' | 'reachable' | 'unreachable';
}

export interface NodeNamePolicy {
  readonly minimumNodeNameNumber: number;
  /** False: the relay's default is assumed, for it does not tell its own. */
  readonly known: boolean;
}

type Told<Method extends keyof TrustNetwork> = TrustNetwork[Method] extends () => Promise<infer Value> ? Value | null : never;

/** Null = could not be read. */
export interface NoTaskFacts {
  readonly nowMs: number;
  readonly local: LocalNodeFacts;
  readonly policy: NodeNamePolicy;
  readonly info: Told<'nodeInfo'>;
  readonly qos: QosExplanation | null;
  readonly publicNodes: Told<'publicNodes'>;
  readonly queued: Told<'queuedTasks'>;
  readonly models: Told<'loadedModels'>;
  readonly versions: Told<'versions'>;
}

export interface NoTaskInquiry {
  readonly network: TrustNetwork;
  readonly local: LocalNodeFacts;
  readonly policy: NodeNamePolicy;
  /** The network's time. */
  readonly nowMs: number;
}

/** Reads everything at once; what fails is unknown and keeps nothing else from being told. */
export async function gatherNoTaskFacts(inquiry: NoTaskInquiry): Promise<NoTaskFacts> {
  const { network, local, policy, nowMs } = inquiry;
  const orNull = <Value>(answer: Promise<Value>) => answer.catch(() => null);
  const [info, tracing, publicNodes, queued, models, versions] = await Promise.all([
    orNull(network.nodeInfo()),
    orNull(network.qosTracing()),
    orNull(network.publicNodes()),
    orNull(network.queuedTasks()),
    orNull(network.loadedModels()),
    orNull(network.versions()),
  ]);
  const qos = info === null && tracing === null ? null : explainQos({ tracing: tracing ?? 'unsupported', info, nowMs });
  return { nowMs, local, policy, info, qos, publicNodes, queued, models, versions };
}
