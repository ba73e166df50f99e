/** The money of one node on a devnet chain; its relay account is empty. */
import type { Hex } from '../../../protocol/hex.ts';
import type { RelayEvent } from '../../../protocol/wire/event.ts';
import type { ChainWorld, ClientOptions, TestClient } from '../../chain/testing/chain-world.ts';
import { systemClock } from '../../kit/system-clock.ts';
import type { RelayAccount } from '../../networks/relay/relay-account.ts';
import { type ChainReader, createChainReader } from '../chain/chain-reader.ts';
import { stakingSources } from '../chain/staking-log.ts';
import { Ledger } from '../ledger/ledger.ts';
import { Payments } from '../payments.ts';
import { Reconciler } from '../reconcile/reconciler.ts';
import { MoneyRecords } from '../records/money-records.ts';
import { MoneySync } from '../sync.ts';

export interface ChainRig {
  readonly client: TestClient;
  readonly ledger: Ledger;
  readonly records: MoneyRecords;
  readonly reader: ChainReader;
  readonly sync: MoneySync;
  readonly reconciler: Reconciler;
  /** The relay's events about this node. */
  readonly events: RelayEvent[];
  /** Syncs, then compares wallet and stake with the chain. */
  agreement(): Promise<readonly string[]>;
}

/** A relay account without any activity. */
export function emptyAccount(address: Hex): RelayAccount {
  return {
    address,
    balance: async () => 0n,
    page: async () => ({ total: 0, rows: [] }),
    withdrawConfig: async () => [],
    requestWithdrawal: async () => 0,
    delegationIncome: async () => null,
    emissionEstimate: async () => null,
    close: async () => {},
  };
}

export async function chainRig(world: ChainWorld, options: ClientOptions = {}): Promise<ChainRig> {
  const client = await world.client(options);
  const { db, address } = client;
  const [ledger, records] = [new Ledger(db), new MoneyRecords(db)];
  const reader = createChainReader({ rpc: client.rpc, preset: client.preset, node: address });
  const events: RelayEvent[] = [];
  const chain = { reader, journal: client.journal, sources: stakingSources(client.preset) };
  const common = { db, records, ledger, account: emptyAccount(address), chain, nowMs: () => Date.now(), clock: systemClock };
  const payments = new Payments(db, systemClock);
  const sync = new MoneySync({ ...common, events: { ofTypes: () => events }, factsOf: () => null, payments });
  const reconciler = new Reconciler({ ...common, sync });
  return {
    client,
    ledger,
    records,
    reader,
    sync,
    reconciler,
    events,
    async agreement() {
      const { checks } = await reconciler.reconcile();
      return checks
        .filter(({ against }) => against === 'chain')
        .map(({ account, agreement }) => {
          const detail =
            agreement.kind === 'differs' ? ` ${agreement.byWei}` : agreement.kind === 'unknown' ? ` ${agreement.why}` : '';
          return `${account} ${agreement.kind}${detail}`;
        });
    },
  };
}

export function slashedEvent(node: Hex, commitment: Hex, amountWei: bigint): RelayEvent {
  const args = { node_address: node, task_id_commitment: commitment, amount: String(amountWei), network: 'devnet' };
  return { id: 1, type: 'NodeSlashed', nodeAddress: node, commitment, args: JSON.stringify(args) };
}
