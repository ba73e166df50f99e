import { defineConfig } from 'vitest/config';

const node = { environment: 'node' as const };

export default defineConfig({
  test: {
    ...node,
    reporters: ['default'],
    projects: [
      {
        // Beside the code: pure or in-process.
        test: {
          ...node,
          name: 'unit',
          include: ['{protocol,contract,worker,host,devnet,demo,headless,electron,renderer,scripts}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.integration.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        // Real processes, sockets and SQLite on disk; mostly waiting, so four files at a time fit two cores.
        test: {
          ...node,
          name: 'integration',
          include: ['{worker,host,headless,electron,devnet,demo,e2e}/**/*.integration.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: 4,
          // On a machine that does other work a process may be starved past any limit. What is wrong fails twice.
          retry: 1,
        },
      },
    ],
  },
});
