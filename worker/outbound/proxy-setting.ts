/** A proxy in the format of the official worker's settings. Source: worker 3.5.0, `get_requests_proxy_url`. */

export interface WorkerProxy {
  /** With its scheme: Python's libraries require one. Empty = no proxy. */
  readonly host: string;
  readonly port: number;
  /** The worker inserts both into a URL unchanged, so they are already encoded. */
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
