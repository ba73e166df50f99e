/**
 * The rooms of `worker/`, from the ground up, and what each may import of the others. All arrows point down: a room may
 * import only rooms that stand above it in this list. ARCHITECTURE.md says what each is for.
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

/** The room of `worker/` in which a file stands; null for a file of another folder. */
export function workerRoom(file: string): string | null {
  const [top, room] = file.split('/');
  return top === 'worker' && room !== undefined ? room : null;
}
