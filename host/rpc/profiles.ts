/** Procedures for the profiles and their nodes. */
import path from 'node:path';
import type { ProfileDraft } from '../../contract/profiles.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import { checkDraft } from '../app/draft-check.ts';
import { streamOf } from '../app/feed.ts';
import type { HostParts } from '../app/host-parts.ts';
import { HostError } from '../errors.ts';
import { LOCAL_NETWORK_ID } from '../networks/network-directory.ts';
import { assertFits } from '../profiles/node-config-of.ts';
import type { HostImplementer } from './implementer.ts';

const done = {};

export function profileHandlers(contract: HostImplementer, parts: HostParts) {
  const { profiles, views, nodes, outbound, networks, keys, devnetKeys, supervisor, stakePermissions, info, clock, random } =
    parts;

  async function assertUsable(draft: ProfileDraft): Promise<void> {
    assertFits(draft, networks.preset(draft.networkId));
    if (devnetKeys.has(draft.address)) return void devnetKeys.privateKeyOf(draft);
    const known = (await keys.list()).some((key) => !key.archived && sameAddress(key.address, draft.address));
    if (!known) throw new HostError('KEY_UNKNOWN', `no key for ${draft.address}`, { address: draft.address });
  }

  return {
    watch: contract.profiles.watch.handler(streamOf(views.watch, views.snapshot)),
    create: contract.profiles.create.handler(async ({ input: { draft } }) => {
      await assertUsable(draft);
      return views.view(profiles.create(draft));
    }),
    update: contract.profiles.update.handler(async ({ input: { id, draft } }) => {
      await assertUsable(draft);
      return views.view(profiles.update(id, draft));
    }),
    remove: contract.profiles.remove.handler(async ({ input: { id } }) => {
      if (supervisor.active().includes(profiles.get(id).id)) throw new HostError('PROFILE_RUNNING', `${id} is running`, { id });
      profiles.remove(id);
      return done;
    }),
    check: contract.profiles.check.handler(async ({ input: { draft } }) => {
      if (draft.networkId === LOCAL_NETWORK_ID) await nodes.prepareLocal(draft);
      return checkDraft({
        draft,
        preset: networks.preset(draft.networkId),
        dataDir: path.join(info.dataDir, 'nodes'),
        isOurs: profiles.list().some((one) => sameAddress(one.address, draft.address) && one.networkId === draft.networkId),
        clock,
        random,
        proxies: await outbound.policy(),
      });
    }),
    start: contract.profiles.start.handler(async ({ input: { id }, context }) => {
      // Only callers that can read the data directory may decide what is staked; for a page, a person was asked before.
      if (context.caller === 'own') stakePermissions.allow(id);
      await nodes.start(id);
      return done;
    }),
    allowStake: contract.profiles.allowStake.handler(({ input: { id } }) => {
      stakePermissions.allow(id);
      return done;
    }),
    stop: contract.profiles.stop.handler(async ({ input: { id } }) => {
      await nodes.stop(id);
      return done;
    }),
    createOnDevnet: contract.profiles.createOnDevnet.handler(({ input, signal }) => nodes.createLocal(input, signal)),
  };
}
