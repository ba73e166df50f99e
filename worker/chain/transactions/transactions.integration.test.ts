/** One intent is one transaction, whatever the endpoints and the chain do in between. */
import { Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { contractInterface } from '../../../devnet/chain/compiled.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { createLog } from '../../log.ts';
import { type ChainWorld, CNX, staked, startChainWorld, stateOf, type TestClient } from '../testing/chain-world.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld();
});
afterAll(() => world.chain.stop());

const staking = contractInterface('C26', 'NodeStaking');
const stakeIntent = (id: string, cnx: bigint, valueCnx?: bigint) => world.stakeIntent(id, cnx, valueCnx);
/** Turns off block production during `work`. */
async function withoutBlocks<Result>(work: () => Promise<Result>): Promise<Result> {
  const { control } = world.chain.anvil;
  await control.setAutomine(false);
  try {
    return await work();
  } finally {
    await control.setAutomine(true);
    await control.mine();
  }
}

/** A transaction made with the same key elsewhere. */
const foreign = async (client: TestClient, nonce: number) => {
  const wallet = new Wallet(client.privateKey, world.chain.anvil.control.provider);
  return wallet.sendTransaction({ to: world.relay.address, value: 1n, nonce, gasLimit: 21_000n, gasPrice: 50_000_000_000n });
};

describe('an intent', () => {
  it('is executed once, however often it is submitted', async () => {
    const client = await world.client();
    const outcomes = await Promise.all([1, 2, 3].map(() => client.transactions.submit(stakeIntent('once', 400n))));
    expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(new Set(['succeeded']));
    expect(await client.transactions.submit(stakeIntent('once', 400n))).toEqual(outcomes[0]);
    expect(await world.count(client.address)).toBe(1);
    await expect(client.transactions.submit(stakeIntent('once', 500n))).rejects.toMatchObject({ code: 'CHAIN_JOURNAL_CONFLICT' });
    expect(await client.transactions.resume('unknown')).toBeNull();
  });

  it('waits for the one before it', async () => {
    const client = await world.client();
    await Promise.all([
      client.transactions.submit(stakeIntent('a', 400n)),
      client.transactions.submit(stakeIntent('b', 500n, 100n)),
    ]);
    expect(await staked(client)).toBe(500n);
    expect([client.journal.find('a')?.nonce, client.journal.find('b')?.nonce]).toEqual([0, 1]);
  });

  it('that must fail is refused with the contract’s message, costs nothing and leaves no trace', async () => {
    const client = await world.client({ wei: 500n * CNX });
    await expect(client.transactions.submit(stakeIntent('low', 399n))).rejects.toMatchObject({
      code: 'CHAIN_REVERTED',
      data: { reason: 'Staked amount is too low' },
    });
    expect(client.journal.find('low')).toBeNull();
    expect(await client.balanceWei()).toBe(500n * CNX);
    await client.transactions.submit(stakeIntent('then', 400n));
    expect(await world.count(client.address)).toBe(1);
  });

  it('without the money for it is refused with the missing amount, even if only gas is missing', async () => {
    const client = await world.client({ wei: 400n * CNX });
    await expect(client.transactions.submit(stakeIntent('x', 401n))).rejects.toMatchObject({
      code: 'CHAIN_INSUFFICIENT_FUNDS',
      data: { missingWei: String(CNX) },
    });
    await expect(client.transactions.submit(stakeIntent('y', 400n))).rejects.toMatchObject({ code: 'CHAIN_INSUFFICIENT_FUNDS' });
    expect(await world.count(client.address)).toBe(0);
  });

  it('above the caps of the preset is not sent', async () => {
    const dear = await world.client({ preset: { gas: { maxFeePerGasWei: '1' } } });
    await expect(dear.transactions.submit(stakeIntent('x', 400n))).rejects.toMatchObject({ code: 'CHAIN_FEE_ABOVE_CAP' });
    const big = await world.client({ preset: { gas: { limitCap: 30_000, maxFeePerGasWei: '100000000000' } } });
    await expect(big.transactions.submit(stakeIntent('x', 400n))).rejects.toMatchObject({ code: 'CHAIN_GAS_ABOVE_CAP' });
  });

  it('that is reverted after all is reported with its reason, and is paid for', async () => {
    const client = await world.client();
    await client.staking.setStake(400n * CNX, { id: 's' });
    const outcome = await withoutBlocks(async () => {
      const submitted = client.transactions.submit({
        ...stakeIntent('t', 0n),
        data: staking.encodeFunctionData('tryUnstake') as Hex,
      });
      await expect.poll(() => stateOf(client, 't')).toBe('sent');
      // The relay is faster: in the same block, but before us. When we checked, everything was fine.
      const { provider } = world.chain.anvil.control;
      const data = staking.encodeFunctionData('unstake', [client.address]);
      await provider.send('anvil_impersonateAccount', [world.relay.address]);
      await provider.send('eth_sendTransaction', [
        { from: world.relay.address, to: world.chain.contracts.nodeStaking, data, gas: '0x7a120', gasPrice: '0x174876e800' },
      ]);
      await world.chain.anvil.control.mine();
      return submitted;
    });
    expect(outcome).toMatchObject({ kind: 'reverted', reason: 'Node not staked', inclusion: { succeeded: false } });
    expect(outcome.kind === 'reverted' && outcome.inclusion.feeWei > 0n).toBe(true);
  });
});

describe('a pending transaction', () => {
  it('is sent again after too long, with the same nonce and a higher fee; one of the two is executed', async () => {
    const client = await world.client({ preset: { stuckAfterMs: 1 } });
    const outcome = await withoutBlocks(async () => {
      const submitted = client.transactions.submit(stakeIntent('s', 400n));
      await expect.poll(() => client.journal.find('s')?.attempts.length).toBeGreaterThanOrEqual(3);
      await world.chain.anvil.control.mine();
      return submitted;
    });
    expect(outcome).toMatchObject({ kind: 'succeeded' });
    expect(await world.count(client.address)).toBe(1);
    expect(await staked(client)).toBe(400n);
    const attempts = client.journal.find('s')?.attempts ?? [];
    const prices = attempts.map(({ fees }) => (fees.kind === 'eip1559' ? fees.maxFeeWei : 0n));
    for (const [index, price] of prices.entries())
      expect(price * 1000n).toBeGreaterThanOrEqual((prices[index - 1] ?? 0n) * 1125n);
  });

  it('is never offered more than the cap', async () => {
    const capWei = 3_000_000_000n;
    const client = await world.client({ preset: { stuckAfterMs: 1, gas: { maxFeePerGasWei: String(capWei) } } });
    await withoutBlocks(async () => {
      const submitted = client.transactions.submit(stakeIntent('s', 400n));
      await expect.poll(() => client.journal.find('s')?.lastError).toMatch(/^CHAIN_FEE_ABOVE_CAP/);
      await world.chain.anvil.control.mine();
      return submitted;
    });
    for (const { fees } of client.journal.find('s')?.attempts ?? []) {
      expect(fees.kind === 'eip1559' && fees.maxFeeWei <= capWei).toBe(true);
    }
  });

  it('that the node has forgotten is sent again unchanged', async () => {
    const client = await world.client();
    await withoutBlocks(async () => {
      const { control } = world.chain.anvil;
      const submitted = client.transactions.submit(stakeIntent('s', 400n));
      await expect.poll(() => stateOf(client, 's')).toBe('sent');
      const hash = client.journal.find('s')?.attempts[0].hash ?? '';
      await expect.poll(() => control.provider.getTransaction(hash)).not.toBeNull();
      await control.drop(hash);
      await expect.poll(() => control.provider.getTransaction(hash)).not.toBeNull();
      await control.mine();
      expect(await submitted).toMatchObject({ kind: 'succeeded', inclusion: { hash } });
    });
    expect(await world.count(client.address)).toBe(1);
  });
});

describe('someone else with the key', () => {
  it('with a pending transaction is not disturbed', async () => {
    const client = await world.client();
    await withoutBlocks(async () => {
      await foreign(client, 0);
      await expect(client.transactions.submit(stakeIntent('s', 400n))).rejects.toMatchObject({
        code: 'CHAIN_FOREIGN_TRANSACTION',
      });
    });
    expect(await client.transactions.submit(stakeIntent('s', 400n))).toMatchObject({ kind: 'succeeded' });
  });

  it('who left a gap does not delay us', async () => {
    const client = await world.client();
    await foreign(client, 5);
    expect(await client.transactions.submit(stakeIntent('s', 400n))).toMatchObject({ kind: 'succeeded' });
    expect(client.journal.find('s')?.nonce).toBe(0);
  });

  it('who takes our nonce makes our transaction lost for good, which is reported only when it is final', async () => {
    const client = await world.client({ preset: { confirmations: 2 } });
    const { control } = world.chain.anvil;
    const submitted = await withoutBlocks(async () => {
      const outcome = client.transactions.submit(stakeIntent('s', 400n));
      await expect.poll(() => stateOf(client, 's')).toBe('sent');
      const hash = client.journal.find('s')?.attempts[0].hash ?? '';
      await expect.poll(() => control.provider.getTransaction(hash)).not.toBeNull();
      await foreign(client, 0);
      return [outcome] as const;
    });
    expect(stateOf(client, 's')).toBe('sent');
    await expect.poll(() => control.mine().then(() => stateOf(client, 's'))).toBe('lost');
    expect(await submitted[0]).toMatchObject({ kind: 'lost' });
    const again = client.transactions.submit(stakeIntent('again', 400n));
    await expect.poll(() => control.mine().then(() => stateOf(client, 'again'))).toBe('succeeded');
    expect(await again).toMatchObject({ kind: 'succeeded' });
    expect(client.journal.find('again')?.nonce).toBe(1);
  });
});

describe('a reorganisation', () => {
  it('before a transaction is final: the same transaction is sent again and executed once', async () => {
    const client = await world.client({ preset: { confirmations: 3 } });
    const { control } = world.chain.anvil;
    const submitted = client.transactions.submit(stakeIntent('s', 400n));
    await expect.poll(() => stateOf(client, 's')).toBe('mined');
    const hash = client.journal.find('s')?.attempts[0].hash;
    await withoutBlocks(async () => {
      await control.reorganise(1);
      expect(await world.count(client.address)).toBe(0);
      await expect.poll(() => stateOf(client, 's')).toBe('sent');
    });
    await expect.poll(() => control.mine().then(() => stateOf(client, 's'))).toBe('succeeded');
    expect(await submitted).toMatchObject({ kind: 'succeeded', inclusion: { hash } });
    expect(await world.count(client.address)).toBe(1);
    expect(await staked(client)).toBe(400n);
  });

  it('after that, however deep: what is missing is sent again, in order, before anything new', async () => {
    const client = await world.client();
    const { control } = world.chain.anvil;
    const before = await control.snapshot();
    await client.transactions.submit(stakeIntent('first', 400n));
    await client.transactions.submit(stakeIntent('second', 500n, 100n));
    const hashes = ['first', 'second'].map((id) => client.journal.find(id)?.attempts[0].hash);
    await control.restore(before);
    expect(await world.count(client.address)).toBe(0);
    await client.transactions.submit(stakeIntent('third', 600n, 100n));
    expect(await staked(client)).toBe(600n);
    expect(await world.count(client.address)).toBe(3);
    const outcomes = ['first', 'second'].map((id) => client.journal.find(id)?.state);
    expect(outcomes).toMatchObject(hashes.map((hash) => ({ kind: 'succeeded', inclusion: { hash } })));
  });

  it('that removed someone else’s transaction leaves a gap, which is reported', async () => {
    const client = await world.client();
    const { control } = world.chain.anvil;
    const before = await control.snapshot();
    await foreign(client, 0);
    await client.transactions.submit(stakeIntent('s', 400n));
    await control.restore(before);
    await expect(client.transactions.submit(stakeIntent('next', 500n, 100n), { waitMs: 0 })).rejects.toMatchObject({
      code: 'CHAIN_TRANSACTION_OPEN',
    });
    await expect(client.transactions.submit(stakeIntent('next', 500n, 100n), { waitMs: 50 })).rejects.toMatchObject({
      data: { lastError: expect.stringContaining('CHAIN_NONCE_GAP') },
    });
    await foreign(client, 0);
    expect(await client.transactions.submit(stakeIntent('next', 500n, 100n))).toMatchObject({ kind: 'succeeded' });
    expect(await world.count(client.address)).toBe(3);
  });
});

describe('the log', () => {
  it('names transactions by hash; neither the key nor signed bytes appear in it or in errors', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', secrets: [], stream: { write: (line: string) => void lines.push(line) } });
    const client = await world.client({ log, preset: { stuckAfterMs: 1 } });
    await expect(client.transactions.submit(stakeIntent('low', 1n))).rejects.toThrow();
    await withoutBlocks(async () => {
      const submitted = client.transactions.submit(stakeIntent('s', 400n));
      await expect.poll(() => client.journal.find('s')?.attempts.length).toBeGreaterThanOrEqual(2);
      await world.chain.anvil.control.mine();
      return submitted;
    });
    const attempts = client.journal.find('s')?.attempts ?? [];
    const text = lines.join('');
    expect(text).toContain(attempts[0]?.hash);
    for (const secret of [client.privateKey.slice(2), ...attempts.map(({ raw }) => raw.slice(2))])
      expect(text).not.toContain(secret);
  });
});

describe('a chain without EIP-1559', () => {
  it('gets legacy transactions, replaced if they wait too long', async () => {
    const legacy = await startChainWorld({ hardfork: 'berlin' });
    onTestFinished(() => legacy.chain.stop());
    const { control } = legacy.chain.anvil;
    const client = await legacy.client({ preset: { stuckAfterMs: 1 } });
    await control.setAutomine(false);
    const submitted = client.transactions.submit(stakeIntent('s', 400n));
    await expect.poll(() => client.journal.find('s')?.attempts.length).toBeGreaterThanOrEqual(2);
    await control.mine();
    expect(await submitted).toMatchObject({ kind: 'succeeded' });
    expect(client.journal.find('s')?.attempts.every(({ fees }) => fees.kind === 'legacy')).toBe(true);
    expect(await legacy.count(client.address)).toBe(1);
  });
});
