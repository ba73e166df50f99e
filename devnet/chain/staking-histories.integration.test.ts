/** Compares random histories on the real contracts with a second implementation of the rules. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DevnetAccount } from './devnet-account.ts';
import { stakingWorld } from './testing/staking-world.ts';
import { CNX } from './testing/world.ts';

/** Amounts in whole CNX. */
interface Book {
  balance: bigint;
  credits: bigint;
  freeCredits: bigint;
  status: 0 | 1 | 2;
}

function least(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

/**
 * The message of a refused call, or null for success, which also updates the book. CHAIN_PROTOCOL 7.2, RELAY_PROTOCOL
 * 10.2.
 */
const RULES = {
  stake(book: Book, target: bigint, value: bigint): string | null {
    if (target < 400n) return 'Staked amount is too low';
    if (book.status === 2) return 'Wrong staking status';
    const more = target - book.balance - book.credits;
    const fromCredits = more > 0n ? least(more, book.freeCredits) : 0n;
    if (value !== (more > 0n ? more - fromCredits : 0n)) return 'Inconsistent staked balance';
    if (more > 0n) {
      book.balance += value;
      book.credits += fromCredits;
      book.freeCredits -= fromCredits;
    } else {
      const coin = least(-more, book.balance);
      book.balance -= coin;
      book.credits -= -more - coin;
      book.freeCredits += -more - coin;
    }
    book.status = 1;
    return null;
  },
  tryUnstake(book: Book): string | null {
    if (book.status === 0) return 'Node not staked';
    if (book.status === 2) return 'Node has unstaked';
    book.status = 2;
    return null;
  },
  unstake(book: Book): string | null {
    if (book.status === 0) return 'Node not staked';
    Object.assign(book, { freeCredits: book.freeCredits + book.credits, balance: 0n, credits: 0n, status: 0 });
    return null;
  },
  slashStaking(book: Book): string | null {
    if (book.status === 0) return 'Node not staked';
    Object.assign(book, { balance: 0n, credits: 0n, status: 0 });
    return null;
  },
};

const amount = fc.constantFrom(399n, 400n, 450n, 600n, 900n);
const step = fc.oneof(
  fc.record({ act: fc.constant('stake' as const), who: fc.nat(2), target: amount, exact: fc.boolean(), value: amount }),
  fc.record({ act: fc.constantFrom('tryUnstake' as const, 'unstake' as const, 'slashStaking' as const), who: fc.nat(2) }),
);

describe.each([
  ['J26', [0n, 300n, 1000n]],
  ['C26', [0n, 0n, 0n]],
] as const)('any history of stakes of generation %s', (generation, CREDITS) => {
  let nodes: readonly DevnetAccount[];
  const world = stakingWorld(generation, async ({ account, chain }) => {
    nodes = [await account('a'), await account('b'), await account('c')];
    for (const [index, node] of nodes.entries()) {
      if (CREDITS[index]) await chain.createCredits(node.address, CREDITS[index] * CNX);
    }
  });

  it('follows the rules, and the contract holds exactly the coin that is staked', async () => {
    const { control } = world.chain.anvil;
    let start = await control.snapshot();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        await control.restore(start);
        start = await control.snapshot();
        const books = CREDITS.map((freeCredits): Book => ({ balance: 0n, credits: 0n, freeCredits, status: 0 }));
        for (const { who, ...call } of steps) {
          const [node, book] = [nodes[who], books[who]];
          if (node === undefined || book === undefined) throw new Error('no such node');
          let expected: string | null;
          let done: Promise<unknown>;
          if (call.act === 'stake') {
            const open = call.target - book.balance - book.credits - book.freeCredits;
            const value = call.exact ? (open > 0n ? open : 0n) : call.value;
            expected = RULES.stake(book, call.target, value);
            done = world.staking.send(node, 'stake', [call.target * CNX], value * CNX);
          } else {
            expected = RULES[call.act](book);
            done =
              call.act === 'tryUnstake'
                ? world.staking.send(node, call.act)
                : world.staking.send(world.relay, call.act, [node.address]);
          }
          expect(
            await done.then(
              () => null,
              (error: Error) => error.message,
            ),
          ).toBe(expected);
        }
        for (const [index, node] of nodes.entries()) {
          const [info] = await world.staking.read('getStakingInfo', node.address);
          const { stakedBalance, stakedCredits = 0n, status } = info.toObject();
          const freeCredits = generation === 'J26' ? (await world.contract('Credits').read('getCredits', node.address))[0] : 0n;
          expect({
            balance: stakedBalance / CNX,
            credits: stakedCredits / CNX,
            freeCredits: freeCredits / CNX,
            status: Number(status),
          }).toEqual(books[index]);
        }
        expect(await world.balance(world.staking.address)).toBe(books.reduce((sum, book) => sum + book.balance, 0n) * CNX);
      }),
      { numRuns: 15 },
    );
  });
});
