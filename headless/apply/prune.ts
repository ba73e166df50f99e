/**
 * Nodes that are not in the file: `--prune` removes them if nothing depends on them. Their records and keys are kept.
 */
import type { ProfileView } from '../../contract/profiles.ts';
import { formatCnx } from '../../protocol/money/wei.ts';
import { firstOf } from '../cli/ask-program.ts';
import type { HostAccess, Plan, Step } from './step.ts';

const IDLE: ReadonlySet<ProfileView['worker']['kind']> = new Set(['stopped', 'failed', 'locked']);

export async function planRemovals(views: readonly ProfileView[], asked: HostAccess): Promise<Plan> {
  const steps: Step[] = [];
  const kept: { node: string; why: string }[] = [];
  for (const view of views) {
    const { id, name } = view.profile;
    const why = await reasonToKeep(view, asked);
    if (why !== null) kept.push({ node: name, why });
    else {
      steps.push({
        ...{ what: 'node', act: 'remove', name, changes: [] },
        perform: async () => void (await asked.host.profiles.remove({ id })),
      });
    }
  }
  return { steps, kept };
}

/** Why it has to be kept; null = it can be removed. Anything that cannot be read is a reason to keep it. */
async function reasonToKeep({ profile, worker }: ProfileView, { host, nodeOf }: HostAccess): Promise<string | null> {
  if (!IDLE.has(worker.kind)) return 'it is running; stop it first';
  const { id, networkId, address } = profile;
  try {
    const { funding } = await host.networks.funding({ networkId, address, stakeWei: '0' });
    const stakedWei = BigInt(funding?.stakedWei ?? 0);
    if (stakedWei > 0n) return `it has ${formatCnx(stakedWei)} CNX staked; \`crynux-node unstake\` takes that back`;
  } catch (error) {
    return `its stake could not be read: ${error instanceof Error ? error.message : 'unknown'}`;
  }
  try {
    const node = await nodeOf(id);
    // A node that has never run has no records.
    if (node === null) return null;
    const update = await firstOf((input, options) => node.tasks.watch(input, options));
    const open = update.kind === 'snapshot' ? update.open.length : 1;
    return open === 0 ? null : `it has ${open} open ${open === 1 ? 'task' : 'tasks'}`;
  } catch (error) {
    return `its tasks could not be read: ${error instanceof Error ? error.message : 'unknown'}`;
  }
}
