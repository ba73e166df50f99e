/**
 * Connects to another program's contract. That program is not trusted with our memory or time: frames are limited in
 * size, as is what may arrive within some seconds, and a peer that does not answer a ping is disconnected.
 */
import { type ClientOptions, WebSocket } from 'ws';
import type { RpcPort } from '../../contract/rpc-port.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { HostError } from '../errors.ts';
import { socketPort } from '../rpc/socket-port.ts';
import type { PlaceKeys } from './places.ts';

const CONNECT_WITHIN_MS = 10_000;
/** Maximum size of a frame; a snapshot of the maximum number of rows is half of it. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
const PING_EVERY_MS = 20_000;
/** The program reports changes four times a second; everything else is answers to orders. */
const WINDOW_MS = 10_000;
const MAX_FRAMES = 2_500;
const MAX_BYTES = 16 * 1024 * 1024;

export type ConnectPlace = (
  keys: PlaceKeys,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
) => Promise<RpcPort>;

/** @throws HostError FLEET_PLACE_UNREACHABLE, FLEET_PLACE_TLS, FLEET_PLACE_REFUSED, FLEET_PLACE_BAD_ANSWER */
export const connectPlace: ConnectPlace = ({ url, token, ca, cert, key }, { clock, signal }) => {
  const target = new URL(url);
  target.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  target.pathname = `${url.pathname.replace(/\/+$/, '')}/rpc/host`;
  const options: ClientOptions = {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: CONNECT_WITHIN_MS,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
    minVersion: 'TLSv1.2',
    ...(ca === null ? {} : { ca }),
    ...(cert === null || key === null ? {} : { cert, key }),
  };
  const { host } = url;
  return new Promise((resolve, reject) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(target, options);
    } catch (cause) {
      // A key that does not match its certificate is detected before anything is sent.
      return reject(new HostError('FLEET_PLACE_TLS', reasonOf(cause), { host, reason: reasonOf(cause) }, { cause }));
    }
    const abort = () => socket.terminate();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', abort));
    socket.once('open', () => resolve(limitTraffic(socket, clock)));
    socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      reject(refusal(host, statusCode));
      socket.terminate();
    });
    socket.on('error', (cause) => reject(unreachable(host, cause)));
  });
};

function limitTraffic(socket: WebSocket, clock: Clock): RpcPort {
  const port = socketPort(socket);
  const ended = new AbortController();
  port.onClose(() => ended.abort());
  let since = startStopwatch(clock);
  let frames = 0;
  let bytes = 0;
  socket.on('message', (data: Buffer) => {
    if (since() >= WINDOW_MS) {
      since = startStopwatch(clock);
      frames = 0;
      bytes = 0;
    }
    frames += 1;
    bytes += data.length;
    if (frames > MAX_FRAMES || bytes > MAX_BYTES) socket.terminate();
  });
  keepAlive(socket, clock, ended.signal).catch(() => {});
  return port;
}

/** A tunnel that has gone away sends nothing, so a peer that does not answer one ping is disconnected. */
async function keepAlive(socket: WebSocket, clock: Clock, signal: AbortSignal): Promise<void> {
  let heard = true;
  socket.on('pong', () => {
    heard = true;
  });
  for (;;) {
    await clock.sleep(PING_EVERY_MS, signal);
    if (!heard) return socket.terminate();
    heard = false;
    socket.ping();
  }
}

function refusal(host: string, status: number): HostError {
  if (status === 401 || status === 403) {
    return new HostError('FLEET_PLACE_REFUSED', `${host} does not accept the token: it may have been revoked`, { host, status });
  }
  // A proxy in front of the program answers for it while it is away.
  if (status === 502 || status === 503 || status === 504) {
    return new HostError('FLEET_PLACE_UNREACHABLE', `${host} answered with ${status}`, { host, reason: String(status) });
  }
  return new HostError('FLEET_PLACE_BAD_ANSWER', `${host} answered with ${status}, which no crynux-node does`, { host, status });
}

const TLS_CODE = /^(?:ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/;

function unreachable(host: string, cause: Error): HostError {
  const code = 'code' in cause ? String(cause.code) : '';
  const reason = code === '' ? reasonOf(cause) : code;
  const isTls = TLS_CODE.test(code);
  // Node's parser: the peer does not speak HTTP.
  if (code.startsWith('HPE_')) return new HostError('FLEET_PLACE_BAD_ANSWER', `${host}: ${reason}`, { host }, { cause });
  return new HostError(
    isTls ? 'FLEET_PLACE_TLS' : 'FLEET_PLACE_UNREACHABLE',
    `${host}: ${reasonOf(cause)}`,
    { host, reason },
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
