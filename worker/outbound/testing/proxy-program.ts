/**
 * A proxy as a process: HTTP (absolute form and CONNECT) and SOCKS5. It resolves every name to this machine: port 80
 * leads to `plainPort`, all others to `tlsPort`. Tells its parent where it listens and which requests it received.
 */
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';

interface Order {
  readonly plainPort: number;
  readonly tlsPort: number;
  /** `name:password`; null = no authentication. */
  readonly credentials: string | null;
}

export type ProxyMessage =
  | { readonly kind: 'listening'; readonly httpPort: number; readonly socksPort: number }
  | { readonly kind: 'asked'; readonly how: 'absolute' | 'connect' | 'socks5'; readonly target: string };

const send = (message: ProxyMessage) => process.send?.(message);

function start({ plainPort, tlsPort, credentials }: Order): void {
  const allowed = ({ headers }: IncomingMessage) =>
    credentials === null || headers['proxy-authorization'] === `Basic ${Buffer.from(credentials).toString('base64')}`;
  const portFor = (port: number) => (port === 80 ? plainPort : tlsPort);
  const http = createServer((incoming, response) => {
    const target = incoming.url ?? '';
    send({ kind: 'asked', how: 'absolute', target });
    if (!allowed(incoming)) return void response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end('who are you?');
    const { pathname, search } = new URL(target);
    const { method, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: plainPort, path: pathname + search, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  http.on('connect', (incoming, socket: Socket) => {
    const target = incoming.url ?? '';
    send({ kind: 'asked', how: 'connect', target });
    socket.on('error', () => {});
    if (!allowed(incoming)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
    if (target.startsWith('forbidden.')) return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    tunnelTo(socket, portFor(Number(target.split(':').at(-1))), () =>
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n'),
    );
  });
  const socks = createTcpServer((socket) => speakSocks(socket, portFor));
  http.listen(0, '127.0.0.1', () =>
    socks.listen(0, '127.0.0.1', () => {
      const portOf = (server: { address(): AddressInfo | string | null }) => (server.address() as AddressInfo).port;
      send({ kind: 'listening', httpPort: portOf(http), socksPort: portOf(socks) });
    }),
  );
}

function tunnelTo(socket: Socket, port: number, then: () => void): void {
  const tunnel = connect(port, '127.0.0.1', () => {
    then();
    tunnel.pipe(socket).pipe(tunnel);
  });
  tunnel.on('error', () => socket.destroy());
}

/** RFC 1928, without authentication; the proxy resolves names. */
function speakSocks(socket: Socket, portFor: (port: number) => number): void {
  socket.on('error', () => {});
  socket.once('data', () => {
    socket.write(Uint8Array.of(5, 0));
    socket.once('data', (asked: Buffer) => {
      const length = asked[4] ?? 0;
      const isName = asked[3] === 3;
      const name = isName ? asked.subarray(5, 5 + length).toString() : 'an address';
      const port = asked.readUInt16BE(asked.length - 2);
      send({ kind: 'asked', how: 'socks5', target: `${name}:${port}` });
      tunnelTo(socket, portFor(port), () => socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0)));
    });
  });
}

process.once('message', (order: Order) => start(order));
process.once('disconnect', () => process.exit());
