/**
 * The rooms of `worker/`, from the bottom up, and what each may import of the others: a room may only import rooms
 * above it in this list. ARCHITECTURE.md describes each of them.
 */
export const WORKER_ROOMS = {
  'log.ts': [],
  kit: ['log.ts'],
  outbound: ['log.ts', 'kit'],
  chain: ['log.ts', 'kit', 'outbound'],
  store: ['log.ts', 'kit', 'chain'],
  networks: ['log.ts', 'kit', 'outbound', 'chain', 'store'],
  engines: ['log.ts', 'kit', 'outbound'],
  gpu: ['log.ts', 'kit', 'engines'],
  models: ['log.ts', 'kit', 'outbound', 'engines'],
  loop: ['log.ts', 'kit', 'chain', 'store', 'networks', 'engines', 'gpu'],
  money: ['log.ts', 'kit', 'chain', 'store', 'networks'],
  preflight: ['log.ts', 'kit', 'chain', 'store', 'networks'],
  life: ['log.ts', 'kit', 'chain', 'store', 'networks', 'loop', 'preflight'],
  trust: ['log.ts', 'kit', 'store', 'networks', 'engines', 'life'],
  node: [
    ...['log.ts', 'kit', 'outbound', 'chain', 'store', 'networks', 'engines', 'gpu', 'models', 'loop', 'money', 'preflight'],
    ...['life', 'trust'],
  ],
  service: ['kit', 'store', 'networks', 'gpu', 'models', 'money', 'trust', 'node'],
  process: ['log.ts', 'kit', 'node', 'service'],
  'main.ts': ['kit', 'networks', 'engines', 'process'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The room of `worker/` that a file belongs to; null for a file of another folder. */
export function workerRoom(file: string): string | null {
  const [top, room] = file.split('/');
  return top === 'worker' && room !== undefined ? room : null;
}
