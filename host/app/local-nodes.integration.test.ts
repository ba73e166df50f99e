/** Funds a node of the local network whose tasks are on a chain: only as much as it lacks. */
import { expect, it, onTestFinished } from 'vitest';
import { startChainDevnet } from '../../devnet/chain-mode/chain-devnet.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import type { Hex } from '../../protocol/hex.ts';
import { fundNode, localPeers } from './local-nodes.ts';

const CNX = 10n ** 18n;

it('funds stake and gas once; a member only gets gas', async () => {
  const scripted = [{ name: 'one', modelIds: ['base:a/b'] }];
  const network = await startChainDevnet(
    { mode: 'chain', dataDir: 'none', workerEntry: 'none', scripted },
    { clock: systemClock, random: systemRandom },
  );
  onTestFinished(() => network.stop());
  const given: bigint[] = [];
  const devnet = {
    preset: () => network.network,
    async fund(address: string, { walletWei }: { readonly walletWei: bigint }) {
      given.push(walletWei);
      await network.fund(address as Hex, { walletWei });
    },
  };
  const provide = (address: Hex) => fundNode({ address, stakeWei: 400n * CNX, devnet, clock: systemClock, random: systemRandom });
  const stranger = `0x${'12'.repeat(20)}` as const;
  await provide(stranger);
  await provide(stranger);
  expect(given).toEqual([410n * CNX]);
  const member = network.scripted[0]?.address ?? '0x';
  const walletWei = await network.chain.balance(member);
  await provide(member);
  expect(given[1]).toBe(10n * CNX - walletWei);
});

it("contracts get peers with the same card as the host's node", () => {
  expect(localPeers('chain').map(({ gpu }) => gpu.vramGib)).toEqual([24, 24]);
  expect(localPeers('relay').map(({ gpu }) => gpu.vramGib)).toEqual([16, 16]);
});
