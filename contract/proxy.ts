/** Proxies between this machine and the internet: the syntax of their addresses, and the host's settings. */
import { z } from 'zod';

export const PROXY_SCHEMES = ['http', 'https', 'socks5'] as const;
type ProxyScheme = (typeof PROXY_SCHEMES)[number];

/** A parsed proxy address. */
export interface ProxyAddress {
  readonly scheme: ProxyScheme;
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Decoded; both empty = no credentials are sent. */
  readonly username: string;
  readonly password: string;
}

/** Why a text is not a proxy address; never contains the text itself, which may contain a password. */
export type ProxyAddressProblem =
  | { readonly kind: 'scheme'; readonly scheme: string }
  | { readonly kind: 'malformed'; readonly part: 'host' | 'port' | 'text' }
  /** The address of a script that would choose a proxy (PAC). */
  | { readonly kind: 'script' };

export type ProxyAddressReading =
  | { readonly kind: 'address'; readonly address: ProxyAddress }
  | { readonly kind: 'problem'; readonly problem: ProxyAddressProblem };

const SCHEMES: Readonly<Record<string, ProxyScheme>> = {
  http: 'http',
  https: 'https',
  socks: 'socks5',
  socks5: 'socks5',
  socks5h: 'socks5',
};
const DEFAULT_PORT: Readonly<Record<ProxyScheme, number>> = { http: 80, https: 443, socks5: 1080 };
const MAX_LENGTH = 2_000;

/**
 * `[scheme://][user[:password]@]host[:port][/]`. Without a scheme it is an HTTP proxy, as in curl. Characters in user
 * or password that should be percent-encoded, such as `#`, `/` or `@`, are accepted as they are, because people paste
 * what they were given.
 */
export function readProxyAddress(text: string): ProxyAddressReading {
  const trimmed = unquoted(text.trim());
  if (trimmed === '' || trimmed.length > MAX_LENGTH || hasControl(trimmed)) return malformed('text');
  const [, schemeText = 'http', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(trimmed) ?? [];
  const scheme = SCHEMES[schemeText.toLowerCase()];
  if (scheme === undefined) return { kind: 'problem', problem: { kind: 'scheme', scheme: schemeText.toLowerCase() } };
  const at = rest.lastIndexOf('@');
  const [authority = '', ...path] = rest.slice(at + 1).split(/[/?#]/);
  if (/\.pac$/i.test(path.join('/').split('/').at(-1) ?? '')) return { kind: 'problem', problem: { kind: 'script' } };
  const place = readAuthority(authority, DEFAULT_PORT[scheme]);
  if (typeof place === 'string') return malformed(place);
  return { kind: 'address', address: { scheme, ...place, ...readCredentials(at < 0 ? '' : rest.slice(0, at)) } };
}

/** Windows' `set NAME="value"` keeps the quotes in the value. */
function unquoted(text: string): string {
  const [, inner] = /^(?:"(.*)"|'(.*)')$/s.exec(text)?.filter((part) => part !== undefined) ?? [];
  return inner === undefined ? text : inner.trim();
}

function hasControl(text: string): boolean {
  return [...text].some((sign) => sign < ' ' || sign === '\u007f');
}

function readAuthority(authority: string, defaultPort: number): { host: string; port: number } | 'host' | 'port' {
  const [, bracketed, plain = '', portText] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(authority) ?? [];
  const isBareV6 = bracketed === undefined && (authority.match(/:/g)?.length ?? 0) > 1;
  const host = hostOf(isBareV6 ? authority : (bracketed ?? plain), isBareV6 || bracketed !== undefined);
  if (host === null) return 'host';
  if (isBareV6 || portText === undefined || portText === '') return { host, port: defaultPort };
  const port = Number(portText);
  return /^\d{1,5}$/.test(portText) && port >= 1 && port <= 65_535 ? { host, port } : 'port';
}

/** In the form used for connecting; null = not a host. */
function hostOf(text: string, isV6: boolean): string | null {
  if (!isV6 && !/^[\p{L}\p{N}\p{M}._-]+$/u.test(text)) return null;
  try {
    const { hostname } = new URL(`http://${isV6 ? `[${text}]` : text}/`);
    return hostname === '' ? null : hostname.replace(/^\[|\]$/g, '');
  } catch {
    return null;
  }
}

function readCredentials(text: string): { username: string; password: string } {
  const colon = text.indexOf(':');
  const [username, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  return { username: decodedEscapes(username), password: decodedEscapes(password) };
}

/** A `%` that does not start an escape is a percent sign. */
export function decodedEscapes(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function malformed(part: 'host' | 'port' | 'text'): ProxyAddressReading {
  return { kind: 'problem', problem: { kind: 'malformed', part } };
}

/** `host:port`, as in a URL. */
export function hostAndPort({ host, port }: Pick<ProxyAddress, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** For display: without the password, and with the user name hidden as well. */
export function shownProxy(address: ProxyAddress): string {
  const credentials = address.username === '' && address.password === '' ? '' : '***@';
  return `${address.scheme}://${credentials}${hostAndPort(address)}`;
}

/** As a URL, credentials encoded. For programs that require one; never display it. */
export function proxyUrlOf({ username, password, ...address }: ProxyAddress): string {
  const secret = password === '' ? '' : `:${encodeURIComponent(password)}`;
  const credentials = username === '' && password === '' ? '' : `${encodeURIComponent(username)}${secret}@`;
  return `${address.scheme}://${credentials}${hostAndPort(address)}`;
}

/** One sentence that starts with what is wrong. */
export function proxyProblemText(problem: ProxyAddressProblem): string {
  switch (problem.kind) {
    case 'scheme':
      return `"${problem.scheme}" is no kind of proxy this program can use; it can use ${PROXY_SCHEMES.join(', ')}`;
    case 'script':
      return 'it is the address of a script (PAC), not of a proxy';
    case 'malformed':
      return problem.part === 'text' ? 'it is empty or unreadable' : `its ${problem.part} cannot be read`;
  }
}

/** A password in the address would be stored unencrypted in the settings file; it is stored separately. */
const addressWithoutPassword = z
  .string()
  .max(MAX_LENGTH)
  .superRefine((text, context) => {
    const reading = readProxyAddress(text);
    if (reading.kind === 'problem') context.addIssue({ code: 'custom', message: proxyProblemText(reading.problem) });
    else if (reading.address.password !== '')
      context.addIssue({ code: 'custom', message: 'give the password apart from the address' });
  });

export const proxySettingSchema = z.discriminatedUnion('kind', [
  /** HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY of the program's environment. */
  z.object({ kind: z.literal('environment') }),
  /** Direct, whatever the environment says. */
  z.object({ kind: z.literal('none') }),
  z.object({
    kind: z.literal('address'),
    address: addressWithoutPassword,
    /** As in NO_PROXY: hosts, domains, addresses and networks, separated by commas. */
    noProxy: z.string().max(10_000).default(''),
  }),
]);
export type ProxySetting = z.output<typeof proxySettingSchema>;

/** What a process that connects to the internet needs to know. */
export const outboundSchema = z.object({
  proxy: proxySettingSchema.prefault({ kind: 'environment' }),
  /** Password of the proxy in `proxy`; separate from the settings because it is a secret. */
  proxyPassword: z.string().default(''),
  /** Access token of the model hub; null = none. Sent only to the hub's own host. */
  hubToken: z.string().min(1).nullable().default(null),
});
export type Outbound = z.output<typeof outboundSchema>;
