/** How the window reaches the host and its nodes: Electron's preload bridge, or WebSockets on the page's own origin. */
import { type CrynuxBridge, connectOverBridge } from '../../contract/bridge.ts';
import { ContractError } from '../../contract/errors.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';

export interface Transport {
  host(): Promise<RpcPort>;
  /** @throws while the node's process does not run. */
  node(profileId: string): Promise<RpcPort>;
}

declare global {
  interface Window {
    /** Put there by the desktop's preload script. */
    readonly crynux?: CrynuxBridge;
  }
}

export function windowTransport(page: Window): Transport {
  if (page.crynux !== undefined) {
    return {
      host: () => connectOverBridge(page, { kind: 'host' }),
      node: (profileId) => connectOverBridge(page, { kind: 'node', profileId }),
    };
  }
  const socket = (path: string) => {
    const url = new URL(path, page.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return overWebSocket(new WebSocket(url));
  };
  return { host: () => socket('/rpc/host'), node: (profileId) => socket(`/rpc/node/${encodeURIComponent(profileId)}`) };
}

/** Resolves once the socket is open. */
function overWebSocket(socket: WebSocket): Promise<RpcPort> {
  const ended = once(() => socket.close());
  const port: RpcPort = {
    post: (frame) => socket.send(frame),
    onFrame: (listener) => socket.addEventListener('message', (event) => passText(event, listener)),
    onClose: ended.add,
    close: ended.fire,
  };
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(port));
    socket.addEventListener('close', () => {
      ended.fire();
      reject(new ContractError('RPC_DISCONNECTED', 'the connection was refused'));
    });
  });
}

function passText(event: MessageEvent, listener: (frame: string) => void): void {
  if (typeof event.data === 'string') listener(event.data);
}

/** Listeners that are told once, after `end` has run. */
function once(end: () => void) {
  const listeners: (() => void)[] = [];
  let fired = false;
  return {
    add: (listener: () => void) => void listeners.push(listener),
    fire: () => {
      if (fired) return;
      fired = true;
      end();
      for (const listener of listeners) listener();
    },
  };
}
