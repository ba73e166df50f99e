/** The network that the pods earn on: a relay with a chain on loopback, and an application that keeps tasks coming. */
import path from 'node:path';
import { type NetworkPresetInput, networkPresetData } from '../../contract/node-config.ts';
import { type AnyDevnet, anyDevnetConfigSchema, startAnyDevnet } from '../../devnet/any-devnet.ts';
import type { NetworkTask } from '../../devnet/network-view.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { startWorkload } from '../../devnet/workload.ts';
import { PROGRAMS } from '../../platform/programs.ts';
import type { Hex } from '../../protocol/hex.ts';
import { WEI_PER_CNX } from '../../protocol/money/wei.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';

/** For the stake and the gas of a node. */
const COIN_WEI = 1_000n * WEI_PER_CNX;
/** Seconds between two tasks: short enough that four nodes are rarely idle. */
const TASK_EVERY_S = 0.4;
/** Seconds that a task may take: long enough that a busy machine loses none. */
const EXECUTION_S = 600;

/** No task is validated by a group: two groups that each wait for a third of four nodes would block each other. */
const MODULUS = 1_000_000;

export interface FleetNetwork {
  readonly preset: NetworkPresetInput;
  earnedWei(address: Hex): bigint;
  /** Tasks given to this node, oldest first. */
  tasksOf(address: Hex): readonly NetworkTask[];
  /** Its current task, or null. */
  currentOf(address: Hex): string | null;
  task(commitment: string): NetworkTask | undefined;
  stop(): Promise<void>;
}

export async function startFleetNetwork(folder: string, addresses: readonly Hex[]): Promise<FleetNetwork> {
  const config = anyDevnetConfigSchema.parse({
    dataDir: path.join(folder, 'peers'),
    workerEntry: PROGRAMS.peerWorker,
    relay: {
      samplingModulus: MODULUS,
      times: { executionMin: EXECUTION_S, executionMax: EXECUTION_S, validation: EXECUTION_S, queue: EXECUTION_S },
    },
    chain: { wallets: addresses.map((address) => ({ address, balanceWei: COIN_WEI.toString() })) },
  });
  const devnet: AnyDevnet = await startAnyDevnet(config, { clock: systemClock, random: systemRandom });
  const workload = startWorkload({
    ...{ network: devnet.workload, clock: systemClock, pauseMs: TASK_EVERY_S * 1_000 },
    // A lost task is counted when it ends.
    onError: () => {},
  });
  const tasks = () => devnet.view.tasks();
  return {
    preset: { ...networkPresetData(devnet.network), id: 'loopback', title: 'A network on loopback' },
    earnedWei: (address) => devnet.view.balanceWei(address),
    tasksOf: (address) => tasks().filter(({ selectedNode }) => selectedNode !== null && sameAddress(selectedNode, address)),
    currentOf: (address) => devnet.view.nodes().find((node) => sameAddress(node.address, address))?.currentTask ?? null,
    task: (commitment) => tasks().find((task) => task.commitment === commitment),
    async stop() {
      await workload.stop();
      await devnet.stop();
    },
  };
}
