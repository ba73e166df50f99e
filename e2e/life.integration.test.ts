/**
 * A node's whole life on a devnet with its chain: stake, join, earn, pause, resume, withdraw, stop, unstake. At every
 * step its ledger matches relay and chain to the wei.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { STAKING_GENERATIONS, type StakingGeneration } from '../contract/chain-preset.ts';
import type { LedgerKind } from '../contract/money.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { systemRandom } from '../worker/kit/system-random.ts';
import { createMoneyService } from '../worker/money/money-service.ts';
import { FakeEngine, succeedWith } from '../worker/testing/fake-engine.ts';
import {
  type ChainNetwork,
  type ChainNode,
  CNX,
  COIN_WEI,
  eventually,
  expectBooksAgree,
  FEE_WEI,
  STAKE_WEI,
  startChainNetwork,
} from './support/chain-network.ts';

/** Sum of the ledger's entries of a kind, wei. */
function booked({ parts }: ChainNode, kind: LedgerKind): bigint {
  const entries = parts.money.ledger.page({ limit: 1_000, after: null, order: 'oldestFirst', kinds: [kind] });
  return entries.reduce((sum, { wei }) => sum + wei, 0n);
}

async function startNetwork(generation: StakingGeneration): Promise<ChainNetwork> {
  const network = await startChainNetwork({ generation });
  onTestFinished(() => network.close());
  return network;
}

const running = (node: ChainNode) => node.until(({ state }) => state === 'running');

describe.each(STAKING_GENERATIONS)('on a chain of generation %s', (generation) => {
  it('stake, join, earn, pause, resume, withdraw, stop, unstake: the books agree at every step', async () => {
    const network = await startNetwork(generation);
    const { devnet } = network;
    const node = await network.node();
    await running(node);
    expect(await devnet.chain?.fundsOf(node.address)).toMatchObject({ stakedWei: STAKE_WEI });
    expect(devnet.relay.node(node.address)).toMatchObject({ status: 'Available', stakeWei: STAKE_WEI });
    await expectBooksAgree(network, node);

    expect((await network.runTask()).kind).toBe('success');
    await eventually(async () => expect(devnet.relay.balanceWei(node.address)).toBe(FEE_WEI));
    await expectBooksAgree(network, node);

    node.parts.node.pause();
    await node.until(({ state }) => state === 'paused');
    expect(devnet.relay.node(node.address)?.status).toBe('Paused');
    await expectBooksAgree(network, node);
    node.parts.node.resume();
    await running(node);
    await expectBooksAgree(network, node);

    const service = createMoneyService(node.parts.money);
    const benefit = addressOf(bytesToHex(systemRandom.bytes(32)));
    const act = { kind: 'setBenefitAddress', address: benefit } as const;
    const { confirmation } = await service.prepareChainAct({ act });
    await service.confirmChainAct({ act, confirmation: confirmation?.id ?? '' });
    const amountWei = (3n * CNX).toString();
    const preview = await service.prepareWithdrawal({ amountWei });
    expect(preview).toMatchObject({ destination: benefit, problems: [] });
    await service.confirmWithdrawal({ amountWei, confirmation: preview.confirmation?.id ?? '' });
    await expectBooksAgree(network, node, benefit);
    expect(await devnet.chain?.fundsOf(benefit)).toMatchObject({ walletWei: 3n * CNX });

    await node.end();
    expect(await devnet.chain?.fundsOf(node.address)).toMatchObject({ stakedWei: STAKE_WEI });
    expect(devnet.relay.node(node.address)?.status).toBe('Paused');

    const again = await node.restart(new FakeEngine('M'));
    await running(again);
    expect(devnet.relay.node(node.address)?.status).toBe('Available');
    await expectBooksAgree(network, again, benefit);
    again.parts.node.unstake();
    await again.until(({ life }) => life?.kind === 'out');
    expect(again.parts.node.view()).toMatchObject({ state: 'stopped', error: null });
    expect(devnet.relay.node(node.address)?.status).toBe('Quit');
    expect(await devnet.chain?.fundsOf(benefit)).toMatchObject({ walletWei: STAKE_WEI + 3n * CNX });
    await expectBooksAgree(network, again, benefit);
    const states = again.parts.store.history.latest(100).map(({ state }) => state);
    expect(states).toEqual(expect.arrayContaining(['staked', 'Available', 'Paused', 'unstakeAsked', 'Quit']));

    // The coin is at the beneficial address now: the checks say so, and nothing is attempted.
    again.parts.node.resume();
    const refused = await again.until(({ life }) => life?.kind === 'notCleared');
    expect(refused.error).toMatchObject({ code: 'PREFLIGHT_STAKE_UNCOVERED', data: { check: 'balance' } });
  });

  it('a slash takes the stake and leaves a case file', async () => {
    const network = await startNetwork(generation);
    const cheat = new FakeEngine();
    cheat.answer = succeedWith('something else');
    const nodes = await Promise.all([network.node({ engine: cheat, rejoin: 'afterKickOut' }), network.node(), network.node()]);
    await Promise.all(nodes.map(running));
    expect((await network.runTask({ group: true })).kind).toBe('success');
    const [node] = nodes;
    await node.until(({ state }) => state === 'slashed');
    await eventually(async () => expect(await network.devnet.chain?.fundsOf(node.address)).toMatchObject({ stakedWei: 0n }));
    await expectBooksAgree(network, node);
    expect(booked(node, 'slash')).toBe(STAKE_WEI);
    await eventually(async () => {
      const [file] = node.parts.cases.list({ limit: 1, before: null });
      expect(file).toMatchObject({
        kind: 'slashed',
        complete: true,
        review: { kind: 'slashed', amountWei: STAKE_WEI.toString() },
      });
    });
    expect(node.parts.node.view().life).toEqual({ kind: 'barred', why: 'slashed', rejoinsMs: null });
  });

  it('a kick-out returns it', async () => {
    const network = await startNetwork(generation);
    const node = await network.node();
    await running(node);
    // Fifty groups without a point would take a day, so the relay is told that they happened.
    const qos = network.devnet.relay.node(node.address)?.qos;
    Object.assign(qos ?? {}, { pool: Array<number>(50).fill(0) });
    expect((await network.runTask()).kind).toBe('success');
    await node.until(({ state }) => state === 'kickedOut');
    await eventually(async () => expect(await network.devnet.chain?.fundsOf(node.address)).toMatchObject({ stakedWei: 0n }));
    await expectBooksAgree(network, node);
    const gasWei = booked(node, 'gas');
    expect(node.parts.money.ledger.balanceWei('wallet')).toBe(COIN_WEI - gasWei);
    expect(node.parts.cases.list({ limit: 1, before: null })).toMatchObject([{ kind: 'kickedOut' }]);
  });
});

it('credits are staked first; the join names the coin that remains to be staked', async () => {
  const network = await startNetwork('J26');
  const { devnet } = network;
  const node = await network.node({ walletWei: 350n * CNX });
  await node.until(({ error }) => error?.code === 'PREFLIGHT_STAKE_UNCOVERED');
  await devnet.chain?.createCredits(node.address, 100n * CNX);
  node.parts.node.resume();
  await running(node);
  expect(node.parts.node.view().stake).toMatchObject({
    balanceWei: (300n * CNX).toString(),
    creditsWei: (100n * CNX).toString(),
  });
  expect(devnet.relay.node(node.address)).toMatchObject({ status: 'Available', stakeWei: 300n * CNX });
  await expectBooksAgree(network, node);
});
