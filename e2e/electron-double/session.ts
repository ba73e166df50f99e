/** The default session: its handlers are asked about every request and permission. */
import { EventEmitter } from 'node:events';
import type { CDPSession } from 'playwright-core';

type Answer = { readonly cancel?: boolean };
type BeforeRequest = (details: { readonly url: string }, callback: (answer: Answer) => void) => void;
type PermissionRequest = (contents: null, permission: string, callback: (granted: boolean) => void) => void;

/** The web's permission names with Electron's equivalents; what the handlers say about these is what the pages get. */
const PERMISSIONS = {
  geolocation: 'geolocation',
  notifications: 'notifications',
  'clipboard-read': 'clipboard-read',
  camera: 'media',
  microphone: 'media',
  midi: 'midi',
} as const;

class DoubleProtocol {
  readonly #handlers = new Map<string, (request: Request) => Response | Promise<Response>>();

  handle(scheme: string, handler: (request: Request) => Response | Promise<Response>): void {
    this.#handlers.set(scheme, handler);
  }

  async answer(request: Request): Promise<Response> {
    const handler = this.#handlers.get(new URL(request.url).protocol.slice(0, -1));
    return handler === undefined ? new Response(null, { status: 404 }) : handler(request);
  }
}

class DoubleSession extends EventEmitter {
  readonly protocol = new DoubleProtocol();
  #beforeRequest: BeforeRequest | null = null;
  #permissionRequest: PermissionRequest | null = null;
  #permissionCheck: ((contents: null, permission: string) => boolean) | null = null;

  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest) => {
      this.#beforeRequest = listener;
    },
  };

  setPermissionRequestHandler(handler: PermissionRequest): void {
    this.#permissionRequest = handler;
  }

  setPermissionCheckHandler(handler: (contents: null, permission: string) => boolean): void {
    this.#permissionCheck = handler;
  }

  setDevicePermissionHandler(_handler: () => boolean): void {}

  setDisplayMediaRequestHandler(_handler: unknown): void {}

  cancels(url: string): Promise<boolean> {
    const ask = this.#beforeRequest;
    return ask === null
      ? Promise.resolve(false)
      : new Promise((resolve) => ask({ url }, ({ cancel }) => resolve(cancel === true)));
  }

  /** Without a handler Electron grants everything; so does the double. */
  async applyPermissions(cdp: CDPSession): Promise<void> {
    for (const [name, permission] of Object.entries(PERMISSIONS)) {
      const checked = this.#permissionCheck?.(null, permission) ?? true;
      const ask = this.#permissionRequest;
      const granted = ask === null ? true : await new Promise<boolean>((resolve) => ask(null, permission, resolve));
      const setting = checked || granted ? 'granted' : 'denied';
      await cdp.send('Browser.setPermission', { permission: { name }, setting });
    }
  }
}

export const session = { defaultSession: new DoubleSession() };
