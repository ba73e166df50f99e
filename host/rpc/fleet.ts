/** Procedures for the fleet. */

import { streamOf } from '../app/feed.ts';
import type { HostParts } from '../app/host-parts.ts';
import type { HostImplementer } from './implementer.ts';

const done = {};

export function fleetHandlers(contract: HostImplementer, { fleet, ownRows, giveOrder, watched }: HostParts) {
  return {
    rows: contract.fleet.rows.handler(streamOf(ownRows.watch, ownRows.snapshot)),
    order: contract.fleet.order.handler(async ({ input }) => {
      await giveOrder(input);
      return done;
    }),
    watch: contract.fleet.watch.handler(streamOf(fleet.watch, fleet.snapshot)),
    steer: contract.fleet.steer.handler(async ({ input }) => ({ results: await fleet.steer(input) })),
    places: {
      list: contract.fleet.places.list.handler(() => ({ places: [...fleet.places()] })),
      add: contract.fleet.places.add.handler(async ({ input }) => {
        const { name, url } = await watched.add(input);
        const known = fleet.places().find(({ place }) => place === name);
        return known ?? { place: name, url, state: { kind: 'connecting' as const }, heardMs: null, version: null };
      }),
      remove: contract.fleet.places.remove.handler(async ({ input }) => {
        await watched.remove(input.name);
        return done;
      }),
    },
  };
}
