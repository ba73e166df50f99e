/**
 * The only place where the shell receives messages from the window: the sender is checked, then the schema, then a port
 * is created. Nothing else ever uses Electron's IPC; only this file and preload.ts may call it directly.
 */
import { type IpcMainEvent, ipcMain, MessageChannelMain, type MessagePortMain, type WebContents } from 'electron';
import { type ConnectTarget, connectRequestSchema } from '../contract/bridge.ts';
import { CONNECT_CHANNEL, PORT_CHANNEL } from '../contract/message-port.ts';
import type { RpcPort } from '../contract/rpc-port.ts';
import { ShellError } from './errors.ts';
import { isOwnPage } from './page.ts';

/** Whether the frame may make requests: it must still exist and be the top frame of the window. */
function checkSender(event: IpcMainEvent, own: () => WebContents | null): void {
  const frame = event.senderFrame;
  const trusted =
    own() !== null && event.sender === own() && frame !== null && frame === event.sender.mainFrame && isOwnPage(frame.url);
  if (!trusted) throw new ShellError('SHELL_UNTRUSTED_SENDER', 'a page other than the window asked for a connection');
}

export interface IpcOptions {
  readonly own: () => WebContents | null;
  /** Takes the other end of a connection; false closes it at once. */
  readonly connect: (target: ConnectTarget, port: MessagePortMain) => boolean;
  readonly onRefused: (error: ShellError) => void;
}

/** @returns a function that stops listening */
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

/** A port of the main process as a port of the contract. Anything but text closes it. */
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
