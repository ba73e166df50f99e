/** A local network of either mode, as its program runs it. */
import { z } from 'zod';
import { createApplication } from './application/application.ts';
import { startChainDevnet } from './chain-mode/chain-devnet.ts';
import { chainDevnetConfigSchema } from './chain-mode/chain-devnet-config.ts';
import { chainWorkload } from './chain-mode/chain-workload.ts';
import { type Devnet, type DevnetDeps, devnetConfigSchema, startDevnet } from './devnet.ts';
import { type NetworkView, relayView } from './network-view.ts';
import type { Peer } from './peers/peer.ts';
import { WORKLOAD_KEY, WORKLOAD_POLL_MS, type WorkloadNetwork } from './workload.ts';

const relayConfigSchema = devnetConfigSchema.extend({ mode: z.literal('relay') });
type AnyDevnetConfigInput = z.input<typeof devnetConfigSchema> | z.input<typeof chainDevnetConfigSchema>;
type AnyDevnetConfigOutput = z.output<typeof relayConfigSchema> | z.output<typeof chainDevnetConfigSchema>;

/** A configuration without a mode is for a network whose relay has the tasks. */
export const anyDevnetConfigSchema = z.preprocess(
  (config) => (typeof config === 'object' && config !== null && !('mode' in config) ? { ...config, mode: 'relay' } : config),
  z.discriminatedUnion('mode', [relayConfigSchema, chainDevnetConfigSchema]),
) as z.ZodType<AnyDevnetConfigOutput, AnyDevnetConfigInput>;
export type AnyDevnetConfig = z.output<typeof anyDevnetConfigSchema>;

export interface AnyDevnet extends Pick<Devnet, 'relayUrl' | 'network' | 'peers' | 'fund' | 'stop'> {
  readonly view: NetworkView;
  readonly workload: WorkloadNetwork;
  /** Nodes without a worker. */
  readonly scripted: readonly Pick<Peer, 'name' | 'address' | 'behaviour'>[];
}

/** @throws DevnetError, DevnetChainError; nothing is left running in that case. */
export async function startAnyDevnet(config: AnyDevnetConfig, deps: DevnetDeps): Promise<AnyDevnet> {
  const { clock, random } = deps;
  if (config.mode === 'chain') {
    const devnet = await startChainDevnet(config, deps);
    return { ...devnet, view: devnet.view, workload: chainWorkload({ devnet, clock, random }) };
  }
  const devnet = await startDevnet(config, deps);
  const { relayUrl, relay, network } = devnet;
  const view = relayView(relay, clock.now);
  const application = createApplication({
    ...{ relayUrl, clock, random, samplingModulus: network.samplingModulus },
    privateKey: WORKLOAD_KEY,
    pollMs: WORKLOAD_POLL_MS,
  });
  const workload: WorkloadNetwork = {
    view,
    run: (spec, { signal }) => application.runTask(spec, { signal }),
    fund: (address, balanceWei) => devnet.fund(address, { balanceWei }),
  };
  return { ...devnet, view, workload, scripted: [] };
}
