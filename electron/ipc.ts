/**
 * The one place where the shell hears the window: the sender is checked, then the schema, then a port is made. Nothing
 * else ever travels over Electron's IPC; raw IPC stands in this file and in preload.ts alone.
 */
import { type IpcMainEvent, ipcMain, MessageChannelMain, type MessagePortMain, type WebContents } from 'electron';
import { CONNECT_CHANNEL, type ConnectTarget, connectRequestSchema, PORT_CHANNEL } from '../contract/bridge.ts';
import type { RpcPort } from '../contract/rpc-port.ts';
import { ShellError } from './errors.ts';
import { isOwnPage } from './page.ts';

/** Has the frame been told where its requests go? A frame that is gone or not the window's own top frame has no say. */
function checkSender(event: IpcMainEvent, own: () => WebContents | null): void {
  const frame = event.senderFrame;
  const trusted =
    own() !== null && event.sender === own() && frame !== null && frame === event.sender.mainFrame && isOwnPage(frame.url);
  if (!trusted) throw new ShellError('SHELL_UNTRUSTED_SENDER', 'a page that is not the window asked for a connection');
}

export interface IpcOptions {
  readonly own: () => WebContents | null;
  /** Takes the far end of a connection; false closes it at once. */
  readonly connect: (target: ConnectTarget, port: MessagePortMain) => boolean;
  readonly onRefused: (error: ShellError) => void;
}

/** @returns what ends it */
export function listenToWindow({ own, connect, onRefused }: IpcOptions): () => void {
  const listen = (event: IpcMainEvent, raw: unknown): void => {
    try {
      checkSender(event, own);
      const parsed = connectRequestSchema.safeParse(raw);
      if (!parsed.success) {
        const field = parsed.error.issues[0]?.path.join('.') ?? '';
        throw new ShellError('SHELL_BAD_REQUEST', `request of the window: ${field}`, { field });
      }
      const { port1, port2 } = new MessageChannelMain();
      const accepted = connect(parsed.data.target, port1);
      event.sender.postMessage(PORT_CHANNEL, { id: parsed.data.id }, [port2]);
      if (!accepted) port1.close();
    } catch (error) {
      if (!(error instanceof ShellError)) throw error;
      onRefused(error);
    }
  };
  ipcMain.on(CONNECT_CHANNEL, listen);
  return () => ipcMain.removeListener(CONNECT_CHANNEL, listen);
}

/** A port of the main process as a port of the contract. What is not text closes it. */
export function rpcPortOfMain(port: MessagePortMain): RpcPort {
  return {
    post: (frame) => port.postMessage(frame),
    onFrame(listener) {
      port.on('message', ({ data }) => {
        if (typeof data === 'string') listener(data);
        else port.close();
      });
      port.start();
    },
    onClose: (listener) => void port.once('close', () => listener()),
    close: () => port.close(),
  };
}
