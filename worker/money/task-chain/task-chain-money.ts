/** The chain of a network whose tasks are on it, as the ledger reads it. */
import type { Hex } from '../../../protocol/hex.ts';
import { ChainError } from '../../chain/errors.ts';
import type { JournalEntry } from '../../chain/transactions/intent.ts';
import { TOPICS } from '../../networks/chain/log-rows.ts';
import type { TaskChain } from '../../networks/chain/open-task-chain.ts';
import { blockTag, type ChainReader, chainReaderWith } from '../chain/chain-reader.ts';
import type { ReportedRecord } from '../records/money-records.ts';
import type { MoneyChain } from '../sync.ts';
import { FlowReader } from './flow-reader.ts';
import { type Flow, flowPosition } from './flows.ts';

export function taskChainMoney(
  chain: Pick<TaskChain, 'address' | 'rpc' | 'contracts' | 'preset' | 'journal'>,
  isSeen: (commitment: Hex) => boolean,
): MoneyChain {
  const { address: self, contracts, journal } = chain;
  const reader = createTaskChainReader(chain);
  const flows = new FlowReader({
    ...{ self, isSeen, blockTimeMs: reader.blockTimeMs },
    taskAt: (commitment) => contracts.taskAt('latest', commitment),
  });
  return {
    reader,
    journal,
    sources: [],
    flows: {
      ofLogs: (records, logs) => flows.read(records, logs),
      ofJournal: (entries) => Promise.all(entries.filter(isMembership).map((entry) => flowOfEntry(entry, reader))),
    },
  };
}

function isMembership({ intent, state }: JournalEntry): boolean {
  return state.kind === 'succeeded' && (intent.kind === 'Node.join' || intent.kind === 'Node.quit');
}

async function flowOfEntry({ intent, state }: JournalEntry, reader: ChainReader): Promise<ReportedRecord> {
  if (state.kind !== 'succeeded') throw new ChainError('CHAIN_JOURNAL_CONFLICT', `${intent.id} has not succeeded`);
  const { hash, blockNumber } = state.inclusion;
  const at = { blockNumber: Number(blockNumber), txHash: hash, atMs: await reader.blockTimeMs(Number(blockNumber)) };
  const flow =
    intent.kind === 'Node.join'
      ? { event: 'joined' as const, ...at, wei: String(intent.valueWei) }
      : { event: 'quit' as const, ...at };
  return {
    key: hash,
    position: flowPosition({ event: flow.event as Flow['event'], blockNumber: at.blockNumber }, 0),
    value: flow,
  };
}

function createTaskChainReader(chain: Pick<TaskChain, 'address' | 'rpc' | 'contracts' | 'preset'>): ChainReader {
  const { address: node, rpc, contracts, preset } = chain;
  const holdings = async (block: number) => {
    const [walletWei, stakeWei] = await Promise.all([
      rpc.call('eth_getBalance', [node, blockTag(block)]),
      contracts.stakeOf(node, BigInt(block)),
    ]);
    return { walletWei, stakeWei, stakes: [] };
  };
  const filter = { address: [preset.contracts.task, preset.contracts.node], topics: [TOPICS] };
  return chainReaderWith({ rpc, confirmations: preset.confirmations, node, filter, holdings });
}
