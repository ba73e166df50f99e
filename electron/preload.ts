/** The bridge into the window: one function, and the ports that come of it. Runs sandboxed, in a world of its own. */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';

// Written out: a sandboxed preload script has no modules. contract/bridge.ts says the same, and a test compares them.
const CONNECT_CHANNEL = 'crynux:connect';
const PORT_CHANNEL = 'crynux:port';

/** What is used of the page's window; the project's other programs have none. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, origin: string, transfer: readonly unknown[]): void;
};

ipcRenderer.on(PORT_CHANNEL, (event: IpcRendererEvent, message: { readonly id: number }) => {
  // A port cannot cross the bridge; it is handed to the page's own window, and to no other origin.
  window.postMessage({ type: PORT_CHANNEL, id: message.id }, window.location.origin, [...event.ports]);
});

contextBridge.exposeInMainWorld('crynux', {
  shell: 'electron',
  connect: (request: unknown) => ipcRenderer.send(CONNECT_CHANNEL, request),
});
