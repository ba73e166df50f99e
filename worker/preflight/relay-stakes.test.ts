import { describe, expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { compareStakes, createRelayStakes } from './relay-stakes.ts';

const node = (digit: number) => `0x${String(digit).repeat(40)}` as Hex;
const known =
  (...stakes: bigint[]) =>
  async () =>
    stakes.map((stakeWei, index) => ({ address: node(index + 1), stakeWei }));
const contract =
  (...wei: bigint[]) =>
  async (address: Hex) => ({
    status: 'Staked' as const,
    balanceWei: wei[Number(address[2]) - 1] ?? 0n,
    creditsWei: 0n,
    unstakeTimestampSeconds: 0,
  });

/** The first node has delegations of 300; no other node has any. */
const delegatedTo = async (address: Hex) => (address === node(1) ? 300n : 0n);

describe('whether the relay uses these contracts', () => {
  it.each([
    ['one node that it counts has exactly that stake here', known(7n, 400n), contract(0n, 400n), 'seen'],
    ['the only one has just changed its stake', known(400n), contract(401n), 'unknown'],
    ['its figure includes the delegations', known(700n), contract(400n), 'seen'],
    ['its figure includes more than the delegations', known(701n), contract(400n), 'unknown'],
    ["delegations alone are not a node's stake", known(300n, 9n), contract(0n, 8n), 'unknown'],
    ['it reports amounts in a different unit', known(400n), contract(400n * 10n ** 18n), 'unknown'],
    ['it counts no nodes yet', known(), contract(), 'unknown'],
    ['it has no such list', async () => 'unsupported' as const, contract(), 'unknown'],
  ])('%s', async (_what, nodes, stakeOf, answer) => {
    expect(await compareStakes({ known: nodes, stakeOf, delegatedTo })).toBe(answer);
  });

  it('no node that it counts has anything here: it uses other contracts', async () => {
    await expect(compareStakes({ known: known(400n, 500n), stakeOf: contract(), delegatedTo })).rejects.toMatchObject({
      code: 'CHAIN_CONTRACTS_UNREAD',
      data: { nodes: [node(1), node(2)] },
    });
  });

  it('is checked until it is found', async () => {
    let asked = 0;
    let stakes = [400n];
    const ask = createRelayStakes({
      known: async () => {
        asked += 1;
        return known(...stakes)();
      },
      stakeOf: contract(500n),
      delegatedTo,
    });
    expect(await ask()).toBe('unknown');
    stakes = [500n];
    expect([await ask(), await ask(), asked]).toEqual(['seen', 'seen', 2]);
  });
});
