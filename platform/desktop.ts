/** What each system's desktop does for programs, and how its graphics cards are found. */
import type path from 'node:path';
import type { MachineFacts, SystemName } from './machine.ts';

export interface DesktopRules {
  /** Where keys are kept. `alwaysEncrypts`: encrypted with the user's login on every desktop. */
  readonly keychain: { readonly name: string; readonly alwaysEncrypts: boolean };
  /** The program's own menu comes first in the system's menu bar. */
  readonly ownMenu: boolean;
  /** What starts a program at log-in: the system, through Electron, or an autostart file that the desktop reads. */
  readonly startAtLogin: { readonly kind: 'loginItem' } | { readonly kind: 'file'; readonly file: string };
}

export interface CardRules {
  /** The name that networks use (RELAY_PROTOCOL 8.9). */
  readonly title: 'Linux' | 'Darwin' | 'Windows';
  /** There is one card, which shares the machine's memory and cannot be selected, and no nvidia-smi. */
  readonly unified: boolean;
  /** Without OpenCL, the reported memory of a card may be the size of its PCI window. */
  readonly showsPciWindow: boolean;
  /** Lower-case names of programs that draw the desktop: they always use the cards. */
  readonly desktopPrograms: readonly string[];
  /**
   * `file` exists inside a container; `controlGroups` is a file whose text shows it. null: the program never runs in a
   * container on this system.
   */
  readonly container: { readonly file: string; readonly controlGroups: string } | null;
}

const LINUX_DESKTOPS = `xorg x xwayland gnome-shell gnome-remote-desktop-daemon mutter-x11-frames kwin_x11 kwin_wayland
  plasmashell ksmserver cosmic-comp sway hyprland weston cinnamon xfwm4 marco picom gdm-x-session sddm lightdm`;
const WINDOWS_DESKTOP =
  'dwm csrss explorer shellexperiencehost startmenuexperiencehost searchhost textinputhost applicationframehost lockapp systemsettings shellhost';

export const CARD_RULES: Readonly<Record<SystemName, CardRules>> = {
  linux: {
    title: 'Linux',
    unified: false,
    showsPciWindow: true,
    desktopPrograms: LINUX_DESKTOPS.split(/\s+/),
    container: { file: '/.dockerenv', controlGroups: '/proc/self/cgroup' },
  },
  darwin: { title: 'Darwin', unified: true, showsPciWindow: false, desktopPrograms: [], container: null },
  win32: {
    title: 'Windows',
    unified: false,
    showsPciWindow: false,
    desktopPrograms: WINDOWS_DESKTOP.split(' ').map((name) => `${name}.exe`),
    container: null,
  },
};

const KEYCHAINS: Readonly<Record<SystemName, DesktopRules['keychain']>> = {
  linux: { name: 'Secret Service', alwaysEncrypts: false },
  darwin: { name: 'Keychain', alwaysEncrypts: true },
  win32: { name: 'Credential Manager', alwaysEncrypts: true },
};

export function desktopRulesOf({ name }: MachineFacts, settings: string, { join }: path.PlatformPath): DesktopRules {
  return {
    keychain: KEYCHAINS[name],
    ownMenu: name === 'darwin',
    startAtLogin:
      name === 'linux'
        ? { kind: 'file', file: join(settings, 'autostart', 'ai.crynux.node-desktop.desktop') }
        : { kind: 'loginItem' },
  };
}

/** Where nvidia-smi may be. Absolute paths only on Windows: a bare name would also be looked up in the current folder. */
export function nvidiaSmiCommands({ name, env }: Pick<MachineFacts, 'name' | 'env'>): readonly string[] {
  switch (name) {
    case 'darwin':
      return [];
    case 'linux':
      return ['nvidia-smi', '/usr/bin/nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'];
    case 'win32':
      return [
        `${env.SystemRoot ?? 'C:\\Windows'}\\System32\\nvidia-smi.exe`,
        `${env.ProgramFiles ?? 'C:\\Program Files'}\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe`,
      ];
  }
}
