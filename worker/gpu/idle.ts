/** Who else uses a card. */
import type { GpuProcess } from '../../contract/gpu.ts';

/** Programs that draw a desktop: always there, and no reason to keep a card from earning. */
const DESKTOP = new Set(
  `xorg x xwayland gnome-shell gnome-remote-desktop-daemon mutter-x11-frames kwin_x11 kwin_wayland plasmashell ksmserver
  cosmic-comp sway hyprland weston cinnamon xfwm4 marco picom gdm-x-session sddm lightdm
  dwm.exe csrss.exe explorer.exe shellexperiencehost.exe startmenuexperiencehost.exe searchhost.exe textinputhost.exe
  applicationframehost.exe lockapp.exe systemsettings.exe shellhost.exe`.split(/\s+/),
);

/** `/opt/x/code --type=gpu` → `code`, `C:\\Program Files\\X\\Game.exe` → `game.exe`. */
export function programName(process: Pick<GpuProcess, 'name'>): string {
  const command = process.name.split(/\s--?\w/)[0] ?? '';
  return (command.trim().split(/[/\\]/).at(-1) ?? '').toLowerCase();
}

/** Processes that are neither ours, nor the desktop's, nor ignored by the host. */
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
