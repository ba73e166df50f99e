import { AbiCoder, zeroPadValue } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContractAddresses } from '../../../contract/chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { INTERFACES } from '../../chain/contracts/interfaces.ts';
import { RpcRefused } from '../../chain/errors.ts';
import type { Log } from '../../chain/rpc/methods.ts';
import { OTHER, SELF } from '../../testing/remote-task.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { Cursors } from '../records/cursors.ts';
import { MoneyRecords } from '../records/money-records.ts';
import type { Posting } from '../records/posting.ts';
import { memoryDatabase, openLedger } from '../testing/ledger.ts';
import {
  foldAtOpening,
  type Opening,
  postOpening,
  postStakingLog,
  postTransaction,
  type Transaction,
  transferEntry,
} from './chain-entries.ts';
import { importChain } from './chain-import.ts';
import type { ChainReader } from './chain-reader.ts';
import { decodeStakingLog, type StakingLog, stakingLogFilter } from './staking-log.ts';

const contracts: ContractAddresses = {
  generation: 'J26',
  nodeStaking: '0x0000000000000000000000000000000000000a01',
  credits: '0x0000000000000000000000000000000000000a02',
  benefitAddress: '0x0000000000000000000000000000000000000a03',
  delegatedStaking: '0x0000000000000000000000000000000000000a04',
};
const newer: ContractAddresses = {
  generation: 'C26',
  nodeStaking: '0x0000000000000000000000000000000000000b01',
  benefitAddress: '0x0000000000000000000000000000000000000b03',
  delegatedStaking: '0x0000000000000000000000000000000000000b04',
};
const sources = [contracts, newer];
const context = { self: SELF, unnamed: contracts.nodeStaking };
const opening: Opening = { chainId: 1, blockNumber: 10, atMs: 5, walletWei: 10_000n, stakeWei: 500n, benefitAddress: null };
const where = { blockNumber: 11, logIndex: 0, txHash: `0x${'ab'.repeat(32)}`, atMs: 7 };

function entriesOf(posting: Posting): readonly LedgerEntry[] {
  if (posting.kind !== 'entries') throw new Error(posting.why);
  return posting.entries;
}

function encode(name: 'NodeStaked' | 'NodeUnstaked' | 'NodeSlashed', node: Hex, address: Hex, amounts: readonly bigint[]): Log {
  return {
    address,
    topics: [INTERFACES.J26.NodeStaking.getEvent(name)?.topicHash as Hex, zeroPadValue(node, 32) as Hex],
    data: AbiCoder.defaultAbiCoder().encode(['uint256', 'uint256'], amounts) as Hex,
    blockNumber: 11n,
    transactionHash: where.txHash as Hex,
    logIndex: 3n,
  };
}

describe('logs', () => {
  const decode = (log: Log) => decodeStakingLog(log, { sources, node: SELF, atMs: 7 });

  it('are decoded by contract and node, and by nothing else', () => {
    const staked = encode('NodeStaked', SELF, contracts.nodeStaking, [400n, 60n]);
    expect(decode(staked)).toEqual({
      ...where,
      ...{ logIndex: 3, event: 'NodeStaked', balanceWei: '400', creditsWei: '60', contract: contracts.nodeStaking },
    });
    // A provider that ignores the filter: another node, another contract, a removed log.
    expect(decode(encode('NodeStaked', OTHER, contracts.nodeStaking, [400n, 60n]))).toBeNull();
    expect(decode(encode('NodeStaked', SELF, contracts.delegatedStaking, [400n, 60n]))).toBeNull();
    expect(decode({ ...staked, removed: true })).toBeNull();
    expect(decode({ ...staked, topics: [`0x${'00'.repeat(32)}`, ...staked.topics.slice(1)] })).toBeNull();
  });

  it('are requested with exactly these topics', () => {
    const { address, topics } = stakingLogFilter(sources, SELF);
    expect(address).toEqual([contracts.nodeStaking, contracts.benefitAddress, newer.nodeStaking, newer.benefitAddress]);
    // Of both generations.
    expect(topics[0]).toContainEqual(expect.stringMatching(/^0x51cf7133/));
    // NodeStaking's slash, not DelegatedStaking's (CHAIN_PROTOCOL 7.2, topic clash).
    expect(topics[0]).toContainEqual(expect.stringMatching(/^0xa8d720d0/));
    expect(topics[0]).not.toContainEqual(expect.stringMatching(/^0x29f3a9a9/));
    expect(topics[1]).toBe(zeroPadValue(SELF, 32));
  });
});

describe('staking logs as money', () => {
  const amount = fc.bigInt({ min: 0n, max: 1_000n });
  const anyLog = fc.oneof(
    fc.record({ event: fc.constantFrom('NodeStaked' as const), balanceWei: amount, creditsWei: amount }),
    fc.record({ event: fc.constantFrom('NodeUnstaked' as const, 'NodeSlashed' as const) }),
    fc.record({ event: fc.constant('BenefitAddressSet' as const), benefitAddress: fc.constantFrom(OTHER, SELF) }),
  );

  it("keep the stake at the last log's value, and conserve coins, over any history", () => {
    fc.assert(
      fc.property(fc.array(anyLog, { maxLength: 20 }), (history) => {
        const ledger = openLedger();
        ledger.record(entriesOf(postOpening(opening)), 0);
        let fold = foldAtOpening(opening, context);
        let [total, slashed] = [opening.stakeWei, 0n];
        for (const [logIndex, event] of history.entries()) {
          // Exactly the existing stake is returned or taken.
          const gone = { balanceWei: total, creditsWei: 0n };
          const log = { ...where, logIndex, ...('balanceWei' in event ? {} : gone), ...event } as StakingLog;
          const done = postStakingLog(log, fold, { ...context, slashedTask: null });
          for (let i = 0; i < 2; i++) ledger.record(entriesOf(done.posting), 0);
          fold = done.fold;
          if (event.event === 'NodeSlashed') slashed += total;
          if (event.event === 'NodeStaked') total = event.balanceWei;
          else if (event.event !== 'BenefitAddressSet') total = 0n;
          expect(ledger.balanceWei('stake')).toBe(total);
        }
        const own = ledger.balanceWei('wallet') + ledger.balanceWei('stake') + ledger.balanceWei('benefit');
        expect(own).toBe(opening.walletWei + opening.stakeWei - slashed);
        expect(ledger.conflicts()).toEqual([]);
      }),
    );
  });

  it('return coins to the wallet unless there is another beneficial address', () => {
    const back: StakingLog = { ...where, event: 'NodeUnstaked', balanceWei: 500n, creditsWei: 0n };
    const to = (benefitAddress: Hex | null) =>
      entriesOf(
        postStakingLog(back, foldAtOpening({ ...opening, benefitAddress }, context), { ...context, slashedTask: null }).posting,
      )[0]?.to;
    expect([to(null), to(OTHER), to(SELF)]).toEqual(['wallet', 'benefit', 'wallet']);
  });
});

describe('a network that has moved to other contracts', () => {
  it('keeps the stakes of old and new contracts apart: one leaves while the other arrives', () => {
    const ledger = openLedger();
    ledger.record(entriesOf(postOpening(opening)), 0);
    // The ledger was opened when there was only one contract, so its stake has no contract name.
    let fold = foldAtOpening(opening, context);
    const history: StakingLog[] = [
      { ...where, logIndex: 1, contract: newer.nodeStaking, event: 'NodeStaked', balanceWei: 7_000n, creditsWei: 0n },
      { ...where, logIndex: 2, contract: contracts.nodeStaking, event: 'NodeUnstaked', balanceWei: 500n, creditsWei: 0n },
      { ...where, logIndex: 3, contract: newer.nodeStaking, event: 'NodeStaked', balanceWei: 7_100n, creditsWei: 0n },
    ];
    for (const log of history) {
      const done = postStakingLog(log, fold, { ...context, slashedTask: null });
      ledger.record(entriesOf(done.posting), 0);
      fold = done.fold;
    }
    expect(ledger.balanceWei('stake')).toBe(7_100n);
    expect(ledger.balanceWei('wallet')).toBe(opening.walletWei + 500n - 7_100n);
  });

  it('reads logs of the newer contracts, which have one amount', () => {
    const face = INTERFACES.C26.NodeStaking;
    const data = AbiCoder.defaultAbiCoder().encode(['uint256'], [9n]) as Hex;
    const topics = [face.getEvent('NodeStaked')?.topicHash as Hex, zeroPadValue(SELF, 32) as Hex];
    const log: Log = { ...encode('NodeStaked', SELF, newer.nodeStaking, [0n, 0n]), topics, data };
    const context = { sources, node: SELF, atMs: 7 };
    expect(decodeStakingLog(log, context)).toMatchObject({ contract: newer.nodeStaking, balanceWei: '9', creditsWei: '0' });
    // The other generation's topic in this contract's log means nothing.
    expect(decodeStakingLog({ ...log, address: contracts.nodeStaking }, context)).toBeNull();
  });
});

describe('transactions', () => {
  const sent: Transaction = {
    intentId: 'i',
    kind: 'NodeStaking.stake',
    hash: '0xaa',
    blockNumber: 11,
    succeeded: true,
    valueWei: 400n,
    feeWei: 3n,
    settledMs: 9,
  };

  it('cost gas; the value of a stake is reported by its log', () => {
    expect(entriesOf(postTransaction(sent, opening))).toMatchObject([{ source: 'tx:0xaa:gas', kind: 'gas', wei: 3n }]);
    expect(entriesOf(postTransaction({ ...sent, kind: 'coin' }, opening))).toMatchObject([
      { kind: 'gas' },
      { source: 'tx:0xaa:value', from: 'wallet', to: 'outside', wei: 400n },
    ]);
    expect(entriesOf(postTransaction({ ...sent, kind: 'coin', succeeded: false }, opening))).toHaveLength(1);
  });

  it('before the opening are included in it; without an opening they wait', () => {
    expect(entriesOf(postTransaction({ ...sent, blockNumber: 10 }, opening))).toEqual([]);
    expect(postTransaction(sent, null).kind).toBe('wait');
  });

  it('of others are separate entries, in either direction', () => {
    const seen = { chainId: 1, blockNumber: 20, atMs: 1 };
    expect(transferEntry({ ...seen, byWei: 5n })).toMatchObject({ from: 'outside', to: 'wallet', wei: 5n });
    expect(transferEntry({ ...seen, byWei: -5n })).toMatchObject({ from: 'wallet', to: 'outside', wei: 5n });
  });
});

describe('reading the chain', () => {
  it('requests fewer blocks at once while an endpoint refuses, and continues where it stopped', async () => {
    const db = memoryDatabase();
    const [records, cursors] = [new MoneyRecords(db), new Cursors(db)];
    let finalBlock = 10;
    const asked: [number, number][] = [];
    const reader: ChainReader = {
      chainId: async () => 1,
      finalBlock: async () => finalBlock,
      blockTimeMs: async () => 7,
      latestWalletWei: async () => 1n,
      holdings: async () => ({ walletWei: 1n, stakeWei: 0n, stakes: [] }),
      async logs({ from, to }) {
        const tooMany = { rpcCode: -32005, rpcMessage: 'block range too large', revertData: null, afterFailure: false };
        if (to - from >= 500) throw new RpcRefused({ ...tooMany, method: 'eth_getLogs' });
        asked.push([from, to]);
        return [encode('NodeStaked', SELF, contracts.nodeStaking, [400n, 0n])];
      },
    };
    const run = (chunkBudget: number) =>
      importChain({
        db,
        reader,
        journal: { settledAfter: () => [] },
        sources,
        self: SELF,
        records,
        cursors,
        nowMs: 0,
        afterSequence: 0,
        chunkBudget,
      });
    expect(await run(9)).toEqual({ scannedTo: 10, finalBlock: 10 });
    finalBlock = 1_800;
    // Two refusals, then two ranges.
    expect(await run(4)).toEqual({ scannedTo: 904, finalBlock: 1_800 });
    expect(await run(9)).toEqual({ scannedTo: 1_800, finalBlock: 1_800 });
    expect(asked).toEqual([
      [11, 457],
      [458, 904],
      [905, 1_352],
      [1_353, 1_800],
    ]);
    expect(records.count('stakingLog')).toBe(1);
  });
});
