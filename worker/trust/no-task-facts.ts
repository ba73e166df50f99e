/** The facts about why a node gets no tasks, and how they are gathered. */
import type { NetworkMode } from '../../contract/node-config.ts';
import type { NoTaskCondition, QosExplanation } from '../../contract/standing.ts';
import { collapseWhitespace } from '../../protocol/node/gpu-name.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import type { PublicNode } from '../../protocol/wire/public-network.ts';
import type { EngineState } from '../engines/engine.ts';
import type { NodeStateKind } from '../life/node-state.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import { explainQos } from './qos-explanation.ts';

export interface LocalNodeFacts {
  readonly node: NodeStateKind;
  /** Codes of the reasons why the node is paused because of the cards (schedule, heat, other programs, self-test). */
  readonly guards: readonly string[];
  readonly engine: EngineState['kind'];
  readonly engineAccepted: boolean;
  readonly relay: 'unknown' | 'reachable' | 'unreachable';
}

export interface NodeNamePolicy {
  readonly minimumNodeNameNumber: number;
  /** False: the relay's default is assumed, because it does not publish its own. */
  readonly known: boolean;
}

type AnswerOf<Method extends keyof TrustNetwork> = TrustNetwork[Method] extends () => Promise<infer Value> ? Value | null : never;

/** A node that is currently in the network, as far as it was queried. */
interface PresentNode extends PublicNode {
  /** Engine version; null = not queried, or not reported. */
  readonly version?: string | null;
}

/** Null = could not be read. */
export interface NoTaskFacts {
  readonly nowMs: number;
  readonly mode: NetworkMode;
  readonly local: LocalNodeFacts;
  readonly policy: NodeNamePolicy;
  readonly info: AnswerOf<'nodeInfo'>;
  readonly qos: QosExplanation | null;
  readonly publicNodes: { readonly nodes: readonly PresentNode[]; readonly complete: boolean } | null;
  readonly queued: AnswerOf<'queuedTasks'>;
  readonly models: AnswerOf<'loadedModels'>;
  /** Current engine versions of the nodes that were queried. */
  readonly versions: readonly string[] | null;
}

export interface NoTaskInquiry {
  readonly network: TrustNetwork;
  readonly local: LocalNodeFacts;
  readonly policy: NodeNamePolicy;
  /** The network's time. */
  readonly nowMs: number;
}

/** How many nodes are queried at most: first those with this node's card, then by weight. */
const MAX_QUERIED = 32;

/** Reads everything at once; a failed part is unknown and does not affect the rest. */
export async function gatherNoTaskFacts(inquiry: NoTaskInquiry): Promise<NoTaskFacts> {
  const { network, local, policy, nowMs } = inquiry;
  const orNull = <Value>(answer: Promise<Value>) => answer.catch(() => null);
  const [info, tracing, listed, queued, models] = await Promise.all([
    orNull(network.nodeInfo()),
    orNull(network.qosTracing()),
    orNull(network.publicNodes()),
    orNull(network.queuedTasks()),
    orNull(network.loadedModels()),
  ]);
  const qos = info === null && tracing === null ? null : explainQos({ tracing: tracing ?? 'unsupported', info, nowMs });
  const present = listed === null || info === null ? null : await queryPresence(network, listed.nodes, info);
  const publicNodes = listed === null ? null : { nodes: present?.nodes ?? listed.nodes, complete: listed.complete };
  return {
    nowMs,
    mode: network.rules.mode,
    local,
    policy,
    info,
    qos,
    publicNodes,
    queued,
    models,
    versions: present?.versions ?? null,
  };
}

/** The public list is never pruned: this removes nodes that have left, as far as there are few enough to query. */
async function queryPresence(
  network: Pick<TrustNetwork, 'presence'>,
  listed: readonly PublicNode[],
  info: NonNullable<AnswerOf<'nodeInfo'>>,
): Promise<{ nodes: readonly PresentNode[]; versions: readonly string[] | null }> {
  const others = listed.filter((node) => !sameAddress(node.address, info.address));
  const queried = others
    .toSorted((a, b) => Number(sameCard(b, info)) - Number(sameCard(a, info)) || (b.weight ?? 0) - (a.weight ?? 0))
    .slice(0, MAX_QUERIED);
  const answers = await Promise.all(queried.map(({ address }) => network.presence(address).catch(() => null)));
  const presences = new Map(queried.flatMap(({ address }, i) => (answers[i] ? [[address, answers[i]] as const] : [])));
  const nodes = listed.flatMap((node): PresentNode[] => {
    const presence = presences.get(node.address);
    if (presence === undefined) return [node];
    return presence.status === 'Quit' ? [] : [{ ...node, version: presence.version }];
  });
  const versions = new Set(nodes.flatMap(({ version }) => version ?? []));
  return { nodes, versions: presences.size === 0 && queried.length > 0 ? null : [...versions].toSorted() };
}

/** A condition; omitted fields are empty. */
export function condition(
  given: Pick<NoTaskCondition, 'id' | 'verdict' | 'code' | 'source'> & Partial<Pick<NoTaskCondition, 'params' | 'change'>>,
): NoTaskCondition {
  return { params: {}, change: null, ...given };
}

type Card = Pick<PublicNode, 'gpuName' | 'gpuVramGib'>;

/** The relay counts the nodes with the same card by name and memory. */
export function sameCard(a: Card, b: Card): boolean {
  return a.gpuVramGib === b.gpuVramGib && collapseWhitespace(a.gpuName) === collapseWhitespace(b.gpuName);
}
