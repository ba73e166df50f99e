/** Outbound connections according to the settings: for the worker processes, and for the program itself. */
import { hostAndPort, type Outbound, type ProxySetting, readProxyAddress, shownProxy } from '../../contract/proxy.ts';
import type { Route, SecretSetting } from '../../contract/settings.ts';
import type { Log } from '../../worker/log.ts';
import { OUTBOUND_ERRORS } from '../../worker/outbound/errors.ts';
import { type Environment, type ProxyPolicy, proxyPolicy } from '../../worker/outbound/proxy-policy.ts';
import type { SecretSettings } from './secrets.ts';
import type { SettingsStore } from './settings.ts';

export interface OutboundSettings {
  /** What a worker process is told at its start. Never rejects: a secret that cannot be read is left out and logged. */
  forWorker(): Promise<Outbound>;
  /** For a request of the program itself. */
  policy(): Promise<ProxyPolicy>;
}

export interface OutboundSettingsOptions {
  readonly settings: SettingsStore;
  readonly secrets: SecretSettings;
  readonly environment: Environment;
  readonly log: Log;
}

export function outboundSettings({ settings, secrets, environment, log }: OutboundSettingsOptions): OutboundSettings {
  async function secret(name: SecretSetting): Promise<string | null> {
    try {
      return await secrets.get(name);
    } catch (error) {
      log.warn({ err: error, setting: name }, 'a secret setting cannot be read; going on without it');
      return null;
    }
  }
  /** Only a proxy in the settings has its password here; the environment variable contains its own. */
  const password = async () => (settings.get().proxy.kind === 'address' ? ((await secret('proxyPassword')) ?? '') : '');
  return {
    async forWorker() {
      return { proxy: settings.get().proxy, proxyPassword: await password(), hubToken: await secret('hubToken') };
    },
    async policy() {
      return proxyPolicy({ setting: settings.get().proxy, password: await password(), environment });
    },
  };
}

/** Whether a change leads to another proxy: another host or another user. */
export function isOtherProxy(before: ProxySetting, after: ProxySetting): boolean {
  return (
    after.kind === 'address' && (before.kind !== 'address' || proxyIdentity(before.address) !== proxyIdentity(after.address))
  );
}

function proxyIdentity(text: string): string {
  const reading = readProxyAddress(text);
  if (reading.kind === 'problem') return text;
  const { scheme, username } = reading.address;
  return JSON.stringify([scheme, username, hostAndPort(reading.address)]);
}

/** How `policy` reaches a destination, without credentials. */
export function routeOf(destination: Pick<Route, 'target' | 'networkId'> & { readonly url: URL }, policy: ProxyPolicy): Route {
  const { target, networkId, url } = destination;
  return { target, networkId, host: url.host, way: wayOf(url, policy) };
}

function wayOf(url: URL, policy: ProxyPolicy): Route['way'] {
  const choice = policy.choose(url);
  switch (choice.kind) {
    case 'direct':
      return choice;
    case 'proxy':
      return { kind: 'proxy', proxy: shownProxy(choice.address), source: choice.source };
    case 'unusable': {
      const { code, message } = choice.error;
      return { kind: 'unusable', source: choice.source, code, message, remedy: OUTBOUND_ERRORS[code].remedy };
    }
  }
}
