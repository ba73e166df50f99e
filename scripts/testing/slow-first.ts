/**
 * Which test files begin first: those that take longest, so that none of them is alone at the end. Without this, a fresh
 * clone begins with the largest files. The order is that of a run of the whole suite; `npm test` prints the slowest.
 */
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** By the time that each takes alone. */
const SLOW = [
  'e2e/kill.integration.test.ts',
  'e2e/kill-engine.integration.test.ts',
  'e2e/fault.integration.test.ts',
  'e2e/window.integration.test.ts',
  'e2e/window-money.integration.test.ts',
  'e2e/window-tasks.integration.test.ts',
  'e2e/life.integration.test.ts',
  'e2e/life-kill.integration.test.ts',
  'e2e/soak.integration.test.ts',
  'worker/models/two-profiles.integration.test.ts',
  'worker/engines/embedded/embedded.integration.test.ts',
  'worker/process/worker.integration.test.ts',
  'headless/headless.integration.test.ts',
  'worker/trust/trust.integration.test.ts',
  'protocol/scores/phash-oracle.test.ts',
  'devnet/relay/against-recordings.test.ts',
  'devnet/relay/groups.test.ts',
  'devnet/chain/compile.test.ts',
  'devnet/relay/conservation.test.ts',
  'worker/loop/laws.model.test.ts',
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
