/** Who else uses a card. */
import type { GpuProcess } from '../../contract/gpu.ts';
import { CARD_RULES } from '../../platform/desktop.ts';

/** Programs that draw a desktop: always present, and no reason to keep a card from earning. */
const DESKTOP = new Set(Object.values(CARD_RULES).flatMap(({ desktopPrograms }) => desktopPrograms));

/** `/opt/x/code --type=gpu` → `code`, `C:\\Program Files\\X\\Game.exe` → `game.exe`. */
export function programName(process: Pick<GpuProcess, 'name'>): string {
  const command = process.name.split(/\s--?\w/)[0] ?? '';
  return (command.trim().split(/[/\\]/).at(-1) ?? '').toLowerCase();
}

/** Processes that are not ours, not the desktop's, and not ignored by the host. */
export function foreignProcesses({
  processes,
  ownPids,
  ignored,
}: {
  readonly processes: readonly GpuProcess[];
  /** The engine and everything it started; see {@link processTree}. */
  readonly ownPids: ReadonlySet<number>;
  readonly ignored: readonly string[];
}): readonly GpuProcess[] {
  const names = new Set(ignored.map((name) => name.toLowerCase()));
  return processes.filter((process) => {
    const name = programName(process);
    return !ownPids.has(process.pid) && !DESKTOP.has(name) && !names.has(name);
  });
}

/** These processes and all their descendants. */
export function processTree(
  roots: readonly number[],
  table: readonly { readonly pid: number; readonly parentPid: number }[],
): ReadonlySet<number> {
  const tree = new Set(roots);
  for (let size = -1; size !== tree.size; ) {
    size = tree.size;
    for (const { pid, parentPid } of table) if (tree.has(parentPid)) tree.add(pid);
  }
  return tree;
}
