/**
 * `/metrics`, `/livez` and `/readyz` on a read-only listener of their own. It reveals no keys, addresses or tasks, and
 * only this machine can reach it unless an address and a token are given.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, BlockList, isIPv4, isIPv6 } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { HostApp } from '../../host/app/host-app.ts';
import type { Clock } from '../../protocol/ports.ts';
import { HeadlessError } from '../errors.ts';
import { isLoopbackHost } from '../web/loopback.ts';
import { nullIfLate, readFacts } from './facts.ts';
import { notReadyLines } from './readiness.ts';
import { formatOf, type Scrape, scrapeOf } from './registry.ts';

export interface MetricsListener {
  /** 0 = any free port. */
  readonly port: number;
  readonly host: string;
  /** Required for `/metrics`; null = not required. */
  readonly token: string | null;
}

/** The program's phase between start and end. */
export type ProgramPhase = 'starting' | 'open' | 'ending';

export interface MetricsServerOptions extends MetricsListener {
  readonly app: Pick<HostApp, 'client' | 'parts' | 'nodePort'>;
  readonly phase: () => ProgramPhase;
  readonly clock: Clock;
}

export interface MetricsServer {
  readonly address: string;
  close(): Promise<void>;
}

const ANSWER_WITHIN_MS = 2_000;
const REQUEST_WITHIN_MS = 5_000;
const CHECK_EVERY_MS = 1_000;
const IDLE_MS = 90_000;
const MAX_CONNECTIONS = 32;
/** Some load balancers probe with HEAD. */
const PROBE = { exposeHeadRoute: true };
const TEXT = 'text/plain; charset=utf-8';
const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** @throws HeadlessError HEADLESS_METRICS_OPEN, HEADLESS_PORT_IN_USE */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { host, port, token } = options;
  const isLocal = isLoopback(host);
  if (!isLocal && token === null) {
    throw new HeadlessError('HEADLESS_METRICS_OPEN', `${host} is reachable from other machines, and no token is given`, { host });
  }
  const server = fastify({
    ...{ bodyLimit: 1, exposeHeadRoutes: false, forceCloseConnections: true },
    ...{ requestTimeout: REQUEST_WITHIN_MS, keepAliveTimeout: IDLE_MS },
    // Node checks every 30 s by default; until then, a half-sent request would occupy a connection that a probe needs.
    http: { maxHeaderSize: 8_192, headersTimeout: REQUEST_WITHIN_MS, connectionsCheckingInterval: CHECK_EVERY_MS },
  });
  server.server.maxConnections = MAX_CONNECTIONS;
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(HEADERS);
    // A page of another site can reach loopback under a name of its own (DNS rebinding).
    if (isLocal && !isLoopbackHost(request.headers.host)) return reply.code(421).send();
    // Node keeps the first of two Host headers, but a proxy may have checked the second.
    if (hostHeaderCount(request.raw.rawHeaders) > 1) return reply.code(400).send();
    if (isOfPage(request.headers)) return reply.code(403).send();
    const isRead = request.method === 'GET' || (request.method === 'HEAD' && !request.is404);
    if (!isRead) return reply.code(405).send();
  });
  serve(server, options);
  const at = await listen(server, { host, port });
  return { address: `http://${isIPv6(host) ? `[${host}]` : host}:${at}/metrics`, close: () => server.close() };
}

/** Pages in a browser are refused; a person who types the address may read. */
function isOfPage({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return origin !== undefined || (site !== undefined && site !== 'none' && site !== 'same-origin');
}

/** `rawHeaders` alternates between names and values. */
function hostHeaderCount(rawHeaders: readonly string[]): number {
  return rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host').length;
}

function serve(server: FastifyInstance, { app, token, phase, clock }: MetricsServerOptions): void {
  const startedMs = clock.now();
  const isAllowed = tokenCheck(token);
  const scrape = shareInFlight((accept) => readFacts(app, { clock, startedMs }).then((facts) => scrapeOf(facts, accept)));
  server.get('/metrics', async (request, reply) => {
    if (!isAllowed(request.headers.authorization)) return reply.code(401).header('WWW-Authenticate', 'Bearer').send();
    const { contentType, text } = await scrape(request.headers.accept);
    return reply.type(contentType).send(text);
  });
  server.get('/livez', PROBE, async (_request, reply) => {
    const lives = await isAnswering(app, clock);
    return reply
      .code(lives ? 200 : 503)
      .type(TEXT)
      .send(lives ? 'ok\n' : 'it does not answer\n');
  });
  server.get('/readyz', PROBE, async (_request, reply) => {
    const at = phase();
    const lines = at === 'open' ? notReady(app) : [at];
    return reply
      .code(lines.length === 0 ? 200 : 503)
      .type(TEXT)
      .send(lines.length === 0 ? 'ok\n' : `${lines.join('\n')}\n`);
  });
}

function notReady({ parts }: Pick<HostApp, 'parts'>): string[] {
  const snapshot = parts.views.snapshot();
  return snapshot.kind === 'snapshot' ? notReadyLines(snapshot.profiles) : [];
}

/** Whether the program answers its own contract. */
async function isAnswering({ client }: Pick<HostApp, 'client'>, clock: Clock): Promise<boolean> {
  return (await nullIfLate(client.app.info({}), { clock, withinMs: ANSWER_WITHIN_MS })) !== null;
}

/** Requests that arrive during a scrape in the same format share it, so many readers cost no more than one. */
function shareInFlight(make: (accept: string | undefined) => Promise<Scrape>): (accept: string | undefined) => Promise<Scrape> {
  const making = new Map<string, Promise<Scrape>>();
  return (accept) => {
    const format = formatOf(accept);
    const known = making.get(format);
    if (known !== undefined) return known;
    const made = make(accept).finally(() => making.delete(format));
    making.set(format, made);
    return made;
  };
}

/** Compares digests in constant time. */
function tokenCheck(token: string | null): (header: string | undefined) => boolean {
  if (token === null) return () => true;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(token);
  return (header) => {
    const given = header === undefined ? undefined : /^bearer +(.*)$/i.exec(header)?.[1];
    return given !== undefined && timingSafeEqual(digest(given), wanted);
  };
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  if (isIPv4(host)) return LOOPBACK.check(host, 'ipv4');
  return host === 'localhost' || (isIPv6(host) && LOOPBACK.check(host, 'ipv6'));
}

async function listen(
  server: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  try {
    await server.listen({ port, host });
  } catch (cause) {
    await server.close();
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new HeadlessError('HEADLESS_PORT_IN_USE', `port ${port} is taken`, { port }, { cause });
  }
  return (server.server.address() as AddressInfo).port;
}
