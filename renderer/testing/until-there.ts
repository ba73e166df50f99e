import type { World } from './scenario.ts';

/** Resolves at once, but where nobody is there: then only whoever called can end it. */
export function untilThere({ scenario }: World, signal: AbortSignal | undefined): Promise<void> {
  if (scenario !== 'nobody-there') return Promise.resolve();
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}
