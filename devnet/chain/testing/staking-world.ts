/**
 * Shared set-up for the tests of the staking contracts: one chain per suite, restored after each test, and its actors.
 */
import type { TransactionReceipt } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { StakingGeneration } from '../../../contract/chain-preset.ts';
import { type ContractName, compiledContract, contractInterface } from '../compiled.ts';
import { DEPLOYER_KEYS } from '../deploy.ts';
import { DevnetAccount } from '../devnet-account.ts';
import { CNX, startWorld, type TestContract, type World } from './world.ts';

export interface StakingWorld extends World {
  readonly staking: TestContract;
  readonly delegated: TestContract;
  readonly benefit: TestContract;
  readonly deployer: DevnetAccount;
  readonly node: DevnetAccount;
  /** Calls `stake` for a target, with a value; both in whole CNX. */
  stake(cnx: bigint, valueCnx: bigint, from?: DevnetAccount): Promise<TransactionReceipt>;
  /** The whole CNX that a call moves to the address (negative = away from it), without gas. */
  cnxMoved(address: string, act: () => Promise<TransactionReceipt>): Promise<bigint>;
}

/** Registers the hooks of the suite it is called in. The result's fields exist only while its tests run. */
export function stakingWorld(
  generation: StakingGeneration,
  setUp: (world: StakingWorld) => Promise<void> = () => Promise.resolve(),
): StakingWorld {
  const world = {} as StakingWorld;
  let snapshot = '';
  beforeAll(async () => {
    Object.assign(world, await openWorld(generation));
    await setUp(world);
  });
  afterAll(() => world.chain.stop());
  beforeEach(async () => {
    snapshot = await world.chain.anvil.control.snapshot();
  });
  afterEach(() => world.chain.anvil.control.restore(snapshot));
  return world;
}

async function openWorld(generation: StakingGeneration): Promise<StakingWorld> {
  const world = await startWorld({ generation });
  const staking = world.contract('NodeStaking');
  const node = await world.account('node');
  return {
    ...world,
    staking,
    node,
    delegated: world.contract('DelegatedStaking'),
    benefit: world.contract('BenefitAddress'),
    deployer: new DevnetAccount(DEPLOYER_KEYS[generation], world.chain.anvil.control),
    stake: (cnx, valueCnx, from = node) => staking.send(from, 'stake', [cnx * CNX], valueCnx * CNX),
    async cnxMoved(address, act) {
      const before = await world.balance(address);
      const receipt = await act();
      const gas = receipt.from === address ? receipt.fee : 0n;
      return ((await world.balance(address)) - before + gas) / CNX;
    },
  };
}

/** Creates a single contract, without the set-up that a deployment adds. */
export function createContract(from: DevnetAccount, generation: StakingGeneration, name: ContractName, args: readonly unknown[]) {
  const data = compiledContract(generation, name).bytecode + contractInterface(generation, name).encodeDeploy(args).slice(2);
  return from.send({ to: null, data });
}
