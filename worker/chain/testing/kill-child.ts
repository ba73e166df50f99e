/**
 * A process that executes one intent on the chain and is killed at one point on the way, as by a power cut. All its
 * input, including the point, comes over the private channel.
 */
import type { z } from 'zod';
import { chainPresetSchema } from '../../../contract/chain-preset.ts';
import { systemClock } from '../../../devnet/system.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { createSigner } from '../../kit/signer.ts';
import { createLog } from '../../log.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import { AccountTransactions } from '../transactions/account-transactions.ts';
import { TransactionJournal } from '../transactions/journal.ts';
import { childInputSchema, type KillPoint } from './kill-points.ts';
import { openChainStore, openRpc } from './stores.ts';

process.once('message', (message) => void main(childInputSchema.parse(message)));

async function main({ killAt, ...input }: z.output<typeof childInputSchema>): Promise<void> {
  const here = (point: KillPoint) => {
    if (point === killAt) process.kill(process.pid, 'SIGKILL');
  };
  const preset = chainPresetSchema.parse(input.preset);
  const db = openChainStore(input.dbPath);
  const log = createLog({ level: 'silent', secrets: [] });
  const rpc = openRpc({ preset, db, log });
  const journal = new WatchedJournal(db, here);
  const transactions = new AccountTransactions({
    rpc: watchedRpc(rpc, here),
    journal,
    signer: createSigner(input.privateKey as Hex),
    preset,
    clock: systemClock,
    log,
  });
  const { id, to, data, valueWei } = input.intent;
  const outcome = await transactions.submit({ id, kind: 'test', to: to as Hex, data: data as Hex, valueWei: BigInt(valueWei) });
  process.send?.({ outcome: outcome.kind }, () => process.exit(0));
}

class WatchedJournal extends TransactionJournal {
  readonly #here: (point: KillPoint) => void;

  constructor(db: ConstructorParameters<typeof TransactionJournal>[0], here: (point: KillPoint) => void) {
    super(db);
    this.#here = here;
  }

  override record(input: Parameters<TransactionJournal['record']>[0]) {
    this.#here('before the record');
    const entry = super.record(input);
    this.#here('after the record');
    return entry;
  }

  override addAttempt(...args: Parameters<TransactionJournal['addAttempt']>) {
    const entry = super.addAttempt(...args);
    this.#here('after a replacement is recorded');
    return entry;
  }

  override markMined(...args: Parameters<TransactionJournal['markMined']>) {
    const entry = super.markMined(...args);
    this.#here('after it is mined');
    return entry;
  }

  override settle(...args: Parameters<TransactionJournal['settle']>) {
    this.#here('before the end is recorded');
    const entry = super.settle(...args);
    this.#here('after the end is recorded');
    return entry;
  }
}

function watchedRpc(rpc: ChainRpc, here: (point: KillPoint) => void): ChainRpc {
  return {
    chainId: () => rpc.chainId(),
    async call(method, params) {
      if (method === 'eth_sendRawTransaction') here('before sending');
      const answer = await rpc.call(method, params);
      if (method === 'eth_sendRawTransaction') here('after sending');
      if (method === 'eth_getTransactionReceipt' && answer !== null) here('after the receipt');
      return answer;
    },
  };
}
