/** Everything that the window holds, assembled once. */
import type { DevnetState } from '../../contract/devnet.ts';
import type { UpdateState } from '../../contract/host-contract.ts';
import { createHostClient, type HostClient } from '../../contract/rpc-client.ts';
import type { Settings } from '../../contract/settings.ts';
import { Link, type LinkClock } from '../rpc/link.ts';
import type { Transport } from '../rpc/transport.ts';
import { createNodeSession, type NodeSession } from './node-session.ts';
import { createProfilesStore, feedProfiles, type ProfilesStore } from './profiles.ts';
import { createToastsStore, type ToastsStore } from './toasts.ts';
import { createWatched, feedWatched, type Watched } from './watched.ts';

export interface App {
  readonly host: Link<HostClient>;
  readonly profiles: ProfilesStore;
  readonly settings: Watched<Settings>;
  readonly devnet: Watched<DevnetState>;
  readonly updates: Watched<UpdateState>;
  readonly toasts: ToastsStore;
  /** Ends the page's session; null = this window has no session to end. */
  readonly logOut: (() => Promise<void>) | null;
  /** A new connection to a node; the caller closes it. */
  openNode(profileId: string): NodeSession;
  close(): void;
}

export function createApp(options: { transport: Transport; clock: LinkClock }): App {
  const { transport, clock } = options;
  const host = new Link<HostClient>({ open: () => transport.host(), create: createHostClient, clock });
  const profiles = createProfilesStore();
  const settings = createWatched<Settings>();
  const devnet = createWatched<DevnetState>();
  const updates = createWatched<UpdateState>();
  const ends = [
    feedProfiles(profiles, host),
    feedWatched(settings, host, (client, signal) => client.settings.watch({}, { signal })),
    feedWatched(devnet, host, (client, signal) => client.devnet.watch({}, { signal })),
    feedWatched(updates, host, (client, signal) => client.updates.watch({}, { signal })),
  ];
  host.start();
  return {
    host,
    profiles,
    settings,
    devnet,
    updates,
    toasts: createToastsStore(),
    logOut: transport.logOut,
    openNode: (profileId) => createNodeSession({ profileId, transport, clock }),
    close() {
      host.stop();
      for (const end of ends) end();
    },
  };
}
