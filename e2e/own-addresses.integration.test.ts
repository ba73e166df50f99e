/**
 * A real worker process on a chain: the beneficial address, which is permanent, is never one whose key this program
 * has.
 */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { networkPresetData } from '../contract/node-config.ts';
import { createNodeClient } from '../contract/rpc-client.ts';
import { createWorkerClient } from '../contract/worker-client.ts';
import { WORKER_ENTRY } from '../demo/programs.ts';
import { startDevnet } from '../devnet/devnet.ts';
import { forkWorker } from '../devnet/fork-worker.ts';
import { systemClock, systemRandom } from '../devnet/system.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { fakeEngine } from '../worker/engines/testing/engine-harness.ts';
import { tempDir } from '../worker/testing/temp-dir.ts';

const CNX = 10n ** 18n;
const freshAddress = () => addressOf(bytesToHex(systemRandom.bytes(32)));

it('refuses the addresses of other keys, from the start or added later', async () => {
  const devnet = await startDevnet(
    { dataDir: tempDir(), workerEntry: WORKER_ENTRY },
    { clock: systemClock, random: systemRandom },
  );
  onTestFinished(() => devnet.stop());
  const privateKey = bytesToHex(systemRandom.bytes(32));
  await devnet.fund(addressOf(privateKey), { walletWei: 500n * CNX });
  const client = createWorkerClient(forkWorker({ entry: WORKER_ENTRY, args: [], logFile: join(tempDir(), 'worker.log') }));
  onTestFinished(async () => void (await client.stop({ quitNetwork: false })));
  const [known, later, foreign] = [freshAddress(), freshAddress(), freshAddress()];
  await client.start(
    {
      dataDir: join(tempDir(), 'node'),
      network: networkPresetData(devnet.network),
      engine: fakeEngine(),
      gpu: { name: 'Devnet GPU+Linux', vramGib: 24 },
      stakeWei: (400n * CNX).toString(),
      modelIds: ['base:tiny/model'],
    },
    privateKey,
    { ownAddresses: [addressOf(privateKey), known] },
  );
  const { money } = createNodeClient(client.connect());
  const against = async (address: string) => {
    const { problems, confirmation } = await money.prepareChainAct({ act: { kind: 'setBenefitAddress', address } });
    return { codes: problems.map(({ code }) => code), confirmation: confirmation?.id ?? '' };
  };
  const OWN = { codes: ['MONEY_BENEFIT_OWN_KEY'], confirmation: '' };
  expect(await against(addressOf(privateKey))).toEqual(OWN);
  expect(await against(known.toLowerCase())).toEqual(OWN);
  expect((await against(foreign)).codes).toEqual([]);
  const { codes, confirmation } = await against(later);
  expect(codes).toEqual([]);
  client.ownAddresses([addressOf(privateKey), known, later]);
  expect(await against(later)).toEqual(OWN);
  // An earlier confirmation is no way around it.
  const act = { kind: 'setBenefitAddress', address: later } as const;
  await expect(money.confirmChainAct({ act, confirmation })).rejects.toThrow();
  expect((await money.stake({})).benefitAddress).toBeNull();
});
