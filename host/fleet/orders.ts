/**
 * Orders from another program to a node of this one. What would need a person's confirmation is refused and has to be
 * done here.
 */
import { type FleetOrder, ordersOf } from '../../contract/fleet.ts';
import { createNodeClient } from '../../contract/rpc-client.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';
import { nodeTruth } from '../../contract/truth/node-truth.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Log } from '../../worker/log.ts';
import type { NodeRunner } from '../app/node-runner.ts';
import type { ProfileViews } from '../app/profile-views.ts';
import type { StakePermissions } from '../app/stake-permissions.ts';
import { HostError } from '../errors.ts';
import type { ProfileStore } from '../profiles/profiles.ts';

export interface FleetOrdersParts {
  readonly profiles: Pick<ProfileStore, 'get'>;
  readonly views: Pick<ProfileViews, 'view'>;
  readonly nodes: Pick<NodeRunner, 'start' | 'stop'>;
  readonly stakePermissions: Pick<StakePermissions, 'check'>;
  /** Connects to the node's own process with the operator role; null = it is not running. */
  readonly connectNode: (profileId: string) => RpcPort | null;
  readonly clock: Clock;
  readonly log: Log;
}

export type GiveOrder = (target: { readonly node: string; readonly order: FleetOrder }) => Promise<void>;

/**
 * Resolves when the order has been accepted, not when it has been carried out: a drain ends with the node's task.
 * @throws HostError PROFILE_UNKNOWN, FLEET_ORDER_UNFIT, PROFILE_STAKE_NOT_ALLOWED; ContractError ACT_NOT_CONFIRMED
 */
export function createGiveOrder(parts: FleetOrdersParts): GiveOrder {
  const { profiles, views, nodes, stakePermissions, connectNode, clock, log } = parts;

  async function tellNode(node: string, act: 'pause' | 'resume'): Promise<void> {
    const port = connectNode(node);
    if (port === null) throw new HostError('FLEET_ORDER_UNFIT', `${node} is not running`, { node, order: act, life: 'stopped' });
    try {
      await createNodeClient(port).node[act]({});
    } finally {
      port.close();
    }
  }

  return async ({ node, order }) => {
    const profile = profiles.get(node);
    const truth = nodeTruth({ ...views.view(profile), nowMs: clock.now() });
    if (!ordersOf(truth).includes(order)) {
      throw new HostError('FLEET_ORDER_UNFIT', `${node} is ${truth.life}; ${order} does not apply`, {
        node,
        order,
        life: truth.life,
      });
    }
    log.info({ profile: node, order }, 'an order of the fleet');
    if (order === 'drain') {
      nodes.stop(node).catch((error: unknown) => log.warn({ err: error, profile: node }, 'a node was not drained'));
    } else if (order === 'resume' && truth.life === 'stopped') {
      // Stakes nothing that a person at this program has not confirmed.
      await stakePermissions.check(profile);
      await nodes.start(node);
    } else await tellNode(node, order);
  };
}
