import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NodeQuestion } from '../../../contract/act-questions.ts';
import { ContractError } from '../../../contract/errors.ts';
import { systemClock, systemRandom } from '../../../devnet/system.ts';
import { checksumAddress } from '../../../protocol/signing/keys.ts';
import type { NodeInfo } from '../../../protocol/wire/node.ts';
import { type ChainWorld, CNX, SILENT, startChainWorld } from '../../chain/testing/chain-world.ts';
import { NetworkClock } from '../../networks/network-clock.ts';
import { createMoney } from '../money.ts';
import { createMoneyService } from '../money-service.ts';
import { caller } from '../testing/call.ts';
import { emptyAccount } from '../testing/chain-rig.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld({ generation: 'J26' });
});
afterAll(() => world.chain.stop());

const COLD = checksumAddress(`0x${'cc'.repeat(20)}`);

async function actsRig() {
  const client = await world.client();
  const nodeInfo = async (): Promise<NodeInfo> => {
    throw new Error('not asked in these tests');
  };
  const money = createMoney({
    db: client.db,
    events: { ofTypes: () => [] },
    account: emptyAccount(client.address),
    chain: { client, preset: client.preset },
    network: 'devnet',
    gpu: 'GPU',
    nodeInfo,
    networkClock: new NetworkClock(systemClock),
    clock: systemClock,
    random: systemRandom,
    log: SILENT,
  });
  const call = caller(createMoneyService(money));
  await money.sync.sync();
  const chainState = async () => {
    const { checks } = await call('reconcile', {});
    return checks.filter(({ against }) => against === 'chain').map(({ agreement }) => agreement.state);
  };
  return { client, money, call, chainState };
}

it('changes a stake in two steps: what was shown is what happens', async () => {
  const { client, call, chainState } = await actsRig();
  const act = { kind: 'setStake', stakeWei: String(400n * CNX) } as const;
  const shown = await call('prepareChainAct', { act });
  expect(shown).toMatchObject({ facts: { valueWei: String(400n * CNX), fromCreditsWei: '0' }, problems: [], weight: null });
  const confirmation = shown.confirmation?.id ?? '';
  const { transaction } = await call('confirmChainAct', { act, confirmation });
  expect(transaction).toMatch(/^0x[0-9a-f]{64}$/);
  await expect(call('confirmChainAct', { act, confirmation })).rejects.toMatchObject({ code: 'MONEY_CONFIRMATION_UNKNOWN' });
  expect(await call('stake', {})).toMatchObject({
    status: 'Staked',
    balanceWei: String(400n * CNX),
    minimumWei: String(400n * CNX),
    benefitAddress: null,
    recovery: { state: 'notAsked' },
  });
  expect(await chainState()).toEqual(['agrees', 'agrees']);
  expect(await world.count(client.address)).toBe(1);
});

it('confirms nothing if the facts have changed meanwhile: credits arrived, so a different value would be sent', async () => {
  const { client, call } = await actsRig();
  const act = { kind: 'setStake', stakeWei: String(400n * CNX) } as const;
  const shown = await call('prepareChainAct', { act });
  await world.chain.createCredits(client.address, 10n * CNX);
  const confirm = call('confirmChainAct', { act, confirmation: shown.confirmation?.id ?? '' });
  await expect(confirm).rejects.toMatchObject({ code: 'MONEY_CONFIRMATION_CHANGED' });
  expect(await world.count(client.address)).toBe(0);
});

it('offers no confirmation for what the contracts would refuse', async () => {
  const { call } = await actsRig();
  const problemsOf = async (stakeWei: bigint) => {
    const shown = await call('prepareChainAct', { act: { kind: 'setStake', stakeWei: String(stakeWei) } });
    expect(shown.confirmation).toBeNull();
    return shown.problems.map(({ code }) => code);
  };
  expect(await problemsOf(399n * CNX)).toEqual(['CHAIN_STAKE_BELOW_MINIMUM']);
  expect(await problemsOf(1_000n * CNX)).toEqual(['CHAIN_INSUFFICIENT_FUNDS']);
});

it('sets a beneficial address once, never to an own key, and shows it exactly as it will be', async () => {
  const { client, call } = await actsRig();
  const prepare = (address: string) => call('prepareChainAct', { act: { kind: 'setBenefitAddress', address } });
  expect((await prepare(client.address)).problems.map(({ code }) => code)).toEqual(['MONEY_BENEFIT_OWN_KEY']);
  expect((await prepare(world.chain.contracts.nodeStaking)).problems.map(({ code }) => code)).toEqual(['MONEY_BENEFIT_CONTRACT']);
  const act = { kind: 'setBenefitAddress', address: COLD.toLowerCase() } as const;
  const shown = await prepare(act.address);
  expect(shown.facts).toEqual({ address: COLD, checksummed: false });
  await call('confirmChainAct', { act, confirmation: shown.confirmation?.id ?? '' });
  expect(await client.benefitAddress.get()).toBe(COLD);
  expect((await prepare(COLD)).problems.map(({ code }) => code)).toEqual(['MONEY_BENEFIT_SET']);
});

it('asks a person, if there is one to ask, with the current facts; a no, or different facts after a yes, change nothing', async () => {
  const { client, money } = await actsRig();
  const service = createMoneyService(money);
  const act = { kind: 'setBenefitAddress', address: COLD } as const;
  const prepared = async () => ({ act, confirmation: (await service.prepareChainAct({ act })).confirmation?.id ?? '' });
  const asked: NodeQuestion[] = [];
  const refuse = async (question: NodeQuestion): Promise<void> => {
    asked.push(question);
    throw new ContractError('ACT_NOT_CONFIRMED', 'no');
  };
  await expect(service.confirmChainAct(await prepared(), refuse)).rejects.toMatchObject({ code: 'ACT_NOT_CONFIRMED' });
  const { benefitAddress, nodeStaking } = world.chain.contracts;
  expect(asked).toMatchObject([
    { name: 'setBenefitAddress', facts: { address: COLD, contract: benefitAddress, call: 'setBenefitAddress' } },
  ]);
  expect(BigInt(String(asked[0]?.facts.mostGasWei))).toBeGreaterThan(0n);
  expect(await client.benefitAddress.get()).toBeNull();

  // While the person reads, it is set elsewhere.
  const changeMeanwhile = async () => void (await client.benefitAddress.set(`0x${'dd'.repeat(20)}`, { id: 'elsewhere' }));
  await expect(service.confirmChainAct(await prepared(), changeMeanwhile)).rejects.toMatchObject({ code: 'MONEY_BENEFIT_SET' });

  const stake = { kind: 'setStake', stakeWei: String(400n * CNX) } as const;
  const { confirmation } = await service.prepareChainAct({ act: stake });
  const credits = async (question: NodeQuestion): Promise<void> => {
    expect(question.facts).toMatchObject({ valueWei: String(400n * CNX), contract: nodeStaking, call: 'stake' });
    await world.chain.createCredits(client.address, 10n * CNX);
  };
  const changed = service.confirmChainAct({ act: stake, confirmation: confirmation?.id ?? '' }, credits);
  await expect(changed).rejects.toMatchObject({ code: 'MONEY_CONFIRMATION_CHANGED' });
  // Without a valid confirmation, nobody is even asked.
  await expect(service.confirmChainAct({ act: stake, confirmation: 'made up' }, refuse)).rejects.toMatchObject({
    code: 'MONEY_CONFIRMATION_UNKNOWN',
  });
  expect(asked).toHaveLength(1);
  expect((await client.staking.stake()).balanceWei).toBe(0n);
});

it('sets a delegator share and closes it again', async () => {
  const { client, call } = await actsRig();
  for (const percent of [10, 0]) {
    const act = { kind: 'setDelegatorShare', percent } as const;
    const shown = await call('prepareChainAct', { act });
    await call('confirmChainAct', { act, confirmation: shown.confirmation?.id ?? '' });
    expect(await client.delegatedStaking.share()).toBe(percent);
  }
});

it('forces a stake out after the delay, with a countdown before', async () => {
  const { client, call, chainState } = await actsRig();
  const { staking } = client;
  const act = { kind: 'forceUnstake' } as const;
  const codes = async () => (await call('prepareChainAct', { act })).problems.map(({ code }) => code);
  expect(await codes()).toEqual(['CHAIN_NOT_STAKED']);
  await staking.setStake(400n * CNX, { id: 's' });
  expect(await codes()).toEqual(['CHAIN_UNSTAKE_NOT_ASKED']);
  await staking.tryUnstake({ id: 't' });
  expect(await codes()).toEqual(['CHAIN_FORCE_UNSTAKE_EARLY']);
  const { recovery } = await call('stake', {});
  if (recovery.state !== 'waiting') throw new Error(recovery.state);
  expect(recovery.remainingSeconds).toBeLessThanOrEqual(1_801);
  await world.chain.anvil.control.passSeconds(1_801);
  const shown = await call('prepareChainAct', { act });
  expect(shown).toMatchObject({ facts: { balanceWei: String(400n * CNX) }, problems: [] });
  await call('confirmChainAct', { act, confirmation: shown.confirmation?.id ?? '' });
  expect(await call('stake', {})).toMatchObject({ status: 'Unstaked', recovery: { state: 'notStaked' } });
  expect(await chainState()).toEqual(['agrees', 'agrees']);
});

it('books a transfer that the host acknowledges, but only if it matches to the wei', async () => {
  const { client, call, chainState, money } = await actsRig();
  await world.chain.addBalance(client.address, 5n * CNX);
  await world.chain.anvil.control.mine();
  expect(await chainState()).toEqual(['differs', 'agrees']);
  const wrong = call('acknowledgeTransfer', { byWei: String(5n * CNX + 1n) });
  await expect(wrong).rejects.toMatchObject({ code: 'MONEY_CONFIRMATION_CHANGED' });
  await call('acknowledgeTransfer', { byWei: String(5n * CNX) });
  expect(await chainState()).toEqual(['agrees', 'agrees']);
  expect(money.ledger.page({ limit: 9, after: null, kinds: ['transfer'] })).toMatchObject([{ to: 'wallet', wei: 5n * CNX }]);
  await expect(call('acknowledgeTransfer', { byWei: '0' })).rejects.toMatchObject({ code: 'MONEY_CONFIRMATION_CHANGED' });
});
