/**
 * Runs the slowest test files first, so that none of them runs alone at the end. Without this, a fresh clone starts with
 * the largest files. `npm test` prints the slowest. The rest of the integration tests come before the unit tests, because
 * Vitest keeps a process that files share only if the next file in the queue belongs to the same project.
 */
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Files that take more than twelve seconds when run alone, slowest first. */
const SLOW = [
  'e2e/window-moments.integration.test.ts',
  'e2e/chain-kill.integration.test.ts',
  'e2e/kill.integration.test.ts',
  'e2e/package.integration.test.ts',
  'worker/chain/transactions/kill.integration.test.ts',
  'e2e/journey.integration.test.ts',
  'e2e/fault.integration.test.ts',
  'e2e/kill-engine.integration.test.ts',
  'worker/engines/engine-processes.integration.test.ts',
  'headless/headless.integration.test.ts',
  'e2e/page-money.integration.test.ts',
  'e2e/window-money.integration.test.ts',
  'headless/unattended.integration.test.ts',
  'worker/engines/supervisor.integration.test.ts',
  'worker/process/worker.integration.test.ts',
  'e2e/window.integration.test.ts',
  'e2e/image-tasks.integration.test.ts',
  'worker/engines/embedded/embedded.integration.test.ts',
  'worker/trust/trust.integration.test.ts',
  'devnet/chain-mode/groups.integration.test.ts',
  'e2e/chain-fault.integration.test.ts',
  'devnet/real-peers.integration.test.ts',
  'e2e/window-tasks.integration.test.ts',
  'e2e/window-room.integration.test.ts',
  'headless/fleet.integration.test.ts',
  'e2e/hostile-page.integration.test.ts',
  'worker/engines/embedded/image-tasks.integration.test.ts',
  'e2e/life.integration.test.ts',
  'worker/kit/store-failure.integration.test.ts',
  'worker/process/stepped-date.integration.test.ts',
  'devnet/devnet.integration.test.ts',
  'worker/networks/chain/faults.integration.test.ts',
  'e2e/window-on-chain.integration.test.ts',
  'e2e/soak.integration.test.ts',
  'worker/networks/chain/devnet.integration.test.ts',
  'worker/chain/transactions/endpoints.integration.test.ts',
  'worker/gpu/node-gpu.integration.test.ts',
  'worker/networks/chain/node.integration.test.ts',
  'demo/chain-mode/demo.integration.test.ts',
];

/** Unit tests that take more than four seconds, slowest first. */
const SLOW_UNITS = [
  'devnet/chain-mode/compile.test.ts',
  'protocol/scores/phash-oracle.test.ts',
  'devnet/relay/conservation.test.ts',
  'devnet/relay/groups.test.ts',
  'worker/loop/checkpoint.test.ts',
];

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = [...SLOW, 'integration', ...SLOW_UNITS, 'unit'];
    const place = ({ moduleId, project }: TestSpecification) => {
      const at = order.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at === -1 ? order.indexOf(project.name) : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
