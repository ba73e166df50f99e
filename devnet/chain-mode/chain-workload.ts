/**
 * The application of a local network in mode `chain`: its tasks name a card, and open groups only if three nodes have
 * it.
 */
import type { Clock, Random } from '../../protocol/ports.ts';
import { pickCyclic } from '../application/samples.ts';
import type { TaskSpecInput } from '../application/task-spec.ts';
import { WORKLOAD_KEY, WORKLOAD_POLL_MS, type WorkloadNetwork } from '../workload.ts';
import { createChainApplication } from './application.ts';
import type { ChainDevnet } from './chain-devnet.ts';

/** A node that leaves may have been the only one with its card. */
const QUEUE_SECONDS = 120;
const GROUP_SIZE = 3;

/** A text task goes to one kind of card, which must be named; an image to any. */
export function withRequiredCard(spec: TaskSpecInput, card: { readonly name: string; readonly vramGib: number }): TaskSpecInput {
  return spec.type === 'StableDiffusion' ? spec : { ...spec, requiredGpu: card.name, requiredGpuVramGib: card.vramGib };
}

export function chainWorkload({
  devnet,
  clock,
  random,
}: {
  readonly devnet: Pick<ChainDevnet, 'chain' | 'relayUrl' | 'view' | 'fund'>;
  readonly clock: Clock;
  readonly random: Random;
}): WorkloadNetwork {
  const { chain, relayUrl, view } = devnet;
  const pollMs = WORKLOAD_POLL_MS;
  const application = createChainApplication({ chain, relayUrl, privateKey: WORKLOAD_KEY, clock, random, pollMs });
  return {
    view,
    async run(spec, { index, signal }) {
      const nodes = view.nodes().filter(({ status }) => status !== 'Quit');
      const candidates = nodes.filter(({ modelIds }) => spec.modelIds.some((id) => modelIds.includes(id)));
      if (candidates.length === 0) return;
      const { card } = pickCyclic(candidates, index);
      const sameCard = nodes.filter((node) => node.card.name === card.name && node.card.vramGib === card.vramGib);
      await application.runTask(withRequiredCard(spec, card), {
        ...{ signal, queueSeconds: QUEUE_SECONDS },
        ...(sameCard.length >= GROUP_SIZE ? {} : { sampled: false }),
      });
    },
    fund: (address, walletWei) => devnet.fund(address, { walletWei }),
  };
}
