/** How the window reaches the host and its nodes: Electron's preload bridge, or WebSockets on the page's own origin. */
import { type CrynuxBridge, connectOverBridge } from '../../contract/bridge.ts';
import { ContractError } from '../../contract/errors.ts';
import { protocolsFor, SESSION_ENDED } from '../../contract/page-session.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';
import { createPageSession } from './page-session.ts';

export interface Transport {
  host(): Promise<RpcPort>;
  /** @throws if the node's process is not running. */
  node(profileId: string): Promise<RpcPort>;
  /** Ends the page's session with the program that serves it; null = this window has no session to end. */
  readonly logOut: (() => Promise<void>) | null;
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
      logOut: null,
    };
  }
  const session = createPageSession(page);
  const socket = async (path: string) => {
    const secret = await session.secret();
    if (secret === null) throw new ContractError(SESSION_ENDED, 'this page has no session');
    const url = new URL(path, page.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return webSocketPort(new WebSocket(url, protocolsFor(secret)));
  };
  return {
    host: () => socket('/rpc/host'),
    node: (profileId) => socket(`/rpc/node/${encodeURIComponent(profileId)}`),
    logOut: () => session.end(),
  };
}

/** Resolves once the socket is open. */
function webSocketPort(socket: WebSocket): Promise<RpcPort> {
  const ended = closeListeners(() => socket.close());
  const port: RpcPort = {
    post: (frame) => socket.send(frame),
    onFrame: (listener) =>
      socket.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (typeof event.data === 'string') listener(event.data);
        else ended.fire('RPC_BAD_FRAME');
      }),
    onClose: ended.add,
    close: ended.fire,
  };
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(port));
    socket.addEventListener('close', ({ reason }) => {
      ended.fire(reason === '' ? undefined : reason);
      reject(new ContractError('RPC_DISCONNECTED', 'the connection was refused'));
    });
  });
}

/** Listeners that are called once, after `end` has run. */
function closeListeners(end: () => void) {
  const listeners: ((why?: string) => void)[] = [];
  let fired = false;
  return {
    add: (listener: (why?: string) => void) => void listeners.push(listener),
    fire: (why?: string) => {
      if (fired) return;
      fired = true;
      end();
      for (const listener of listeners) listener(why);
    },
  };
}
