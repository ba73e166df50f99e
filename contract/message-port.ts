/** A DOM MessagePort as a port of the contract. Frames that are not text are dropped: the contract has none. */
import type { RpcPort } from './rpc-port.ts';

/** What is used of it; the browser's and Node's both fit. */
export interface MessagePortLike {
  postMessage(frame: string): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

export function rpcPortOf(port: MessagePortLike): RpcPort {
  const closes: (() => void)[] = [];
  let closed = false;
  const end = (): void => {
    if (closed) return;
    closed = true;
    for (const listener of closes) listener();
  };
  port.addEventListener('close', end);
  return {
    post: (frame) => {
      if (!closed) port.postMessage(frame);
    },
    onFrame(listener) {
      port.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') listener(data);
      });
      port.start();
    },
    onClose: (listener) => void closes.push(listener),
    close() {
      port.close();
      end();
    },
  };
}
