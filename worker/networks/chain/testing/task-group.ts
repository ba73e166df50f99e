/** Three tasks of which one is secretly checked against the others: one for a rig's node, two for scripted peers. */
import { expect } from 'vitest';
import type { Hex } from '../../../../protocol/hex.ts';
import { type ChainRig, chainRig } from './chain-rig.ts';
import { CNX, type Created, type Peer, type TaskWorld } from './task-world.ts';

export interface TaskGroup {
  readonly rig: ChainRig;
  readonly own: Created;
  readonly peers: readonly (Peer & { readonly task: Created })[];
  readonly tasks: readonly [Created, Created, Created];
}

/** Until the rig's node has submitted its score; the peers have not. */
export async function startGroup(world: TaskWorld, args: string): Promise<TaskGroup> {
  const rig = await chainRig(world);
  await rig.join();
  const keys = [await world.peer(), await world.peer()];
  const tasks = await world.createGroup({ feeWei: 25n * CNX });
  const taskOf = async (address: Hex) => {
    const commitment = await world.nodeTask(address);
    return tasks.find((task) => task.commitment === commitment) ?? expect.fail();
  };
  const own = await taskOf(rig.address);
  const peers = await Promise.all(keys.map(async (peer) => ({ ...peer, task: await taskOf(peer.address) })));
  for (const { commitment } of tasks) rig.relay.args.set(commitment, args);
  for (const { commitment } of tasks) await world.parametersUploaded(commitment);
  await rig.until(own.commitment, 'awaitingValidation');
  return { rig, own, peers, tasks };
}

export const ownScore = ({ rig, own }: TaskGroup): Hex => rig.store.ledger.find(own.commitment)?.score ?? expect.fail();

/** Among equal scores, the first one must upload; that may be any of the three. */
export async function uploadWinner(world: TaskWorld, { rig, own, tasks }: TaskGroup): Promise<void> {
  for (const task of tasks) {
    if ((await world.statusOf(task.commitment)) !== 6) continue;
    if (task === own) await rig.until(own.commitment, 'close EndGroupSuccess');
    else await world.resultUploaded(task.commitment);
    return;
  }
  expect.fail();
}
