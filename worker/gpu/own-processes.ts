/** Which processes on a card belong to this node: this worker's and all that it started. */
import si from 'systeminformation';
import type { GpuProcess } from '../../contract/gpu.ts';
import { processTree } from './idle.ts';

/** Lists all processes of the system only if there is one on the cards that is not obviously ours. */
export async function ownProcesses(onCards: readonly GpuProcess[]): Promise<ReadonlySet<number>> {
  const roots = [process.pid];
  if (onCards.every(({ pid }) => pid === process.pid)) return new Set(roots);
  const { list } = await si.processes();
  return processTree(
    roots,
    list.map(({ pid, parentPid }) => ({ pid, parentPid })),
  );
}
