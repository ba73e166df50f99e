/** The proxy, if any, through which this machine reaches each destination that its nodes need. */
import type { Route } from '../../contract/settings.ts';
import { OFFICIAL_PATCH_URL } from '../../worker/engines/official/patches.ts';
import { routeOf } from '../settings/outbound.ts';
import type { HostParts } from './host-parts.ts';

export async function routesOf({
  profiles,
  networks,
  outbound,
}: Pick<HostParts, 'profiles' | 'networks' | 'outbound'>): Promise<{ routes: Route[]; unreadExceptions: string[] }> {
  const policy = await outbound.policy();
  const used = profiles.list();
  const ids = new Set(used.map(({ networkId }) => networkId));
  const presets = networks.presets().filter(({ id }) => ids.has(id));
  const hubs = new Set(used.map(({ models }) => models.hubUrl));
  const routes = [
    ...presets.map(({ id, relayUrl }) => ({ target: 'relay' as const, networkId: id, url: relayUrl })),
    ...presets.flatMap(({ id, chain }) =>
      (chain?.rpcUrls ?? []).map((url) => ({ target: 'chain' as const, networkId: id, url })),
    ),
    ...[...hubs].map((url) => ({ target: 'hub' as const, networkId: null, url })),
    { target: 'patches' as const, networkId: null, url: OFFICIAL_PATCH_URL },
  ];
  return {
    routes: routes.map(({ url, ...destination }) => routeOf({ ...destination, url: new URL(url) }, policy)),
    unreadExceptions: [...policy.unreadExceptions],
  };
}
