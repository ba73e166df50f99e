/** Which proxy a request goes through, if any. Pure: the environment and the settings are passed in. */
import {
  type ProxyAddress,
  type ProxyAddressReading,
  type ProxySetting,
  proxyProblemText,
  readProxyAddress,
} from '../../contract/proxy.ts';
import { OutboundError } from './errors.ts';
import { destinationOf, isLoopback, readNoProxy } from './no-proxy.ts';

/** Where the proxy comes from: `settings`, or the name of a variable as spelled in this environment. */
export type ProxySource = string;

type ProxyChoice =
  | { readonly kind: 'direct'; readonly why: 'loopback' | 'excepted' | 'none' }
  | { readonly kind: 'proxy'; readonly address: ProxyAddress; readonly source: ProxySource }
  /** The configured proxy cannot be used. It is never bypassed: the host may not want direct connections to be seen. */
  | { readonly kind: 'unusable'; readonly error: OutboundError; readonly source: ProxySource };

export interface ProxyPolicy {
  /** @param url of the request; its path does not matter. */
  choose(url: URL): ProxyChoice;
  /** The configured proxy for a scheme, ignoring exceptions; null = none. */
  named(protocol: 'http:' | 'https:'): NamedProxy | null;
  /** In the syntax of NO_PROXY. */
  readonly exceptions: string;
  /** Its invalid entries. */
  readonly unreadExceptions: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProxyOrigin {
  readonly setting?: ProxySetting;
  /** Password for the proxy in the setting. */
  readonly password?: string;
  readonly environment: Environment;
}

interface NamedProxy {
  /** As it was written; may contain a password. */
  readonly text: string;
  readonly source: ProxySource;
  readonly reading: ProxyAddressReading;
}

/**
 * The setting takes precedence over the environment; in the environment, the variable for the request's scheme takes
 * precedence over ALL_PROXY.
 */
export function proxyPolicy({ setting = { kind: 'environment' }, password = '', environment }: ProxyOrigin): ProxyPolicy {
  if (setting.kind === 'none') return policy(() => null, '');
  if (setting.kind === 'address') {
    const reading = withPassword(readProxyAddress(setting.address), password);
    const named = { text: setting.address, source: 'settings', reading };
    return policy(() => named, setting.noProxy);
  }
  const all = variable(environment, 'all_proxy');
  const https = variable(environment, 'https_proxy') ?? all;
  const http = variable(environment, 'http_proxy') ?? all;
  return policy((protocol) => (protocol === 'https:' ? https : http), textOf(environment, 'no_proxy')?.text ?? '');
}

function policy(named: ProxyPolicy['named'], exceptionsText: string): ProxyPolicy {
  const exceptions = readNoProxy(exceptionsText);
  return {
    named,
    exceptions: exceptionsText,
    unreadExceptions: exceptions.unread,
    choose(url) {
      const destination = destinationOf(url);
      if (isLoopback(destination)) return { kind: 'direct', why: 'loopback' };
      const proxy = named(url.protocol === 'https:' ? 'https:' : 'http:');
      if (proxy === null) return { kind: 'direct', why: 'none' };
      if (exceptions.covers(destination)) return { kind: 'direct', why: 'excepted' };
      const { reading, source } = proxy;
      if (reading.kind === 'address') return { kind: 'proxy', address: reading.address, source };
      return { kind: 'unusable', error: unusable(reading, source), source };
    },
  };
}

function unusable({ problem }: Extract<ProxyAddressReading, { kind: 'problem' }>, source: ProxySource): OutboundError {
  const text = `${source === 'settings' ? 'the proxy of the settings' : source}: ${proxyProblemText(problem)}`;
  if (problem.kind === 'scheme') return new OutboundError('PROXY_UNSUPPORTED', text, { source, scheme: problem.scheme });
  return new OutboundError('PROXY_BAD_ADDRESS', text, { source });
}

function withPassword(reading: ProxyAddressReading, password: string): ProxyAddressReading {
  if (reading.kind === 'problem' || password === '') return reading;
  return { kind: 'address', address: { ...reading.address, password } };
}

function variable(environment: Environment, name: string): NamedProxy | null {
  const found = textOf(environment, name);
  return found === null ? null : { ...found, reading: readProxyAddress(found.text) };
}

/** Lower case first, like curl; an empty variable counts as unset. */
function textOf(environment: Environment, name: string): { text: string; source: string } | null {
  for (const source of [name, name.toUpperCase()]) {
    const text = environment[source]?.trim() ?? '';
    if (text !== '') return { text, source };
  }
  return null;
}
