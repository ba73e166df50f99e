/** How a node names its GPU to the relay. Source: RELAY_PROTOCOL 8.9, 7.4. */

export type NodePlatform = 'docker' | 'Linux' | 'Windows' | 'Darwin';

const MIB_PER_GIB = 1024;

/** Splits at any whitespace and joins by single spaces, as the relay does with every GPU name. */
export function collapseWhitespace(text: string): string {
  return text.trim().split(/\s+/).join(' ');
}

/** `Nx name` for several equal cards, the plain name for one. */
export function gpuModel({ name, count }: { readonly name: string; readonly count: number }): string {
  return count > 1 ? `${count}x ${name}` : name;
}

/** For example `2x NVIDIA GeForce RTX 4090 TP+Linux`. */
export function relayGpuName(gpu: {
  readonly model: string;
  readonly tensorParallel: boolean;
  readonly platform: NodePlatform;
}): string {
  return collapseWhitespace(`${gpu.model}${gpu.tensorParallel ? ' TP' : ''}+${gpu.platform}`);
}

/** The text after the first `+`, or null if there is none. */
export function platformOfGpuName(gpuName: string): string | null {
  const plus = gpuName.indexOf('+');
  return plus < 0 ? null : gpuName.slice(plus + 1);
}

/** VRAM in GiB, rounded up over the sum of the selected cards' MiB. */
export function relayVramGib(cardsMib: readonly number[]): number {
  return Math.ceil(cardsMib.reduce((total, mib) => total + mib, 0) / MIB_PER_GIB);
}

/** The name of one card in a name that was reported: without number, mode and platform. */
export function cardNameOf(gpuName: string): string {
  const plus = gpuName.indexOf('+');
  return collapseWhitespace(plus < 0 ? gpuName : gpuName.slice(0, plus))
    .replace(/^\d+x /, '')
    .replace(/ TP$/, '');
}
