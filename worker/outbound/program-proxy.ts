/** The proxy for programs that reach the internet by themselves: engines, and the official worker above all. */
import { type ProxyAddress, proxyUrlOf } from '../../contract/proxy.ts';
import type { ProxyPolicy } from './proxy-policy.ts';
import { type WorkerProxy, workerProxy } from './proxy-setting.ts';

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

/** For `cw_proxy`: the proxy of requests to `url`, such as the model hub; null = none. */
export function officialProxy(policy: ProxyPolicy, url: URL): WorkerProxy | null {
  const choice = policy.choose(url);
  return choice.kind === 'proxy' ? workerProxy(urlFor(choice.address)) : null;
}

/** Other libraries look names up by themselves if they are told `socks5`; ours leaves that to the proxy. */
const urlFor = (address: ProxyAddress) => proxyUrlOf(address).replace(/^socks5:/, 'socks5h:');
