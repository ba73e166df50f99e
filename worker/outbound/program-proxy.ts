/** The proxy for programs that access the internet themselves: engines, above all the official worker. */
import { type ProxyAddress, proxyUrlOf } from '../../contract/proxy.ts';
import type { ProxyPolicy } from './proxy-policy.ts';
import { type WorkerProxy, workerProxy } from './proxy-setting.ts';

/** The variable for requests of each scheme. */
const VARIABLES = [
  ['http_proxy', 'http:'],
  ['https_proxy', 'https:'],
] as const;

/** Engines are reached on this machine, and Python's libraries would use a proxy for that unless forbidden. */
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '::1'];

/**
 * Variables in both spellings, in a form that every library understands; they replace inherited ones. An address that
 * this program cannot use is passed on unchanged, because the other program must not bypass the proxy either.
 */
export function programProxyEnvironment(policy: ProxyPolicy): Record<string, string> {
  const environment: Record<string, string> = {};
  const set = (name: string, value: string) => Object.assign(environment, { [name]: value, [name.toUpperCase()]: value });
  for (const [name, protocol] of VARIABLES) {
    const named = policy.named(protocol);
    if (named === null) set(name, '');
    else set(name, named.reading.kind === 'address' ? proxyUrl(named.reading.address) : named.text);
  }
  set('all_proxy', '');
  set('no_proxy', [...policy.exceptions.split(/[\s,;]+/).filter((entry) => entry !== ''), ...LOOPBACK_HOSTS].join(','));
  return environment;
}

/** For `cw_proxy`: the proxy for requests to `url`, such as the model hub; null = none. */
export function officialProxy(policy: ProxyPolicy, url: URL): WorkerProxy | null {
  const choice = policy.choose(url);
  return choice.kind === 'proxy' ? workerProxy(proxyUrl(choice.address)) : null;
}

/** With `socks5`, other libraries resolve names themselves; ours leaves that to the proxy. */
const proxyUrl = (address: ProxyAddress) => proxyUrlOf(address).replace(/^socks5:/, 'socks5h:');
