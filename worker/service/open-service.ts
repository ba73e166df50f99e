/** The procedures of an opened node. */

import { readInventory } from '../gpu/machine-inventory.ts';
import { createMoneyService } from '../money/money-service.ts';
import type { NodeParts } from '../node/node-parts.ts';
import { createNodeService, type NodeService, type NodeServiceOptions } from './node-service.ts';
import type { ServiceParts } from './parts.ts';

export function openNodeService(
  parts: NodeParts,
  options: Pick<NodeServiceOptions, 'withoutKey' | 'ask' | 'drained'>,
): NodeService {
  const onUnexpected = (error: unknown) => parts.log.error({ err: error }, 'a procedure failed');
  return createNodeService({ ...options, parts: servicePartsOf(parts), onUnexpected });
}

function servicePartsOf({ config, gpu, clock, money, ...parts }: NodeParts): ServiceParts {
  const smi = config.gpu.kind === 'nvidia' ? config.gpu.nvidiaSmi : undefined;
  const options = { clock, claimsDir: null, ...(smi === undefined ? {} : { nvidiaSmi: smi }) };
  return {
    ...parts,
    dataDir: config.dataDir,
    money: createMoneyService(money),
    cards: {
      inventory: async () => (await readInventory(options)).inventory,
      history: (query) => gpu.history(query),
      energy: (span) => gpu.energy(span),
    },
  };
}
