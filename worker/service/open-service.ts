/** Opens the procedures of an opened node. */

import { accountsOf } from '../money/money.ts';
import { createMoneyService } from '../money/money-service.ts';
import type { NodeParts } from '../node/node-parts.ts';
import { MetricsService } from './metrics-service.ts';
import { createNodeService, type NodeService, type NodeServiceOptions } from './node-service.ts';

export function openNodeService(
  parts: NodeParts,
  options: Pick<NodeServiceOptions, 'withoutKey' | 'ask' | 'drained'>,
): NodeService {
  const onUnexpected = (error: unknown) => parts.log.error({ err: error }, 'a procedure failed');
  const { money, config } = parts;
  const service = {
    ledger: money.ledger,
    money: createMoneyService(money),
    metrics: createMetrics(parts),
    dataDir: config.dataDir,
  };
  return createNodeService({ ...options, parts: { ...parts, ...service }, onUnexpected });
}

function createMetrics(parts: NodeParts): MetricsService {
  const { store, money, keeper, clock, networkClock, traffic, machine } = parts;
  const own = () => {
    const { user, system } = process.cpuUsage();
    return {
      clockSkewSeconds: networkClock.distanceSeconds,
      relay: traffic.relay.view(),
      chain: traffic.chain?.view() ?? null,
      engine: machine().engine,
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
    };
  };
  return new MetricsService({ store, ledger: money.ledger, accounts: accountsOf(money.mode), keeper, clock, process: own });
}
