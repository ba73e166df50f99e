/** How diagnostics name a node's cards: without the platform, and with the memory of one card. RELAY_PROTOCOL 8.7. */
import type { DerivedGpu } from './assignment.ts';

export interface DiagnosedGpu {
  /** `NVIDIA GeForce RTX 4090`, `2x NVIDIA GeForce RTX 4090`. */
  readonly model: string;
  /** Memory of each card. */
  readonly perCardMib: number;
}

export function diagnosedGpu({ model, perCardMib }: Pick<DerivedGpu, 'model' | 'perCardMib'>): DiagnosedGpu {
  return { model, perCardMib: perCardMib[0] ?? 0 };
}

const REPORTED_NAME = /^(?:(\d+)x )?.*?(?= TP\+|\+|$)/;

/** For stated cards, from the name that the network knows: `2x RTX 4090 TP+Linux`. */
export function diagnosedByName({ name, vramGib }: { readonly name: string; readonly vramGib: number }): DiagnosedGpu {
  const [model = name, count] = REPORTED_NAME.exec(name) ?? [];
  return { model, perCardMib: Math.round((vramGib * 1024) / Number(count ?? 1)) };
}
