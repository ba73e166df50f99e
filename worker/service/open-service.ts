/** Opens the procedures of an opened node. */

import { readInventory } from '../gpu/machine-inventory.ts';
import { accountsOf } from '../money/money.ts';
import { createMoneyService } from '../money/money-service.ts';
import type { NodeParts } from '../node/node-parts.ts';
import { MetricsService } from './metrics-service.ts';
import { createNodeService, type NodeService, type NodeServiceOptions } from './node-service.ts';
import type { ServiceParts } from './parts.ts';

export function openNodeService(
  parts: NodeParts,
  options: Pick<NodeServiceOptions, 'withoutKey' | 'ask' | 'drained'>,
): NodeService {
  const onUnexpected = (error: unknown) => parts.log.error({ err: error }, 'a procedure failed');
  return createNodeService({ ...options, parts: servicePartsOf(parts), onUnexpected });
}

function metricsOf(parts: NodeParts): MetricsService {
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

function servicePartsOf(all: NodeParts): ServiceParts {
  const { config, gpu, clock, money, ...parts } = all;
  const smi = config.gpu.kind === 'nvidia' ? config.gpu.nvidiaSmi : undefined;
  const options = { clock, claimsDir: null, ...(smi === undefined ? {} : { nvidiaSmi: smi }) };
  return {
    ...parts,
    dataDir: config.dataDir,
    money: createMoneyService(money),
    metrics: metricsOf(all),
    cards: {
      inventory: async () => (await readInventory(options)).inventory,
      history: (query) => gpu.history(query),
      energy: (span) => gpu.energy(span),
    },
  };
}
