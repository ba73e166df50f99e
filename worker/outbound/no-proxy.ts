/** Which destinations are reached directly: always this machine itself, and those listed in NO_PROXY. */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { escapeRegExp } from '../kit/redaction.ts';

export interface Destination {
  /** Lower case, without brackets or a trailing dot. */
  readonly host: string;
  readonly port: number;
}

export interface NoProxy {
  covers(destination: Destination): boolean;
  /** Invalid entries; the others still apply. */
  readonly unread: readonly string[];
}

type Entry = (destination: Destination) => boolean;

export function destinationOf(url: URL): Destination {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { host: plainHost(url.hostname), port };
}

function plainHost(text: string): string {
  return text
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('0.0.0.0', 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
LOOPBACK.addAddress('::', 'ipv6');

/** Programs of this machine: a proxy would look for them on itself. */
export function isLoopback({ host }: Destination): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return listContains(LOOPBACK, host);
}

/** Also an IPv4 address in IPv6 notation. */
function listContains(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Entries are separated by commas or spaces: `*` (everything), `example.com` and `.example.com` (the domain and its
 * subdomains), `10.*` (a pattern), `192.168.1.7`, `::1`, `10.0.0.0/8`, `fd00::/8`, `<local>` (names without a dot);
 * each may end with `:port`. An address matches only an address: names are not resolved.
 */
export function readNoProxy(text: string): NoProxy {
  const entries: Entry[] = [];
  const unread: string[] = [];
  for (const word of text.split(/[\s,;]+/).filter((one) => one !== '')) {
    const entry = readEntry(word.toLowerCase());
    if (entry === null) unread.push(word);
    else entries.push(entry);
  }
  return { covers: (destination) => entries.some((covers) => covers(destination)), unread };
}

function readEntry(word: string): Entry | null {
  if (word === '*') return () => true;
  if (word === '<local>') return ({ host }) => isIP(host) === 0 && !host.includes('.');
  const { host: text, port } = splitPort(word.replace(/^[a-z][a-z0-9+.-]*:\/\//, '').replace(/\/$/, ''));
  if (port !== null && !(port >= 1 && port <= 65_535)) return null;
  const atHost = hostEntry(text);
  return atHost === null ? null : (destination) => (port === null || port === destination.port) && atHost(destination.host);
}

function splitPort(word: string): { host: string; port: number | null } {
  const [, v6, v6Rest = '', v6Port] = /^\[([^\]]*)\](\/\d+)?(?::(\d+))?$/.exec(word) ?? [];
  if (v6 !== undefined) return { host: `${v6}${v6Rest}`, port: v6Port === undefined ? null : Number(v6Port) };
  const [, host = word, port] = /^([^:]*):(\d+)$/.exec(word) ?? [];
  return { host, port: port === undefined ? null : Number(port) };
}

function hostEntry(text: string): ((host: string) => boolean) | null {
  const [, network, bits] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  if (network !== undefined && bits !== undefined) return networkEntry(network, Number(bits));
  if (isIP(text) !== 0) return networkEntry(text, isIPv4(text) ? 32 : 128);
  const domain = text.replace(/^\*?\./, '').replace(/\.$/, '');
  if (/^[\p{L}\p{N}\p{M}._-]+$/u.test(domain)) {
    const name = asciiName(domain);
    return (host) => host === name || (host.endsWith(`.${name}`) && isIP(host) === 0);
  }
  if (!/^[\p{L}\p{N}\p{M}.:*_-]+$/u.test(text)) return null;
  const pattern = new RegExp(`^${text.split('*').map(escapeRegExp).join('.*')}$`);
  return (host) => pattern.test(host);
}

function networkEntry(address: string, bits: number): ((host: string) => boolean) | null {
  const family = isIP(address);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return null;
  const list = new BlockList();
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return (host) => listContains(list, host);
}

/** Names in the ASCII form of URLs. */
function asciiName(name: string): string {
  try {
    return plainHost(new URL(`http://${name}/`).hostname);
  } catch {
    return name;
  }
}
