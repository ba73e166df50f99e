/**
 * The window and the contract on loopback: files over HTTP, `/rpc/host` and `/rpc/node/<profile>` over WebSocket.
 * HTTP only reads; everything that changes something travels over a WebSocket, whose origin is checked.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { SECURITY_HEADERS } from '../../contract/content-security.ts';
import { profileIdSchema } from '../../contract/profiles.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';
import type { Random } from '../../protocol/ports.ts';
import { HeadlessError } from '../errors.ts';
import { bridge, MAX_REQUEST_BYTES, socketPort } from '../rpc/socket-port.ts';
import { createEntryGate } from './entry-gate.ts';
import { isLoopbackHost, isOwnOrigin } from './loopback.ts';
import { ENTERED_PAGE, NO_SESSION_PAGE, NO_WINDOW_PAGE } from './pages.ts';
import type { StaticFiles } from './static-files.ts';

export interface WebServerOptions {
  /** 0 = any free one. */
  readonly port: number;
  /** Null: the window has not been built, or is not wanted. */
  readonly files: StaticFiles | null;
  readonly random: Random;
  /** Connects to the host's contract. */
  readonly serveHost: (port: RpcPort) => void;
  /** A connection to a node's own contract; null = its process does not run. */
  readonly nodePort: (profileId: string) => RpcPort | null;
}

export interface WebServer {
  readonly port: number;
  /** For the token file of the data directory. */
  readonly commandLineToken: string;
  /** A new address of the window; it works once. */
  address(): string;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
const HTML = 'text/html; charset=utf-8';
/** Of all clients of one kind: pages can not take the places of the command line, which ends what they have begun. */
const MAX_CONNECTIONS = 64;
/** Of one browser: its windows, each with the host and several nodes. */
const MAX_PER_BROWSER = 32;
const COMMAND_LINE = 'command line';
const NODE_PATH = '/rpc/node/';

type Gate = ReturnType<typeof createEntryGate>;

/** @throws HeadlessError HEADLESS_PORT_IN_USE */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const name = `crynux-${Buffer.from(options.random.bytes(6)).toString('hex')}`;
  const gate = createEntryGate({ random: options.random, name });
  const server = fastify({ bodyLimit: 1, exposeHeadRoutes: false, forceCloseConnections: true });
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    if (!isLoopbackHost(request.headers.host)) return reply.code(421).send();
    if (request.method !== 'GET') return reply.code(405).send();
  });
  server.setNotFoundHandler((request, reply) => answer(request, reply, options.files, gate));
  const sockets = attachSockets(server, options, gate);
  const port = await listen(server, options.port);
  return {
    port,
    commandLineToken: gate.commandLineToken,
    address: () => addressWith(port, gate),
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await server.close();
    },
  };
}

function addressWith(port: number, gate: Gate): string {
  return `http://${ADDRESS}:${port}/enter?token=${gate.createToken()}`;
}

/** There are no routes: a path is looked up exactly as it came, so nothing in it can lead anywhere else. */
function answer(request: FastifyRequest, reply: FastifyReply, files: StaticFiles | null, gate: Gate): FastifyReply {
  const [path = '', query] = request.url.split('?', 2);
  const { cookie, origin, authorization } = request.headers;
  if (path === '/address' && origin === undefined && gate.isCommandLine(authorization)) {
    return files === null ? reply.code(404).send() : reply.send({ address: addressWith(request.socket.localPort ?? 0, gate) });
  }
  const isInside = gate.hasSession(cookie);
  if (path === '/enter') {
    const session = isInside ? null : gate.enter(new URLSearchParams(query).get('token') ?? '');
    if (session !== null) void reply.header('set-cookie', gate.cookieOf(session));
    else if (!isInside) return reply.code(401).type(HTML).send(NO_SESSION_PAGE);
    return reply.type(HTML).send(ENTERED_PAGE);
  }
  if (!isInside) return reply.code(401).type(HTML).send(NO_SESSION_PAGE);
  if (files === null) return reply.code(503).type(HTML).send(NO_WINDOW_PAGE);
  // The window's own paths are known to the window alone; a missing script or picture is missing.
  const isNavigation = request.headers['sec-fetch-mode'] === 'navigate';
  const file = files.find(path) ?? (isNavigation ? files.index : undefined);
  if (file === undefined) return reply.code(404).send();
  return reply.type(file.type).send(file.body);
}

function attachSockets(server: FastifyInstance, options: WebServerOptions, gate: Gate): WebSocketServer {
  const slots = createSlots();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST_BYTES, perMessageDeflate: false });
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const status = refusal(request, gate) ?? (slots.isFree(request) ? null : 503);
    const serve = status === null ? targetOf(request.url ?? '', options) : null;
    if (serve === null) return void socket.end(`HTTP/1.1 ${status ?? 404} Refused\r\nConnection: close\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (client) => {
      slots.take(request, client);
      serve(client);
    });
  });
  return sockets;
}

/** Counts the open connections of clients that have proved who they are. */
function createSlots() {
  const taken = new Map<WebSocket, string>();
  const clientOf = ({ headers }: IncomingMessage) =>
    headers.origin === undefined ? COMMAND_LINE : `page ${headers.cookie ?? ''}`;
  return {
    isFree(request: IncomingMessage): boolean {
      const client = clientOf(request);
      const isCommandLine = client === COMMAND_LINE;
      const all = [...taken.values()];
      const ofKind = all.filter((one) => (one === COMMAND_LINE) === isCommandLine).length;
      return ofKind < MAX_CONNECTIONS && (isCommandLine || all.filter((one) => one === client).length < MAX_PER_BROWSER);
    },
    take(request: IncomingMessage, client: WebSocket): void {
      taken.set(client, clientOf(request));
      client.once('close', () => taken.delete(client));
    },
  };
}

/** The status with which an upgrade is refused; null = it may come in. */
function refusal({ headers }: IncomingMessage, gate: Gate): number | null {
  const { host, origin, cookie, authorization } = headers;
  if (!isLoopbackHost(host)) return 421;
  // Whoever can read the token file is no page of a browser; and a page can not set this header.
  if (origin === undefined) return gate.isCommandLine(authorization) ? null : 401;
  if (!isOwnOrigin(origin, host)) return 403;
  return gate.hasSession(cookie) ? null : 401;
}

/** What is done with a connection; null = there is nothing there, or it does not run. */
function targetOf(url: string, { serveHost, nodePort }: WebServerOptions): ((socket: WebSocket) => void) | null {
  if (url === '/rpc/host') return (socket) => serveHost(socketPort(socket));
  const profile = profileIdSchema.safeParse(url.startsWith(NODE_PATH) ? url.slice(NODE_PATH.length) : '');
  const port = profile.success ? nodePort(profile.data) : null;
  return port === null ? null : (socket) => bridge(socketPort(socket), port);
}

async function listen(server: FastifyInstance, port: number): Promise<number> {
  try {
    await server.listen({ port, host: ADDRESS });
  } catch (cause) {
    await server.close();
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new HeadlessError('HEADLESS_PORT_IN_USE', `port ${port} is taken`, { port }, { cause });
  }
  return (server.server.address() as AddressInfo).port;
}
