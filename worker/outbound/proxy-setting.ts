/** A proxy as the official worker's settings want it. Source: worker 3.5.0, `get_requests_proxy_url`. */

export interface WorkerProxy {
  /** With its scheme: Python's libraries take no address without one. Empty = no proxy. */
  readonly host: string;
  readonly port: number;
  /** The worker puts both into an address as they are, so they are encoded for one. */
  readonly username: string;
  readonly password: string;
}

export const NO_WORKER_PROXY: WorkerProxy = { host: '', port: 8080, username: '', password: '' };

const USUAL_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'socks5:': 1080, 'socks5h:': 1080 };

/** @param url of the proxy, with scheme: `http://me:secret@proxy.lan:3128`. */
export function workerProxy(url: string | null): WorkerProxy {
  if (url === null) return NO_WORKER_PROXY;
  const { protocol, hostname, port, username, password } = new URL(url);
  return {
    host: `${protocol}//${hostname}`,
    port: port === '' ? (USUAL_PORTS[protocol] ?? NO_WORKER_PROXY.port) : Number(port),
    username,
    password,
  };
}
