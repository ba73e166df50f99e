/** What the network reports about this node and itself, beyond what the task loop needs. Read-only. */
import { z } from 'zod';
import type { GroupMember } from '../../../contract/trust.ts';
import type { Hex } from '../../../protocol/hex.ts';
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
import { type NetworkRules, RELAY_RULES } from '../network-rules.ts';
import { isUnknownRoute } from './refusals.ts';
import { RelayClient, type RelayConnection } from './relay-client.ts';
import type { RelayRequest } from './transport.ts';

/** The network has no such route. */
export type Unsupported = 'unsupported';

/** Every method makes one attempt (a paged one: one per page) and rejects like those of `TaskNetwork`. */
export interface TrustNetwork {
  readonly rules: NetworkRules;
  readonly address: Hex;
  nodeInfo(): Promise<NodeInfo>;
  qosTracing(): Promise<QosTracing | Unsupported>;
  /** Events of one task, whoever has it. */
  eventsOfTask(commitment: string): Promise<readonly RelayEvent[]>;
  /** Events of this node after an ID; at most `limit`. */
  eventsAfter(id: number, limit: number): Promise<readonly RelayEvent[]>;
  /** All events with an ID near this one. */
  eventsAround(id: number, distance: number): Promise<readonly RelayEvent[]>;
  /** The current status of any node. A node that the relay does not know counts as one that has quit. */
  presence(address: string): Promise<NodePresence>;
  /** Every node that has ever joined, including those that left; `complete` is false if there are more than requested. */
  publicNodes(): Promise<{ readonly nodes: readonly PublicNode[]; readonly complete: boolean }>;
  queuedTasks(): Promise<number>;
  loadedModels(): Promise<readonly LoadedModel[] | Unsupported>;
  /** The contracts' data about this node's quality; only for a network on a chain. */
  qosPoints?(): Promise<QosPoints>;
  /** The group of this node's invalidated task; only for a network on a chain. Null = not found. */
  groupOf?(commitment: string): Promise<readonly GroupMember[] | null>;
}

/** Sums kept by a contract, without a history. */
export interface QosPoints {
  /** Average of all tasks. */
  readonly average: number;
  /** Sum of the last tasks, at most three, and the number of tasks since the last kick-out. */
  readonly recent: number;
  readonly recentTasks: number;
}

/** GET /v2/network/nodes/data: a node's network and stake. */
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

export class RelayReader implements TrustNetwork {
  readonly rules = RELAY_RULES;
  readonly #relay: RelayClient;

  /** @param relay parameters for a new connection, or a client to share; `close` closes it */
  constructor(relay: RelayConnection | RelayClient) {
    this.#relay = RelayClient.from(relay);
  }

  get address(): Hex {
    return this.#relay.address;
  }

  nodeInfo(): Promise<NodeInfo> {
    return this.#relay.ownNode(nodeInfoSchema);
  }

  qosTracing(): Promise<QosTracing | Unsupported> {
    const { address } = this;
    return supported(this.#relay.signedData(qosTracingSchema, { path: `/v2/node/${address}/qos/tracing` }, { address }));
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
      // Nodes come and go between pages; one that is listed twice counts once.
      for (const node of found) nodes.set(node.address.toLowerCase(), node);
      if (found.length < PUBLIC_NODES_PAGE) return { nodes: [...nodes.values()], complete: true };
    }
    return { nodes: [...nodes.values()], complete: false };
  }

  /** Some nodes that the relay currently counts on a network, with the stake it knows for each. */
  async stakesOn(network: string, most: number): Promise<readonly KnownStake[] | Unsupported> {
    const rows = await supported(
      this.#get(knownStakesSchema, '/v2/network/nodes/data', { page: 1, page_size: PUBLIC_NODES_PAGE }),
    );
    if (rows === 'unsupported') return rows;
    const found: KnownStake[] = [];
    // The list includes nodes that have left; those with a weight are more likely to be present.
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
    return this.#relay.close();
  }

  /** The second version also has weights; a relay may have only the first. */
  async #publicPage(page: number): Promise<readonly PublicNode[]> {
    const query = { page: page + 1, page_size: PUBLIC_NODES_PAGE };
    const found = await supported(this.#get(publicNodesSchema, '/v2/network/nodes/data', query));
    if (found !== 'unsupported') return found;
    const legacy = { start: page * PUBLIC_NODES_PAGE, total: PUBLIC_NODES_PAGE };
    return this.#get(publicNodesSchema, '/v1/network/nodes/data', legacy);
  }

  /** An invalid row does not hide others. */
  async #events(query: NonNullable<RelayRequest['query']>): Promise<readonly RelayEvent[]> {
    const rows = await this.#relay.events(query);
    return rows.flatMap((row) => relayEventSchema.safeParse(row).data ?? []);
  }

  #get<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    query: NonNullable<RelayRequest['query']> = {},
  ): Promise<z.output<Schema>> {
    return this.#relay.data(schema, { method: 'GET', path, query });
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
