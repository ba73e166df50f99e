/**
 * What runs in a page of the double. `mainWorld` runs before the page's own scripts and provides what the preload
 * script exposes; `isolatedWorld` gives the preload script its `electron`. The two share only the DOM and strings. Both
 * are sent as source text, so they must not use anything outside themselves.
 */

/** Names of the DOM events and of the binding into the main process. */
export const BINDING = 'electronDoubleSend';

interface DomDocument {
  addEventListener(type: string, listener: (event: { readonly detail: string }) => void): void;
  dispatchEvent(event: unknown): void;
}
interface DomEventClass {
  new (type: string, init: { readonly detail: string }): unknown;
}
interface DomPort {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  addEventListener(type: 'close', listener: () => void): void;
  postMessage(data: unknown): void;
  close(): void;
}
declare const document: DomDocument;
declare const CustomEvent: DomEventClass;

export function mainWorld(): void {
  // Called before there is a window, as in Electron; nothing is loaded in the meantime.
  Object.defineProperty(globalThis, 'open', {
    value: (url: unknown) => {
      document.dispatchEvent(new CustomEvent('electron-double:open', { detail: String(url) }));
      return null;
    },
  });
  document.addEventListener('electron-double:expose', ({ detail }) => {
    const { key, shape } = JSON.parse(detail) as { key: string; shape: Record<string, unknown> };
    const exposed = Object.fromEntries(
      Object.entries(shape).map(([name, value]) => {
        if (value !== 'electron-double:function') return [name, value];
        const call = (...args: unknown[]): void => {
          const said = JSON.stringify({ key, name, args });
          document.dispatchEvent(new CustomEvent('electron-double:call', { detail: said }));
        };
        return [name, Object.freeze(call)];
      }),
    );
    Object.defineProperty(globalThis, key, { value: Object.freeze(exposed), enumerable: true });
  });
}

export function isolatedWorld(binding: string): void {
  type Handler = (event: { readonly ports: readonly DomPort[] }, ...args: unknown[]) => void;
  const world = globalThis as unknown as Record<string, unknown> & {
    MessageChannel: new () => { readonly port1: DomPort; readonly port2: DomPort };
  };
  const send = (message: object): void => (world[binding] as (text: string) => void)(JSON.stringify(message));
  const handlers = new Map<string, Handler[]>();
  const apis = new Map<string, Record<string, unknown>>();
  const ports = new Map<number, DomPort>();

  document.addEventListener('electron-double:call', ({ detail }) => {
    const { key, name, args } = JSON.parse(detail) as { key: string; name: string; args: unknown[] };
    const called = apis.get(key)?.[name];
    if (typeof called === 'function') called(...args);
  });

  document.addEventListener('electron-double:open', ({ detail }) => send({ kind: 'open', channel: detail }));

  const electron = {
    contextBridge: {
      exposeInMainWorld(key: string, api: Record<string, unknown>) {
        apis.set(key, api);
        const shape = Object.fromEntries(
          Object.entries(api).map(([name, value]) => [name, typeof value === 'function' ? 'electron-double:function' : value]),
        );
        const said = JSON.stringify({ key, shape });
        document.dispatchEvent(new CustomEvent('electron-double:expose', { detail: said }));
      },
    },
    ipcRenderer: {
      on(channel: string, handler: Handler) {
        handlers.set(channel, [...(handlers.get(channel) ?? []), handler]);
      },
      send: (channel: string, ...args: unknown[]) => send({ kind: 'send', channel, args }),
    },
  };
  world.require = (name: string) => {
    if (name === 'electron') return electron;
    throw new Error(`a sandboxed preload script cannot require ${name}`);
  };
  world.electronDoubleTake = (text: string) => {
    const message = JSON.parse(text) as { kind: string; channel: string; data: unknown; ports: number[]; port: number };
    if (message.kind === 'deliver') {
      const given = message.ports.map((number) => {
        const { port1, port2 } = new world.MessageChannel();
        ports.set(number, port2);
        port2.onmessage = ({ data }) => send({ kind: 'port', port: number, data });
        port2.addEventListener('close', () => send({ kind: 'close', port: number }));
        return port1;
      });
      for (const handler of handlers.get(message.channel) ?? []) handler({ ports: given }, message.data);
    } else if (message.kind === 'port') {
      ports.get(message.port)?.postMessage(message.data);
    } else {
      ports.get(message.port)?.close();
      ports.delete(message.port);
    }
  };
}
