/** Proxies for downloads: the host's setting for models takes precedence over the program's. */
import type { Dispatcher } from 'undici';
import type { ProxySettings } from '../../../contract/model-settings.ts';
import { STALL_MS } from '../../engines/models/download-file.ts';
import { environmentPolicy, OutboundDispatcher } from '../../outbound/outbound-dispatcher.ts';
import { officialProxy, programProxyEnvironment } from '../../outbound/program-proxy.ts';
import { type ProxyPolicy, proxyPolicy } from '../../outbound/proxy-policy.ts';

/** `http://[user[:password]@]host:port`. */
export function proxyUrl({ host, port, username, password }: ProxySettings): string {
  const secret = password === '' ? '' : `:${encodeURIComponent(password)}`;
  const credentials = username === '' ? '' : `${encodeURIComponent(username)}${secret}@`;
  return `http://${credentials}${host}:${port}`;
}

/** The exceptions apply in either case. */
export function downloadPolicy(proxy: ProxySettings | null, program: ProxyPolicy): ProxyPolicy {
  if (proxy === null) return program;
  const setting = { kind: 'address' as const, address: proxyUrl({ ...proxy, password: '' }), noProxy: program.exceptions };
  return proxyPolicy({ setting, password: proxy.username === '' ? '' : proxy.password, environment: {} });
}

/** Close it after the downloads have ended. */
export function downloadDispatcher(proxy: ProxySettings | null, program: ProxyPolicy = environmentPolicy()): Dispatcher {
  return new OutboundDispatcher({ policy: downloadPolicy(proxy, program), agent: { bodyTimeout: STALL_MS } });
}

/** For an engine program that downloads from a hub by itself. */
export function proxyEnvironment(policy: ProxyPolicy, hubUrl: string): Record<string, string> {
  const proxy = officialProxy(policy, new URL(hubUrl));
  return {
    ...programProxyEnvironment(policy),
    ...(proxy === null ? {} : { cw_proxy: JSON.stringify(proxy) }),
  };
}
