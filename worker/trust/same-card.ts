import { collapseWhitespace } from '../../protocol/node/gpu-name.ts';
import type { PublicNode } from '../../protocol/wire/public-network.ts';

type Card = Pick<PublicNode, 'gpuName' | 'gpuVramGib'>;

/** The relay counts the nodes with the same card by name and memory. */
export function sameCard(a: Card, b: Card): boolean {
  return a.gpuVramGib === b.gpuVramGib && collapseWhitespace(a.gpuName) === collapseWhitespace(b.gpuName);
}
