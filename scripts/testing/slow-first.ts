/**
 * Which test files begin first: those that take longest, so that none of them is alone at the end. Without this, a fresh
 * clone begins with the largest files. The order is that of a run of the whole suite; `npm test` prints the slowest.
 */
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** By the time that each takes in a run of the whole suite. */
const SLOW = [
  'e2e/window.integration.test.ts',
  'e2e/journey.integration.test.ts',
  'e2e/kill.integration.test.ts',
  'e2e/package.integration.test.ts',
  'e2e/kill-engine.integration.test.ts',
  'e2e/chain-kill.integration.test.ts',
  'headless/unattended.integration.test.ts',
  'e2e/window-tasks.integration.test.ts',
  'worker/gpu/node-gpu.integration.test.ts',
  'e2e/shell-security.integration.test.ts',
  'e2e/hostile-page.integration.test.ts',
  'e2e/life.integration.test.ts',
  'e2e/fault.integration.test.ts',
  'e2e/bad-frames.integration.test.ts',
  'worker/engines/embedded/embedded.integration.test.ts',
  'protocol/scores/phash-oracle.test.ts',
  'e2e/page-money.integration.test.ts',
  'e2e/soak.integration.test.ts',
  'e2e/shell.integration.test.ts',
  'devnet/real-peers.integration.test.ts',
  'devnet/chain-mode/groups.integration.test.ts',
  'headless/headless.integration.test.ts',
  'devnet/relay/conservation.test.ts',
  'e2e/life-kill.integration.test.ts',
  'worker/engines/supervisor.integration.test.ts',
];

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = SLOW.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at === -1 ? SLOW.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
