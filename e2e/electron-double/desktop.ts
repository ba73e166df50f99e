/** What a desktop shows outside windows; recorded for tests. */
import { EventEmitter } from 'node:events';

/** What the desktop was told, in order, so that a short-lived state is not missed. */
export const journal: string[] = [];

export interface MenuItem {
  readonly label?: string;
  readonly role?: string;
  readonly type?: string;
  readonly enabled?: boolean;
  readonly submenu?: readonly MenuItem[];
  readonly click?: () => void;
}

export class Menu {
  static application: Menu | null = null;
  readonly items: readonly MenuItem[];

  constructor(items: readonly MenuItem[]) {
    this.items = items;
  }

  static buildFromTemplate(items: readonly MenuItem[]): Menu {
    return new Menu(items);
  }

  static setApplicationMenu(menu: Menu | null): void {
    Menu.application = menu;
  }
}

export class Tray extends EventEmitter {
  static readonly all: Tray[] = [];
  toolTip = '';
  menu: Menu | null = null;
  #destroyed = false;

  constructor(_image: unknown) {
    super();
    Tray.all.push(this);
  }

  setToolTip(text: string): void {
    this.toolTip = text;
    journal.push(`tray: ${text}`);
  }

  setContextMenu(menu: Menu): void {
    this.menu = menu;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  destroy(): void {
    this.#destroyed = true;
  }
}

export class Notification extends EventEmitter {
  static readonly shown: Notification[] = [];
  readonly title: string;
  readonly body: string;

  constructor({ title, body }: { readonly title: string; readonly body: string }) {
    super();
    this.title = title;
    this.body = body;
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    Notification.shown.push(this);
    journal.push(`notification: ${this.body}`);
  }
}

/** Answered as a test has set before; by default, as if the person closed it. */
export const dialog = {
  answers: [] as number[],
  folders: [] as string[],
  showOpenDialog(...given: readonly unknown[]): Promise<{ readonly canceled: boolean; readonly filePaths: readonly string[] }> {
    const { title } = given.at(-1) as { readonly title: string };
    journal.push(`chooser: ${title}`);
    const folder = dialog.folders.shift();
    return Promise.resolve({ canceled: folder === undefined, filePaths: folder === undefined ? [] : [folder] });
  },
  showMessageBox(...given: readonly unknown[]): Promise<{ readonly response: number }> {
    const options = given.at(-1) as {
      readonly message: string;
      readonly detail: string;
      readonly buttons: readonly string[];
      readonly cancelId: number;
    };
    const text = [options.message, ...options.detail.split('\n')].join(' | ');
    journal.push(`dialog: ${text} [${options.buttons.join(', ')}]`);
    return Promise.resolve({ response: dialog.answers.shift() ?? options.cancelId });
  },
};

export const nativeImage = { createFromPath: (file: string) => ({ file }) };

export const powerMonitor = new EventEmitter();

const blocks = new Set<number>();
let nextBlock = 1;
export const powerSaveBlocker = {
  active: blocks,
  start(_type: string): number {
    blocks.add(nextBlock);
    journal.push('sleep: blocked');
    return nextBlock++;
  },
  stop(id: number): void {
    if (blocks.delete(id)) journal.push('sleep: allowed');
  },
};

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
};

export const registered: { readonly scheme: string; readonly privileges: object }[] = [];
export const protocol = {
  registerSchemesAsPrivileged: (schemes: typeof registered) => void registered.push(...schemes),
};

/** `basic_text` means a desktop without a keyring; a test may select it. */
export const safeStorage = {
  getSelectedStorageBackend: () => process.env.ELECTRON_DOUBLE_STORAGE ?? 'gnome_libsecret',
};
