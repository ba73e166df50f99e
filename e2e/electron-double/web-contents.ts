/** A page with its preload script, its navigation rules and its messages. */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { BrowserContext, CDPSession, Page, Route } from 'playwright-core';
import type { DoublePort } from './message-ports.ts';
import { BINDING, isolatedWorld, mainWorld } from './preload-shim.ts';
import { session } from './session.ts';

/** Messages of pages, by channel: the event, then the arguments. */
export const ipcMain = new EventEmitter();

/** The program's own scheme, as an origin that Chromium can isolate. */
const REAL_ORIGIN = 'crynux://app';
const SHOWN_ORIGIN = 'https://crynux-app.double.test';

const isShown = (url: string): boolean => url === SHOWN_ORIGIN || url.startsWith(`${SHOWN_ORIGIN}/`);
const toShown = (url: string): string => (url.startsWith(REAL_ORIGIN) ? SHOWN_ORIGIN + url.slice(REAL_ORIGIN.length) : url);
const toReal = (url: string): string => {
  if (isShown(url)) return REAL_ORIGIN + url.slice(SHOWN_ORIGIN.length);
  return url.startsWith(`blob:${SHOWN_ORIGIN}/`) ? `blob:${REAL_ORIGIN}${url.slice(SHOWN_ORIGIN.length + 5)}` : url;
};

const WORLD = 'electron-double-preload';

interface PreloadMessage {
  readonly kind: 'send' | 'port' | 'close' | 'open';
  /** For `open`: the address. */
  readonly channel: string;
  readonly args: readonly unknown[];
  readonly port: number;
  readonly data: unknown;
}

/** A cancellable event, like Electron's navigation events. */
export class Preventable {
  defaultPrevented = false;
  readonly url: string;

  constructor(url = '') {
    this.url = url;
  }

  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

export class WebContents extends EventEmitter {
  readonly mainFrame = { url: '' };
  readonly #ports = new Map<number, DoublePort>();
  #openHandler: ((details: { readonly url: string }) => { readonly action: 'deny' | 'allow' }) | null = null;
  #page: Page | null = null;
  #cdp: CDPSession | null = null;
  #world: number | null = null;
  #nextPort = 1;
  /** The address that the program itself requested; all others are navigations by the page. */
  #asked = '';

  setWindowOpenHandler(handler: (details: { readonly url: string }) => { readonly action: 'deny' | 'allow' }): void {
    this.#openHandler = handler;
  }

  get page(): Page {
    if (this.#page === null) throw new Error('the window has no page yet');
    return this.#page;
  }

  async open(context: BrowserContext, preload: string): Promise<void> {
    const page = await context.newPage();
    this.#page = page;
    const cdp = await context.newCDPSession(page);
    this.#cdp = cdp;
    await page.route('**/*', (route) => this.#answer(route));
    page.on('popup', (popup) => void this.#refusePopup(popup));
    const { frameTree } = await cdp.send('Page.getFrameTree');
    cdp.on('Runtime.executionContextCreated', ({ context: made }) => {
      if (made.name === WORLD && made.auxData?.frameId === frameTree.frame.id) this.#world = made.id;
    });
    cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === this.#world) this.#leavePage();
    });
    cdp.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === BINDING) this.#take(JSON.parse(payload) as PreloadMessage);
    });
    await cdp.send('Runtime.enable');
    await cdp.send('Page.enable');
    await cdp.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD });
    // Frames inside the page have no preload script.
    const inTopFrame = (source: string): string => `if (self === top) {\n${source}\n}`;
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: inTopFrame(`(${mainWorld})()`) });
    const source = inTopFrame(`(${isolatedWorld})(${JSON.stringify(BINDING)});\n{${readFileSync(preload, 'utf8')}\n}`);
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: WORLD });
    await session.defaultSession.applyPermissions(cdp);
  }

  async load(url: string): Promise<void> {
    this.#asked = url;
    const before = this.mainFrame.url;
    this.mainFrame.url = url;
    // Changing only the fragment loads nothing.
    if (before !== '' && before.split('#')[0] === url.split('#')[0]) {
      await this.page.evaluate(`location.hash = ${JSON.stringify(new URL(url).hash)}`);
      return;
    }
    await this.page.goto(toShown(url));
  }

  postMessage(channel: string, data: unknown, ports: readonly DoublePort[] = []): void {
    const numbers = ports.map((port) => this.#carry(port));
    this.#tell({ kind: 'deliver', channel, data, ports: numbers });
  }

  close(): void {
    this.#leavePage();
    void this.#page?.close();
  }

  #carry(port: DoublePort): number {
    const number = this.#nextPort++;
    this.#ports.set(number, port);
    port.on('message', ({ data }) => this.#tell({ kind: 'port', port: number, data }));
    port.once('close', () => {
      if (this.#ports.delete(number)) this.#tell({ kind: 'close', port: number });
    });
    port.start();
    return number;
  }

  #tell(message: object): void {
    if (this.#world === null || this.#cdp === null) return;
    const expression = `electronDoubleTake(${JSON.stringify(JSON.stringify(message))})`;
    // A page that has gone away in the meantime receives nothing.
    this.#cdp.send('Runtime.evaluate', { expression, contextId: this.#world }).catch(() => {});
  }

  #take(said: PreloadMessage): void {
    if (said.kind === 'send') {
      ipcMain.emit(said.channel, { sender: this, senderFrame: this.mainFrame }, ...said.args);
    } else if (said.kind === 'open') {
      this.#askToOpen(said.channel);
    } else if (said.kind === 'port') {
      this.#ports.get(said.port)?.postMessage(said.data);
    } else {
      const port = this.#ports.get(said.port);
      this.#ports.delete(said.port);
      port?.close();
    }
  }

  #leavePage(): void {
    this.#world = null;
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    for (const port of ports) port.close();
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const url = toReal(request.url());
    if (request.isNavigationRequest() && !this.#mayNavigate(url)) return route.abort('aborted');
    if (await session.defaultSession.cancels(url)) return route.abort('blockedbyclient');
    // Requests that the program does not cancel are really sent.
    if (!isShown(request.url())) return route.continue();
    const response = await session.defaultSession.protocol.answer(new Request(url));
    const headers = Object.fromEntries(response.headers);
    await route.fulfill({ status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) });
  }

  #mayNavigate(url: string): boolean {
    if (url.split('#')[0] === this.#asked.split('#')[0]) return true;
    const event = new Preventable(url);
    this.emit('will-navigate', event);
    return !event.defaultPrevented;
  }

  async #refusePopup(popup: Page): Promise<void> {
    this.#askToOpen(toReal(popup.url()));
    await popup.close();
  }

  /** @throws if the program allows it: the double does not support second windows */
  #askToOpen(url: string): void {
    const { action } = this.#openHandler?.({ url }) ?? { action: 'allow' };
    if (action !== 'deny') throw new Error('the double shows no second window');
  }
}
