/** The checks before a start, made from a node's parts. */
import type { NodeConfig } from '../../contract/node-config.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { ChainClient } from '../chain/chain-client.ts';
import { Clearance } from '../life/clearance.ts';
import type { TaskChain } from '../networks/chain/open-task-chain.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import { preflightChain } from '../preflight/chain-parts.ts';
import { preflightChecks } from '../preflight/checks.ts';
import { doppelgangerFacts } from '../preflight/join-claim.ts';
import { runPreflight } from '../preflight/run-preflight.ts';
import { taskChainChecks } from '../preflight/task-chain-checks.ts';
import type { Store } from '../store/store.ts';
import type { OfferedModels } from './node-models.ts';

export interface ClearanceParts {
  readonly config: NodeConfig;
  readonly ports: { readonly clock: Clock };
  readonly confirmedAlone: boolean;
  readonly store: Store;
  readonly reader: TrustNetwork;
  readonly chain: ChainClient | null;
  /** Null if a relay assigns the tasks. */
  readonly taskChain: TaskChain | null;
  readonly relayNow: () => Promise<number>;
  readonly relayStakes: () => Promise<'seen' | 'unknown'>;
  readonly offered: Pick<OfferedModels, 'missing'>;
}

export function nodeClearance(parts: ClearanceParts): Clearance {
  const { config, ports, store, reader, chain, taskChain, relayStakes, relayNow, offered } = parts;
  const { clock } = ports;
  const preset = config.network.chain;
  const check = (confirmedAlone: boolean) =>
    runPreflight({
      clock,
      checks: preflightChecks({
        clock,
        relayNow,
        chain:
          chain === null || preset === undefined
            ? null
            : preflightChain({ client: chain, preset, targetWei: config.stakeWei, relayStakes }),
        more:
          taskChain === null
            ? []
            : taskChainChecks({ taskChain, targetWei: config.stakeWei, minimumWei: config.network.minStakeWei }),
        engine: { kind: config.engine.kind, accepted: config.network.acceptedEngines },
        models: async () => ({ configured: config.modelIds, missing: await offered.missing() }),
        disk: { path: config.dataDir },
        doppelganger: () => doppelgangerFacts({ store, network: reader, confirmedAlone }),
      }),
    });
  return new Clearance({ check: ({ confirmedAlone }) => check(confirmedAlone), confirmedAlone: parts.confirmedAlone, clock });
}
