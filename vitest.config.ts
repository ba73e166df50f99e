import { defineConfig } from 'vitest/config';

const node = {
  environment: 'node' as const,
  // `expect.poll` waits for something that will be; this ends it where it never is.
  expect: { poll: { timeout: 90_000 } },
};

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
          // Ends what hangs; no test is timed. A busy machine may be ten times slower than a quiet one.
          testTimeout: 120_000,
        },
      },
      {
        // Real processes, sockets and SQLite on disk; mostly waiting, so four files at a time fit two cores.
        test: {
          ...node,
          name: 'integration',
          include: ['{worker,host,headless,electron,devnet,demo,e2e}/**/*.integration.test.ts'],
          // As above: whole networks start and end inside these.
          testTimeout: 300_000,
          hookTimeout: 180_000,
          maxWorkers: 4,
        },
      },
    ],
  },
});
