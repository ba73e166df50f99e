/**
 * Implements the host's contract: each procedure parses its input, calls one part of the host, and returns its answer.
 */

import { backendViews } from '../../worker/engines/backends/install.ts';
import { streamOf } from '../app/feed.ts';
import type { HostParts } from '../app/host-parts.ts';
import { routesOf } from '../app/routes.ts';
import { isOtherProxy } from '../settings/outbound.ts';
import { cardsHandlers } from './cards.ts';
import { fleetHandlers } from './fleet.ts';
import { hostImplementer as contract } from './implementer.ts';
import { logHandlers } from './logs.ts';
import { networkHandlers } from './networks.ts';
import { profileHandlers } from './profiles.ts';

const done = {};

export function createHostRouter(parts: HostParts) {
  const { info, settings, secrets, announcer, engines, official, firstRun, keys, access, acts, places, devnet, nodes, updates } =
    parts;
  return contract.router({
    app: { info: contract.app.info.handler(() => info) },
    settings: {
      watch: contract.settings.watch.handler(streamOf(settings.watch, settings.get)),
      change: contract.settings.change.handler(async ({ input }) => {
        // The password belongs to one proxy and must never be sent to another.
        const moves = input.proxy !== undefined && isOtherProxy(settings.get().proxy, input.proxy);
        if (moves && secrets.view().proxyPassword !== null) await secrets.set({ name: 'proxyPassword', value: null });
        return settings.change(input);
      }),
      secrets: contract.settings.secrets.handler(() => secrets.view()),
      setSecret: contract.settings.setSecret.handler(async ({ input }) => {
        const view = await secrets.set(input);
        announcer.wake();
        return view;
      }),
      routes: contract.settings.routes.handler(() => routesOf(parts)),
    },
    notify: {
      watch: contract.notify.watch.handler(streamOf(announcer.watch, announcer.states)),
      test: contract.notify.test.handler(async ({ input }) => {
        await announcer.test(input.channel);
        return done;
      }),
    },
    networks: networkHandlers(contract, parts),
    engines: {
      backends: contract.engines.backends.handler(() => ({ backends: backendViews() })),
      list: contract.engines.list.handler(async () => ({ engines: await engines.list() })),
      inspect: contract.engines.inspect.handler(({ input }) =>
        'path' in input ? engines.inspect(input.path) : engines.keep(places.take(input.chosen, 'engine')),
      ),
      release: contract.engines.release.handler(() => official.release()),
      fetch: contract.engines.fetch.handler(async ({ input }) => {
        await official.start(input.name);
        return done;
      }),
      stopFetch: contract.engines.stopFetch.handler(async () => {
        await official.stop();
        return done;
      }),
      watchFetch: contract.engines.watchFetch.handler(streamOf(official.watch, official.state)),
    },
    firstRun: {
      draft: contract.firstRun.draft.handler(() => ({ draft: firstRun.get() })),
      keepDraft: contract.firstRun.keepDraft.handler(({ input }) => {
        firstRun.set(input.draft);
        return done;
      }),
    },
    places: {
      choose: contract.places.choose.handler(async ({ input }) => ({ chosen: await places.choose(input.kind) })),
    },
    gpus: cardsHandlers(contract, parts),
    keys: {
      stores: contract.keys.stores.handler(() => keys.stores()),
      list: contract.keys.list.handler(async () => ({ keys: [...(await keys.list())] })),
      create: contract.keys.create.handler(({ input }) => keys.create(input)),
      proveBackup: contract.keys.proveBackup.handler(({ input }) => keys.proveBackup(input)),
      import: contract.keys.import.handler(({ input }) => keys.import(input)),
      unlock: contract.keys.unlock.handler(({ input }) => keys.unlock(input)),
      prepareExport: contract.keys.prepareExport.handler(({ input }) => keys.prepareExport(input.address)),
      confirmExport: contract.keys.confirmExport.handler(({ input }) => keys.confirmExport(input)),
      archive: contract.keys.archive.handler(async ({ input }) => {
        await keys.archive(input.address);
        return done;
      }),
    },
    fleet: fleetHandlers(contract, parts),
    access: {
      list: contract.access.list.handler(() => ({ tokens: [...access.list()] })),
      create: contract.access.create.handler(({ input }) => access.create(input)),
      revoke: contract.access.revoke.handler(({ input }) => {
        access.revoke(input.name);
        return done;
      }),
    },
    acts: {
      pending: contract.acts.pending.handler(() => ({ acts: [...acts.pending()] })),
      confirm: contract.acts.confirm.handler(({ input }) => {
        acts.confirm(input.id);
        return done;
      }),
    },
    profiles: profileHandlers(contract, parts),
    logs: logHandlers(contract, parts),
    devnet: {
      watch: contract.devnet.watch.handler(
        streamOf(
          (listener) => devnet.watch(listener),
          () => devnet.state(),
        ),
      ),
      start: contract.devnet.start.handler(async () => {
        await devnet.start();
        return done;
      }),
      stop: contract.devnet.stop.handler(async () => {
        await nodes.stopLocalNetwork();
        return done;
      }),
    },
    updates: {
      watch: contract.updates.watch.handler(
        streamOf(
          (listener) => updates?.watch(listener) ?? (() => {}),
          () => updates?.state() ?? { kind: 'off' as const },
        ),
      ),
      check: contract.updates.check.handler(async () => {
        await updates?.check();
        return done;
      }),
      install: contract.updates.install.handler(async () => {
        await updates?.install();
        return done;
      }),
    },
  });
}
