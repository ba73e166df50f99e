/** In which phase an exchange over HTTP failed, read off the error that undici or the system gave. */

/** Before an answer: a name without address, no connection, too late, or cut off. */
export type ConnectionPhase = 'dns' | 'connect' | 'timeout' | 'reset';

const PHASES: Readonly<Record<string, ConnectionPhase>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  ETIMEDOUT: 'connect',
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
};

export interface ConnectionFailure {
  /** Null: not a failure of the connection as far as the error tells. */
  readonly phase: ConnectionPhase | null;
  readonly name: string;
  readonly code: string;
  /** Never empty. */
  readonly message: string;
}

export function connectionFailure(error: unknown): ConnectionFailure {
  const { name = '', code = '', message = '' } = error as { name?: string; code?: unknown; message?: string };
  const text = String(code);
  return { phase: phaseOf(name, text), name, code: text, message: message === '' ? text : message };
}

function phaseOf(name: string, code: string): ConnectionPhase | null {
  if (name === 'TimeoutError' || name === 'AbortError') return 'timeout';
  return PHASES[code] ?? (/CERT|TLS|SSL|EPROTO/.test(code) ? 'connect' : null);
}
