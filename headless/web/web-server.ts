/**
 * The window and the contract on loopback: files over HTTP, `/rpc/host` and `/rpc/node/<profile>` over WebSocket. The
 * files are the same for everybody and contain nothing confidential; everything else needs a session
 * (contract/page-session.ts). HTTP only reads, and opens or closes a session; everything else uses a WebSocket, whose
 * origin is checked.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { ACCESS_REVOKED } from '../../contract/access.ts';
import type { Caller } from '../../contract/acts.ts';
import { SECURITY_HEADERS } from '../../contract/content-security.ts';
import {
  credentialsFrom,
  RPC_PROTOCOL,
  SESSION_ENDED,
  SESSION_PATH,
  SESSION_SCHEME,
  secretFromProtocols,
  TOKEN_FRAGMENT,
  TOKEN_SCHEME,
} from '../../contract/page-session.ts';
import { profileIdSchema } from '../../contract/profiles.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';
import type { AccessTokens } from '../../host/access/access-tokens.ts';
import { bridge, MAX_REQUEST_BYTES, socketPort } from '../../host/rpc/socket-port.ts';
import type { Random } from '../../protocol/ports.ts';
import { HeadlessError } from '../errors.ts';
import { createEntryGate, type EntryGate } from './entry-gate.ts';
import { isLoopbackHost, isOwnOrigin } from './loopback.ts';
import { NO_WINDOW_PAGE, type StaticFiles } from './static-files.ts';

/** A window built on the fly, for development; the checks on who may talk to the program stay the same. */
export interface LiveWindow {
  /** Replaces the product's policy for its pages, because hot reload needs a little more. */
  readonly contentSecurityPolicy: string;
  /** Answers a request for one of its files; the security headers are already set. */
  handle(request: IncomingMessage, response: ServerResponse): void;
}

export interface WebServerOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Null = the window has not been built, or is not wanted. */
  readonly files: StaticFiles | LiveWindow | null;
  readonly random: Random;
  /** Who else may read or control the nodes. */
  readonly access: Pick<AccessTokens, 'find' | 'watchRevoked'>;
  /** Connects to the host's contract. */
  readonly serveHost: (port: RpcPort, caller: Caller) => void;
  /** A connection to a node's own contract, or to its records; null = neither exists. */
  readonly nodePort: (profileId: string, caller: Caller) => RpcPort | null;
  /** A clock that nobody can set; default: the process's own. */
  readonly monotonicMs?: () => number;
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
/** For each kind of client: pages cannot use up the slots of the command line, which ends what they started. */
const MAX_CONNECTIONS = 64;
/** Per browser: its windows, each connected to the host and several nodes. */
const MAX_PER_BROWSER = 32;
/** For clients without a session, which are told so and disconnected. */
const MAX_STRANGERS = 16;
/** Per access token: the host and several nodes. */
const MAX_PER_TOKEN = 16;
const COMMAND_LINE = 'command line';
const NOBODY = 'nobody';
const TOKEN = 'token ';
const NODE_PATH = '/rpc/node/';

/** How often to check for expired sessions without activity. */
const SWEEP_MS = 30_000;
const GOODBYE_MS = 1_000;
const SESSION_METHODS: ReadonlySet<string> = new Set(['POST', 'DELETE']);

/** @throws HeadlessError HEADLESS_PORT_IN_USE */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  // biome-ignore lint/plugin: sessions expire by monotonic time; this is its source
  const { random, monotonicMs = () => performance.now() } = options;
  const gate = createEntryGate({ random, monotonicMs });
  const server = fastify({ bodyLimit: 1, exposeHeadRoutes: false, forceCloseConnections: true });
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    if (!isLoopbackHost(request.headers.host)) return reply.code(421).send();
    if (request.method === 'GET') return;
    if (!SESSION_METHODS.has(request.method) || request.url !== SESSION_PATH) return reply.code(405).send();
    // Only the page itself: another page has another origin, and could not set the required header either.
    if (!isOwnOrigin(request.headers.origin, request.headers.host)) return reply.code(403).send();
    return handleSession(request, reply, gate);
  });
  server.setNotFoundHandler((request, reply) => serveRequest(request, reply, options.files, gate));
  const sockets = attachSockets(server, options, gate);
  const port = await listen(server, options.port);
  const sweeping = setInterval(() => gate.sweep(), SWEEP_MS);
  sweeping.unref();
  return {
    port,
    commandLineToken: gate.commandLineToken,
    address: () => addressWith(port, gate),
    async close() {
      clearInterval(sweeping);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await server.close();
    },
  };
}

function addressWith(port: number, gate: EntryGate): string {
  return `http://${ADDRESS}:${port}/#${TOKEN_FRAGMENT}=${gate.createToken()}`;
}

/** Exchanges a token for a session secret, or ends a session. */
function handleSession(request: FastifyRequest, reply: FastifyReply, gate: EntryGate): FastifyReply {
  const { authorization } = request.headers;
  if (request.method === 'DELETE') {
    gate.leave(credentialsFrom(authorization, SESSION_SCHEME) ?? '');
    return reply.code(204).send();
  }
  const secret = gate.enter(credentialsFrom(authorization, TOKEN_SCHEME) ?? '');
  return secret === null ? reply.code(401).send() : reply.send({ secret });
}

/** There are no routes: a path is looked up exactly as received, so nothing in it can lead anywhere else. */
function serveRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  files: StaticFiles | LiveWindow | null,
  gate: EntryGate,
): FastifyReply {
  const [path = ''] = request.url.split('?', 1);
  const { origin, authorization } = request.headers;
  if (path === '/address') {
    if (origin !== undefined || !gate.isCommandLine(authorization)) return reply.code(401).send();
    return files === null ? reply.code(404).send() : reply.send({ address: addressWith(request.socket.localPort ?? 0, gate) });
  }
  if (files === null) return reply.code(503).type(HTML).send(NO_WINDOW_PAGE);
  if ('handle' in files) return serveLive(request, reply, files);
  // Only the window knows its own paths, so a navigation to an unknown path gets the window; a missing script or image
  // is 404.
  const isNavigation = request.headers['sec-fetch-mode'] === 'navigate';
  const file = files.find(path) ?? (isNavigation ? files.index : undefined);
  if (file === undefined) return reply.code(404).send();
  return reply.type(file.type).send(file.body);
}

function serveLive(request: FastifyRequest, reply: FastifyReply, { handle, contentSecurityPolicy }: LiveWindow): FastifyReply {
  reply.hijack();
  const headers = { ...SECURITY_HEADERS, 'Content-Security-Policy': contentSecurityPolicy };
  for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value);
  handle(request.raw, reply.raw);
  return reply;
}

function attachSockets(server: FastifyInstance, options: WebServerOptions, gate: EntryGate): WebSocketServer {
  const slots = createSlots();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_REQUEST_BYTES,
    perMessageDeflate: false,
    // The other offered protocol carries a secret and must not be echoed.
    handleProtocols: (offered) => (offered.has(RPC_PROTOCOL) ? RPC_PROTOCOL : false),
  });
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refuse = (status: number) => void socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n`);
    const who = identifyVisitor(request, gate, options.access);
    if (who.kind === 'refused') return refuse(who.status);
    const client = clientOf(who);
    if (!slots.isFree(client)) return refuse(503);
    // A page cannot see why an upgrade was refused, so one without a session is accepted, told so, and closed.
    const serve = who.kind === 'noSession' ? closeWithoutSession : targetOf(request.url ?? '', callerOf(who), options);
    if (serve === null) return refuse(404);
    sockets.handleUpgrade(request, socket, head, (open) => {
      slots.take(client, open);
      const port = socketPort(open);
      if (who.kind === 'page') {
        const joined = gate.join(who.secret, () => port.close(SESSION_ENDED));
        if (joined === null) return port.close(SESSION_ENDED);
        port.onClose(() => joined.left());
      }
      if (who.kind === 'access') {
        // It may have been revoked while the connection was being made.
        if (options.access.find(who.token) === null) return port.close(ACCESS_REVOKED);
        const unwatch = options.access.watchRevoked((name) => name === who.name && port.close(ACCESS_REVOKED));
        port.onClose(unwatch);
      }
      serve(port);
      // A client that does not close the connection itself must not keep its slot.
      if (who.kind === 'noSession') setTimeout(() => open.terminate(), GOODBYE_MS).unref();
    });
  });
  return sockets;
}

/** Counts open connections by client. */
function createSlots() {
  const taken = new Map<WebSocket, string>();
  const countOf = (fits: (client: string) => boolean) => [...taken.values()].filter(fits).length;
  return {
    isFree(client: string): boolean {
      const own = countOf((one) => one === client);
      if (client === NOBODY) return own < MAX_STRANGERS;
      if (client === COMMAND_LINE) return own < MAX_CONNECTIONS;
      const isToken = (one: string) => one.startsWith(TOKEN);
      if (isToken(client)) return own < MAX_PER_TOKEN && countOf(isToken) < MAX_CONNECTIONS;
      const isPage = (one: string) => one !== COMMAND_LINE && one !== NOBODY && !isToken(one);
      return own < MAX_PER_BROWSER && countOf(isPage) < MAX_CONNECTIONS;
    },
    take(client: string, socket: WebSocket): void {
      taken.set(socket, client);
      socket.once('close', () => taken.delete(socket));
    },
  };
}

type Visitor =
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'commandLine' }
  | { readonly kind: 'access'; readonly name: string; readonly role: Caller; readonly token: string }
  | { readonly kind: 'page'; readonly secret: string }
  | { readonly kind: 'noSession' };

function identifyVisitor({ headers }: IncomingMessage, gate: EntryGate, access: WebServerOptions['access']): Visitor {
  const { host, origin, authorization } = headers;
  // Any host name is allowed, for example behind an ingress: no page can set this header, and only its holder knows the
  // token.
  const token = origin === undefined ? (credentialsFrom(authorization, 'Bearer') ?? '') : '';
  const grant = access.find(token);
  if (grant !== null) return { kind: 'access', name: grant.name, role: grant.role, token };
  if (!isLoopbackHost(host)) return { kind: 'refused', status: 421 };
  // Whoever can read the token file is not a browser page; and a page cannot set this header.
  if (origin === undefined) return gate.isCommandLine(authorization) ? { kind: 'commandLine' } : { kind: 'refused', status: 401 };
  if (!isOwnOrigin(origin, host)) return { kind: 'refused', status: 403 };
  const secret = secretFromProtocols(headers['sec-websocket-protocol']);
  return secret !== null && gate.has(secret) ? { kind: 'page', secret } : { kind: 'noSession' };
}

function clientOf(who: Exclude<Visitor, { readonly kind: 'refused' }>): string {
  if (who.kind === 'page') return `page ${who.secret}`;
  if (who.kind === 'access') return `${TOKEN}${who.name}`;
  return who.kind === 'commandLine' ? COMMAND_LINE : NOBODY;
}

function callerOf(who: Exclude<Visitor, { readonly kind: 'refused' | 'noSession' }>): Caller {
  if (who.kind === 'access') return who.role;
  return who.kind === 'commandLine' ? 'own' : 'page';
}

function closeWithoutSession(port: RpcPort): void {
  port.close(SESSION_ENDED);
}

/** What serves the connection; null = there is nothing at this path, or the node is not running. */
function targetOf(url: string, caller: Caller, { serveHost, nodePort }: WebServerOptions): ((port: RpcPort) => void) | null {
  if (url === '/rpc/host') return (port) => serveHost(port, caller);
  const profile = profileIdSchema.safeParse(url.startsWith(NODE_PATH) ? url.slice(NODE_PATH.length) : '');
  if (!profile.success) return null;
  const port = nodePort(profile.data, caller);
  return port === null ? null : (near) => bridge(near, port);
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
