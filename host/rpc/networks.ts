/** Procedures for the networks: which exist, their minimum stake, and checks before a start. */
import path from 'node:path';
import { sameAddress } from '../../protocol/wire/fields.ts';
import { checkDraft } from '../app/draft-check.ts';
import { readFunding } from '../app/funding.ts';
import type { HostParts } from '../app/host-parts.ts';
import { minimumStake } from '../app/minimum-stake.ts';
import type { HostImplementer } from './implementer.ts';

export function networkHandlers(contract: HostImplementer, parts: HostParts) {
  const { info, networks, profiles, outbound, clock, random } = parts;
  const asked = async (id: string) => ({ preset: networks.preset(id), clock, random, proxies: await outbound.policy() });
  return {
    list: contract.networks.list.handler(() => networks.views()),
    minimumStake: contract.networks.minimumStake.handler(async ({ input }) => minimumStake(await asked(input.id))),
    funding: contract.networks.funding.handler(async ({ input: { networkId, address, stakeWei } }) => ({
      funding: await readFunding({ ...(await asked(networkId)), address, stakeWei: BigInt(stakeWei) }),
    })),
    check: contract.networks.check.handler(async ({ input }) =>
      checkDraft({
        ...(await asked(input.networkId)),
        draft: input,
        dataDir: path.join(info.dataDir, 'nodes'),
        isOurs: profiles.list().some((one) => sameAddress(one.address, input.address) && one.networkId === input.networkId),
      }),
    ),
    add: contract.networks.add.handler(({ input }) => networks.add(input.preset)),
    remove: contract.networks.remove.handler(({ input }) => {
      networks.remove(input.id);
      return {};
    }),
  };
}
