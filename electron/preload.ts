/** The bridge into the window: one function, and the ports it returns. Runs sandboxed, in its own world. */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';

// Repeated here because a sandboxed preload script has no modules. contract/bridge.ts has the same values, and a test
// compares them.
const CONNECT_CHANNEL = 'crynux:connect';
const PORT_CHANNEL = 'crynux:port';

/** The part of the page's window that is used; the project's other programs have no DOM types. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, origin: string, transfer: readonly unknown[]): void;
};

ipcRenderer.on(PORT_CHANNEL, (event: IpcRendererEvent, message: { readonly id: number }) => {
  // A port cannot cross the bridge, so it is posted to the page's own window, and to no other origin.
  window.postMessage({ type: PORT_CHANNEL, id: message.id }, window.location.origin, [...event.ports]);
});

contextBridge.exposeInMainWorld('crynux', {
  shell: 'electron',
  connect: (request: unknown) => ipcRenderer.send(CONNECT_CHANNEL, request),
});
