/** The bridge into the window: one function, and the ports it returns. Runs sandboxed, in its own world. */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import { CONNECT_CHANNEL, PORT_CHANNEL } from '../contract/message-port.ts';

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
