/** A DOM MessagePort as a port of the contract. Anything but text closes it, because the contract has no such frame. */
import type { RpcPort } from './rpc-port.ts';

/** Names of the only two messages between the window and the shell. */
export const CONNECT_CHANNEL = 'crynux:connect';
export const PORT_CHANNEL = 'crynux:port';

/** The parts that are used here; both the browser's and Node's ports match. */
export interface MessagePortLike {
  postMessage(frame: string): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

export function rpcPortOf(port: MessagePortLike): RpcPort {
  const closes: ((why?: string) => void)[] = [];
  let closed = false;
  const end = (why?: string): void => {
    if (closed) return;
    closed = true;
    for (const listener of closes) listener(why);
  };
  const close = (why?: string): void => {
    port.close();
    end(why);
  };
  port.addEventListener('close', () => end());
  return {
    post: (frame) => {
      if (!closed) port.postMessage(frame);
    },
    onFrame(listener) {
      port.addEventListener('message', ({ data }) => {
        if (closed) return;
        if (typeof data === 'string') listener(data);
        else close('RPC_BAD_FRAME');
      });
      port.start();
    },
    onClose: (listener) => void closes.push(listener),
    close,
  };
}
