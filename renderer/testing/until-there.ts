import type { World } from './scenario.ts';

/** Resolves immediately, except in scenario `nobody-there`, where only the caller can end it. */
export function untilThere({ scenario }: World, signal: AbortSignal | undefined): Promise<void> {
  if (scenario !== 'nobody-there') return Promise.resolve();
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}
