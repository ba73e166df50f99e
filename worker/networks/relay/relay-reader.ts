/** What the network tells about this node and about itself, beyond what the task loop needs. Reads only. */
import { z } from 'zod';
import type { GroupMember } from '../../../contract/trust.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { signRequest } from '../../../protocol/signing/request-signature.ts';
import { type RelayEvent, relayEventSchema } from '../../../protocol/wire/event.ts';
import { addressField, goArray, uintField, weiField } from '../../../protocol/wire/fields.ts';
import { type NodeInfo, type NodePresence, nodeInfoSchema, nodePresenceSchema } from '../../../protocol/wire/node.ts';
import {
  type LoadedModel,
  loadedModelsSchema,
  PUBLIC_NODES_PAGE,
  type PublicNode,
  publicNodesSchema,
} from '../../../protocol/wire/public-network.ts';
import { type QosTracing, qosTracingSchema } from '../../../protocol/wire/qos-tracing.ts';
import type { ProxyPolicy } from '../../outbound/proxy-policy.ts';
import type { NetworkClock } from '../network-clock.ts';
import { isUnknownRoute } from './refusals.ts';
import { DEFAULT_LIMITS, type RelayRequest, RelayTransport, type TransportLimits } from './transport.ts';

/** The network has no such route. */
export type Unsupported = 'unsupported';

/** Every method is one attempt (a paged one: one per page) and rejects as those of `TaskNetwork` do. */
export interface TrustNetwork {
  /** Who judges: a relay, or contracts. */
  readonly mode: 'relay' | 'chain';
  readonly address: Hex;
  nodeInfo(): Promise<NodeInfo>;
  qosTracing(): Promise<QosTracing | Unsupported>;
  /** Events of one task, anybody's. */
  eventsOfTask(commitment: string): Promise<readonly RelayEvent[]>;
  /** Events of this node after an id; at most `limit`. */
  eventsAfter(id: number, limit: number): Promise<readonly RelayEvent[]>;
  /** All events with an id near this one. */
  eventsAround(id: number, distance: number): Promise<readonly RelayEvent[]>;
  /** What any node is now. One that the relay does not know is a node that has quit. */
  presence(address: string): Promise<NodePresence>;
  /** Every node that ever joined, those that left included; `complete` is false when there are more than were asked for. */
  publicNodes(): Promise<{ readonly nodes: readonly PublicNode[]; readonly complete: boolean }>;
  queuedTasks(): Promise<number>;
  loadedModels(): Promise<readonly LoadedModel[] | Unsupported>;
  /** What the contracts know of this node's quality; of a network on a chain only. */
  qosPoints?(): Promise<QosPoints>;
  /** The group of a task of this node that was invalidated; of a network on a chain only. Null = not to be found. */
  groupOf?(commitment: string): Promise<readonly GroupMember[] | null>;
}

/** Sums of a contract, which keeps no history. */
export interface QosPoints {
  /** Average of all tasks that there were. */
  readonly average: number;
  /** Of the last tasks, three at most, and how many tasks there were since the last kick-out. */
  readonly recent: number;
  readonly recentTasks: number;
}

/** GET /v2/network/nodes/data: where a node is and what it has staked. */
const knownStakesSchema = goArray(
  z
    .object({ address: addressField, network: z.string(), staking: weiField, prob_weight: z.number().nullish() })
    .transform((row) => ({
      address: row.address,
      network: row.network,
      stakeWei: row.staking,
      weight: row.prob_weight ?? 0,
    })),
);
export type KnownStake = z.output<typeof knownStakesSchema>[number];
const MAX_PAGES = 20;
const EVENTS_OF_TASK = 50;

export interface RelayReaderOptions {
  readonly relayUrl: string;
  readonly privateKey: Hex;
  readonly clock: NetworkClock;
  readonly limits?: TransportLimits;
  /** Left out: as the environment says. */
  readonly proxies?: ProxyPolicy | undefined;
}

export class RelayReader implements TrustNetwork {
  readonly mode = 'relay';
  readonly address: Hex;
  readonly #privateKey: Hex;
  readonly #clock: NetworkClock;
  readonly #transport: RelayTransport;

  constructor({ relayUrl, privateKey, clock, limits = DEFAULT_LIMITS, proxies }: RelayReaderOptions) {
    this.address = addressOf(privateKey);
    this.#privateKey = privateKey;
    this.#clock = clock;
    this.#transport = new RelayTransport(relayUrl, limits, proxies);
  }

  async nodeInfo(): Promise<NodeInfo> {
    return this.#get(nodeInfoSchema, `/v2/node/${this.address}`, await this.#signed());
  }

  async qosTracing(): Promise<QosTracing | Unsupported> {
    return supported(this.#get(qosTracingSchema, `/v2/node/${this.address}/qos/tracing`, await this.#signed()));
  }

  eventsOfTask(commitment: string): Promise<readonly RelayEvent[]> {
    return this.#events({ start: 0, limit: EVENTS_OF_TASK, task_id_commitment: commitment });
  }

  eventsAfter(id: number, limit: number): Promise<readonly RelayEvent[]> {
    return this.#events({ start: id, limit, node_address: this.address });
  }

  eventsAround(id: number, distance: number): Promise<readonly RelayEvent[]> {
    return this.#events({ start: Math.max(0, id - distance - 1), limit: 2 * distance + 1 });
  }

  presence(address: string): Promise<NodePresence> {
    return this.#get(nodePresenceSchema, `/v1/node/${address}`);
  }

  async publicNodes(): Promise<{ nodes: readonly PublicNode[]; complete: boolean }> {
    const nodes = new Map<string, PublicNode>();
    for (let page = 0; page < MAX_PAGES; page++) {
      const found = await this.#publicPage(page);
      // Nodes come and go between pages; one that is listed twice is still one.
      for (const node of found) nodes.set(node.address.toLowerCase(), node);
      if (found.length < PUBLIC_NODES_PAGE) return { nodes: [...nodes.values()], complete: true };
    }
    return { nodes: [...nodes.values()], complete: false };
  }

  /** Some nodes that the relay counts on a network at present, with the stake that it knows of each. */
  async stakesOn(network: string, most: number): Promise<readonly KnownStake[] | Unsupported> {
    const rows = await supported(
      this.#get(knownStakesSchema, '/v2/network/nodes/data', { page: 1, page_size: PUBLIC_NODES_PAGE }),
    );
    if (rows === 'unsupported') return rows;
    const found: KnownStake[] = [];
    // The list keeps nodes that have left; whoever has a weight is likelier to be there.
    const candidates = rows.filter((row) => row.network === network && row.stakeWei > 0n).toSorted((a, b) => b.weight - a.weight);
    for (const row of candidates.slice(0, 4 * most)) {
      if (found.length === most) break;
      if ((await this.presence(row.address)).status !== 'Quit') found.push(row);
    }
    return found;
  }

  queuedTasks(): Promise<number> {
    return this.#get(uintField, '/v1/stats/queue/count');
  }

  loadedModels(): Promise<readonly LoadedModel[] | Unsupported> {
    return supported(this.#get(loadedModelsSchema, '/v2/loaded-models'));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** The second version tells weights too; a relay may have only the first. */
  async #publicPage(page: number): Promise<readonly PublicNode[]> {
    const query = { page: page + 1, page_size: PUBLIC_NODES_PAGE };
    const found = await supported(this.#get(publicNodesSchema, '/v2/network/nodes/data', query));
    if (found !== 'unsupported') return found;
    const legacy = { start: page * PUBLIC_NODES_PAGE, total: PUBLIC_NODES_PAGE };
    return this.#get(publicNodesSchema, '/v1/network/nodes/data', legacy);
  }

  /** A row that makes no sense hides no other one. */
  async #events(query: Readonly<Record<string, string | number>>): Promise<readonly RelayEvent[]> {
    const rows = await this.#get(goArray(z.unknown()), '/v1/events', query);
    return rows.flatMap((row) => relayEventSchema.safeParse(row).data ?? []);
  }

  #get<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    query: NonNullable<RelayRequest['query']> = {},
  ): Promise<z.output<Schema>> {
    return this.#transport.data(schema, { method: 'GET', path, query });
  }

  async #signed(): Promise<{ timestamp: number; signature: string }> {
    await this.#clock.settle();
    const timestamp = this.#clock.timestamp();
    const payload = { address: this.address };
    return { timestamp, signature: signRequest({ payload, timestamp, privateKey: this.#privateKey }) };
  }
}

async function supported<Value>(answer: Promise<Value>): Promise<Value | Unsupported> {
  try {
    return await answer;
  } catch (error) {
    if (isUnknownRoute(error)) return 'unsupported';
    throw error;
  }
}
