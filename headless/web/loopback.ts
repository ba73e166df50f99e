/**
 * Checks every request's Host and Origin. A page of another site can reach loopback under a name of its own (DNS
 * rebinding), and pages on other ports of this machine count as the same site, so the browser's same-site rules are not
 * enough.
 */

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?$/;

/** Any port: the near end of a tunnel may use another one. */
export function isLoopbackHost(host: string | undefined): host is string {
  const port = host === undefined ? null : LOOPBACK_HOST.exec(host);
  return port !== null && Number(port[1] ?? 80) <= 65_535;
}

/** A browser states the origin of the page that asks; only a page of this very server may. */
export function isOwnOrigin(origin: string | undefined, host: string): boolean {
  return origin === `http://${host}`;
}
