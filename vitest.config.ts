import { defineConfig } from 'vitest/config';
import { SlowFirst } from './scripts/testing/slow-first.ts';

const node = {
  environment: 'node' as const,
  // `expect.poll` waits for something that will be; this ends it where it never is.
  expect: { poll: { timeout: 90_000 } },
  // The modules of a whole room live as long as the process: more room for what dies young saves copying it.
  execArgv: ['--max-semi-space-size=32'],
};

/**
 * For both projects: were they different, the one would wait for the end of the other. Eight fit two cores, because the
 * integration tests wait for their processes most of the time.
 */
const maxWorkers = 8;

export default defineConfig({
  test: {
    ...node,
    reporters: ['default'],
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        // Beside the code: pure or in-process.
        test: {
          ...node,
          name: 'unit',
          include: ['{protocol,contract,platform,worker,host,devnet,demo,headless,electron,renderer,scripts}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.integration.test.ts'],
          // Ends what hangs; no test is timed. A busy machine may be thirty times slower than a quiet one.
          testTimeout: 300_000,
          maxWorkers,
          // They leave nothing behind in their process, and most of a short file's time is loading modules.
          isolate: false,
        },
      },
      {
        // Real processes, sockets and SQLite on disk. These begin first.
        test: {
          ...node,
          name: 'integration',
          include: ['{worker,host,headless,electron,devnet,demo,e2e,scripts}/**/*.integration.test.ts'],
          // As above: whole networks start and end inside these.
          testTimeout: 300_000,
          hookTimeout: 180_000,
          isolate: false,
          setupFiles: ['scripts/testing/leaves-no-trace.ts'],
          maxWorkers,
          globalSetup: ['scripts/testing/bundle-programs.ts'],
        },
      },
    ],
  },
});
