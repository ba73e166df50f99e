import { EventEmitter } from 'node:events';
import { applicationBrowser, openWindows } from './app.ts';
import { journal } from './desktop.ts';
import { Preventable, WebContents } from './web-contents.ts';

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = [];
  readonly webContents = new WebContents();
  readonly options: { readonly webPreferences: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>;
  readonly #opened: Promise<void>;
  visible = false;
  #minimised = false;
  #maximised = false;
  #closed = false;
  #bounds: Rectangle;

  constructor(options: BrowserWindow['options'] & Partial<Rectangle>) {
    super();
    this.options = options;
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    BrowserWindow.all.push(this);
    openWindows.add(this);
    applicationBrowser.created(this.webContents);
    this.#opened = applicationBrowser.open().then(async ({ context }) => {
      await this.webContents.open(context, String(options.webPreferences.preload));
      await this.webContents.page.setViewportSize({ width: this.#bounds.width, height: this.#bounds.height });
    });
    // Whoever loads the page awaits it; a browser that does not start is fatal either way.
    this.#opened.catch((error: unknown) => applicationBrowser.failed(error));
  }

  async loadURL(url: string): Promise<void> {
    await this.#opened;
    const first = this.webContents.mainFrame.url === '';
    await this.webContents.load(url);
    if (first) this.emit('ready-to-show');
  }

  show(): void {
    this.visible = true;
    this.#minimised = false;
  }

  hide(): void {
    this.visible = false;
  }

  focus(): void {
    journal.push('window: focused');
  }

  isMinimized(): boolean {
    return this.#minimised;
  }

  restore(): void {
    this.#minimised = false;
  }

  maximize(): void {
    this.#maximised = true;
  }

  isMaximized(): boolean {
    return this.#maximised;
  }

  setBounds(bounds: Rectangle): void {
    this.#bounds = bounds;
  }

  getNormalBounds(): Rectangle {
    return this.#bounds;
  }

  /** Like a window's close button: the page may refuse. */
  close(): void {
    if (this.#closed) return;
    const event = new Preventable();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    openWindows.delete(this);
    this.visible = false;
    BrowserWindow.all.splice(BrowserWindow.all.indexOf(this), 1);
    this.webContents.close();
    this.emit('closed');
    if (BrowserWindow.all.length === 0) applicationBrowser.lastClosed();
  }
}
