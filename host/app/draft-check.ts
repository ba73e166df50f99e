/** Checks what would keep a node from starting before it exists: runs the worker's own checks with only the address. */

import type { NetworkPreset } from '../../contract/node-config.ts';
import type { PreflightReport } from '../../contract/preflight.ts';
import type { ProfileDraft } from '../../contract/profiles.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { ChainError } from '../../worker/chain/errors.ts';
import { createSigner } from '../../worker/kit/signer.ts';
import { NetworkClock } from '../../worker/networks/network-clock.ts';
import { RelayClient } from '../../worker/networks/relay/relay-client.ts';
import { RelayNetwork } from '../../worker/networks/relay/relay-network.ts';
import { RelayReader, type TrustNetwork } from '../../worker/networks/relay/relay-reader.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';
import { preflightChain } from '../../worker/preflight/chain-parts.ts';
import { preflightChecks } from '../../worker/preflight/checks.ts';
import type { DoppelgangerFacts } from '../../worker/preflight/doppelganger.ts';
import { compareStakes, NODES_COMPARED, type RelayStakesParts } from '../../worker/preflight/relay-stakes.ts';
import { runPreflight } from '../../worker/preflight/run-preflight.ts';
import { taskChainChecks } from '../../worker/preflight/task-chain-checks.ts';
import { openChainReader, openTaskChainReader } from './chain-reading.ts';

export interface DraftCheckOptions {
  /** Without an engine, the checks of engine and models are left out. */
  readonly draft: Pick<ProfileDraft, 'address' | 'stakeWei'> & Partial<Pick<ProfileDraft, 'engine' | 'modelIds'>>;
  readonly preset: NetworkPreset;
  /** Where its files would be stored. */
  readonly dataDir: string;
  /** Whether a profile of this machine has this key on this network; then it is expected to be active there. */
  readonly isOurs: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly proxies?: ProxyPolicy | undefined;
}

export async function checkDraft(options: DraftCheckOptions): Promise<PreflightReport> {
  const { draft, preset, dataDir, isOurs, clock, random, proxies } = options;
  // Reading from the relay needs no signature of the node, so a random key will do.
  const client = new RelayClient({
    relayUrl: preset.relayUrl,
    signer: createSigner(bytesToHex(random.bytes(32))),
    clock: new NetworkClock(clock),
    proxies,
  });
  const relay = new RelayNetwork(client);
  const reader = new RelayReader(client);
  const chain =
    preset.chain === undefined ? null : openChainReader({ preset: preset.chain, address: draft.address, clock, random, proxies });
  const taskChain =
    preset.taskChain === undefined
      ? null
      : openTaskChainReader({ preset: preset.taskChain, address: draft.address, clock, random, proxies });
  const targetWei = BigInt(draft.stakeWei);
  const known = () => reader.stakesOn(preset.network, NODES_COMPARED);
  const stakeOf: RelayStakesParts['stakeOf'] = (node) => {
    if (chain === null) throw new ChainError('CHAIN_BAD_ARGUMENT', 'this network has no chain');
    return chain.staking.stake(node);
  };
  const delegatedTo: RelayStakesParts['delegatedTo'] = async (node) => (await chain?.delegatedStaking.totalWei(node)) ?? 0n;
  try {
    return await runPreflight({
      clock,
      checks: preflightChecks({
        clock,
        relayNow: () => relay.now(),
        chain:
          chain === null || preset.chain === undefined
            ? null
            : preflightChain({
                client: chain,
                preset: preset.chain,
                targetWei,
                relayStakes: () => compareStakes({ known, stakeOf, delegatedTo }),
              }),
        more: taskChain === null ? [] : taskChainChecks({ taskChain, targetWei, minimumWei: preset.minStakeWei }),
        engine: draft.engine === undefined ? null : { kind: draft.engine.kind, accepted: preset.acceptedEngines },
        // Missing models can still be downloaded once the node exists.
        models: async () => ({ configured: draft.modelIds ?? [], missing: [] }),
        disk: { path: dataDir },
        doppelganger: () =>
          doppelgangerFacts({ reader: taskChain === null ? reader : membersOf(taskChain), address: draft.address, isOurs }),
      }),
    });
  } finally {
    await Promise.all([client.close(), chain?.close(), taskChain?.close()]);
  }
}

/** On networks whose contracts record the members, the relay does not know them. */
function membersOf({ contracts }: ReturnType<typeof openTaskChainReader>): Pick<TrustNetwork, 'presence'> {
  return {
    presence: async (address) => ({ address, status: (await contracts.nodeInfo(address as Hex)).status, version: null }),
  };
}

export async function doppelgangerFacts(options: {
  readonly reader: Pick<TrustNetwork, 'presence'>;
  readonly address: string;
  readonly isOurs: boolean;
}): Promise<DoppelgangerFacts> {
  const { reader, address, isOurs } = options;
  return {
    // Not the list of nodes, which keeps every node that ever joined: a key that left properly may come back from
    // anywhere.
    status: (await reader.presence(address)).status,
    // A profile's own records know more, and its node checks them before it joins.
    joinedAfterEvent: isOurs ? 0 : null,
    ownJoinSeen: isOurs,
    newEvents: [],
    hasVerdict: () => false,
    confirmedAlone: false,
  };
}
