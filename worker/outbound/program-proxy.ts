/** The proxy for programs that reach the internet by themselves: engines, and the official worker above all. */
import { hostAndPort, type ProxyAddress, proxyUrlOf } from '../../contract/proxy.ts';
import type { ProxyPolicy } from './proxy-policy.ts';

/** What each scheme's requests of a program go through. */
const KINDS = [
  ['http_proxy', 'http:'],
  ['https_proxy', 'https:'],
] as const;

/** Engines are reached on this machine, and Python's libraries ask a proxy for it if nothing forbids it. */
const OWN_MACHINE = ['localhost', '127.0.0.1', '::1'];

/**
 * Variables in both spellings, in a form that every library reads; they replace whatever the program would inherit. An
 * address that this program cannot use is passed on as it is: the other program must not go around it either.
 */
export function programProxyEnvironment(policy: ProxyPolicy): Record<string, string> {
  const environment: Record<string, string> = {};
  const set = (name: string, value: string) => Object.assign(environment, { [name]: value, [name.toUpperCase()]: value });
  for (const [name, protocol] of KINDS) {
    const named = policy.named(protocol);
    if (named === null) set(name, '');
    else set(name, named.reading.kind === 'address' ? urlFor(named.reading.address) : named.text);
  }
  set('all_proxy', '');
  set('no_proxy', [...policy.exceptions.split(/[\s,;]+/).filter((entry) => entry !== ''), ...OWN_MACHINE].join(','));
  return environment;
}

/** The official worker's own setting. Source: WORKER_SETTINGS, cw_proxy. */
export interface OfficialProxy {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

export const NO_OFFICIAL_PROXY: OfficialProxy = { host: '', port: 8080, username: '', password: '' };

/**
 * For `cw_proxy`: the proxy of requests to `url`, such as the model hub. The worker joins the parts to a URL as they are,
 * so the scheme stands before the host, and name and password are percent-encoded.
 */
export function officialProxy(policy: ProxyPolicy, url: URL): OfficialProxy {
  const choice = policy.choose(url);
  if (choice.kind !== 'proxy') return NO_OFFICIAL_PROXY;
  const { host, port, username, password } = choice.address;
  const place = hostAndPort({ host, port }).replace(/:\d+$/, '');
  return {
    host: `${schemeFor(choice.address)}://${place}`,
    port,
    username: encodeURIComponent(username),
    password: encodeURIComponent(password),
  };
}

/** Other libraries look names up by themselves if they are told `socks5`; ours leaves that to the proxy. */
const schemeFor = ({ scheme }: ProxyAddress) => (scheme === 'socks5' ? 'socks5h' : scheme);
const urlFor = (address: ProxyAddress) => proxyUrlOf(address).replace(/^socks5:/, 'socks5h:');
