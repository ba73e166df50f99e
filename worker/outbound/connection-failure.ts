/** In which phase an HTTP exchange failed, and on which side, judging by the error from undici or the system. */
import { networkInterfaces } from 'node:os';
import { outboundErrorIn } from './errors.ts';

/** Failed before an answer: no address for the name, no connection, timeout, connection reset, or the host's own proxy. */
export type ConnectionPhase = 'dns' | 'connect' | 'timeout' | 'reset' | 'proxy';

const PHASES: Readonly<Record<string, ConnectionPhase>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  ENETDOWN: 'connect',
  EADDRNOTAVAIL: 'connect',
  ETIMEDOUT: 'connect',
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
};

/** `here`: this machine's own connection; `there`: the other side; `unclear`: the error fits both. */
export type FailureSide = 'here' | 'there' | 'unclear';

/** Reported only by this machine: no resolver, no route, no address. */
const LOCAL_CODES = new Set(['EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']);
/** No answer, or an unknown name: this looks the same as a pulled cable. */
const UNCLEAR_CODES = new Set(['ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);
/** A bad certificate: its owner's mistake, a wrong date on this machine, or a network that intercepts the connection. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_SSL|EPROTO/;

export interface ConnectionFailure {
  /** Null: not a connection failure, as far as the error shows. */
  readonly phase: ConnectionPhase | null;
  readonly side: FailureSide;
  readonly name: string;
  readonly code: string;
  /** Never empty. */
  readonly message: string;
}

/** @param isOnline whether this machine has any address other than loopback. */
export function connectionFailure(error: unknown, isOnline: () => boolean = hasNetwork): ConnectionFailure {
  const proxy = outboundErrorIn(error);
  // A host behind a proxy has no other way out, so the proxy belongs to this side.
  if (proxy !== null) return { phase: 'proxy', side: 'here', name: proxy.name, code: proxy.code, message: proxy.message };
  const { name = '', code = '', message = '' } = error as { name?: string; code?: unknown; message?: string };
  const text = String(code);
  const phase = phaseOf(name, text);
  return { phase, side: sideOf(text, phase, isOnline), name, code: text, message: message === '' ? text : message };
}

function sideOf(code: string, phase: ConnectionPhase | null, isOnline: () => boolean): FailureSide {
  if (LOCAL_CODES.has(code)) return 'here';
  if (CERTIFICATE.test(code)) return 'unclear';
  if (phase !== 'timeout' && !UNCLEAR_CODES.has(code)) return 'there';
  return isOnline() ? 'unclear' : 'here';
}

function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
}

/** The common side of several failures of one kind: one that is certainly not ours clears the connection. */
export function commonSide(sides: readonly FailureSide[]): FailureSide {
  if (sides.includes('there')) return 'there';
  return sides.includes('here') ? 'here' : 'unclear';
}

function phaseOf(name: string, code: string): ConnectionPhase | null {
  if (name === 'TimeoutError' || name === 'AbortError') return 'timeout';
  return PHASES[code] ?? (CERTIFICATE.test(code) || /TLS|SSL/.test(code) ? 'connect' : null);
}
