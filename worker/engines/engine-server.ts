/**
 * The worker's side of the engine protocol: a WebSocket server on the loopback interface. Each start of an engine
 * program gets its own unguessable path, so nothing else on the machine can pose as the engine.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

/** What the worker appends to a patch source, after the slash at the end of our paths. */
const PATCH_LIST = 'patches.txt';
const MAX_FRAME_BYTES = 8 * 1024 * 1024;

export interface EngineEndpoint {
  readonly url: string;
  /** A patch source for the official worker that is always empty. */
  readonly emptyPatchesUrl: string;
  close(): void;
}

export interface EngineServer {
  /** Opens a path for one engine process. */
  open(onSocket: (socket: WebSocket) => void): EngineEndpoint;
  close(): Promise<void>;
}

export async function startEngineServer(): Promise<EngineServer> {
  const endpoints = new Map<string, (socket: WebSocket) => void>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  const http = createServer((request, response) => {
    const path = request.url ?? '';
    const isPatchList = path.endsWith(PATCH_LIST) && endpoints.has(path.slice(0, -PATCH_LIST.length));
    response.writeHead(isPatchList ? 200 : 404, { 'content-type': 'text/plain' }).end();
  });
  http.on('upgrade', (request, connection, head) => {
    const onSocket = endpoints.get(request.url ?? '');
    // Engines are not web pages: only browsers send an Origin.
    if (onSocket === undefined || request.headers.origin !== undefined) {
      connection.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, connection, head, onSocket);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;

  return {
    open(onSocket) {
      const path = `/${randomBytes(24).toString('base64url')}/`;
      endpoints.set(path, onSocket);
      return {
        url: `ws://127.0.0.1:${port}${path}`,
        emptyPatchesUrl: `http://127.0.0.1:${port}${path.slice(0, -1)}`,
        close: () => endpoints.delete(path),
      };
    },
    async close() {
      endpoints.clear();
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
