/**
 * What a request must say to be taken. A page of another site can reach loopback under a name of its own (DNS
 * rebinding), and pages of other ports of this machine count as the same site: names and origins are checked by us.
 */

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?$/;

/** The port is free to differ: a tunnel may have another one at its near end. */
export function isLoopbackHost(host: string | undefined): host is string {
  const port = host === undefined ? null : LOOPBACK_HOST.exec(host);
  return port !== null && Number(port[1] ?? 80) <= 65_535;
}

/** A browser names the page that asks; only a page of this very server may. */
export function isOwnOrigin(origin: string | undefined, host: string): boolean {
  return origin === `http://${host}`;
}
