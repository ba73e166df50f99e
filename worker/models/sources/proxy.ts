/** Proxies for downloads: what the host has set wins over what the environment says. */
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { ProxySettings } from '../../../contract/model-settings.ts';
import { STALL_MS } from '../../engines/models/download-file.ts';
import { workerProxy } from '../../engines/official/proxy-setting.ts';

/** `http://[user[:password]@]host:port`. */
export function proxyUrl({ host, port, username, password }: ProxySettings): string {
  const secret = password === '' ? '' : `:${encodeURIComponent(password)}`;
  const credentials = username === '' ? '' : `${encodeURIComponent(username)}${secret}@`;
  return `http://${credentials}${host}:${port}`;
}

/** NO_PROXY of the environment holds either way. Close it when the downloads have ended. */
export function downloadDispatcher(proxy: ProxySettings | null): Dispatcher {
  const url = proxy === null ? {} : { httpProxy: proxyUrl(proxy), httpsProxy: proxyUrl(proxy) };
  return new EnvHttpProxyAgent({ ...url, bodyTimeout: STALL_MS });
}

/** For an engine program, which fetches by itself. Source: RELAY_PROTOCOL 9.1. */
export function proxyEnvironment(proxy: ProxySettings | null): Record<string, string> {
  if (proxy === null) return {};
  const url = proxyUrl(proxy);
  return { cw_proxy: JSON.stringify(workerProxy(url)), HTTP_PROXY: url, HTTPS_PROXY: url };
}
