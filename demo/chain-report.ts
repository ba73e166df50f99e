/** Stake, coin and gas of the nodes, compared with each other and with the relay's books. Pure. */
import type { Participant } from '../devnet/explorer.ts';
import type { LedgerRow } from '../devnet/relay/store/rows.ts';
import type { ChainAccounts } from './chain-accounts.ts';
import { cnx, textTable } from './text.ts';

export interface ChainReportInput {
  readonly nodes: readonly Participant[];
  readonly ledger: readonly LedgerRow[];
  readonly chain: ChainAccounts;
  /** Each node's holdings before its first transaction, wei. */
  readonly givenWei: bigint;
  /** Stakes in the relay's books, by lower-case address. */
  readonly relayStakesWei: ReadonlyMap<string, bigint>;
}

export interface ChainReport {
  readonly text: string;
  readonly differences: readonly string[];
}

export function chainReport(input: ChainReportInput): ChainReport {
  const { nodes, chain } = input;
  const rows = nodes.map((node) => {
    const slashedWei = slashedOf(input.ledger, node);
    const { stakeWei, walletWei, gasWei } = accountOf(chain, node);
    return { node, stakeWei, walletWei, gasWei, slashedWei, sumWei: stakeWei + walletWei + gasWei + slashedWei };
  });
  const table = textTable(
    ['on the chain', 'stake', 'coin', 'gas paid', 'slashed', 'all of it, in wei'],
    rows.map(({ node, stakeWei, walletWei, gasWei, slashedWei, sumWei }) => [
      node.name,
      cnx(stakeWei),
      cnx(walletWei),
      `${gasWei} wei`,
      slashedWei === 0n ? '' : cnx(slashedWei),
      `${sumWei}`,
    ]),
    ['left', 'right', 'right', 'right', 'right', 'right'],
  );
  const differences: string[] = [];
  const expect = (what: string, actual: bigint, wanted: bigint) => {
    if (actual !== wanted) differences.push(`${what}: ${actual} wei, expected ${wanted} wei`);
  };
  for (const { node, stakeWei, sumWei } of rows) {
    expect(`stake of ${node.name} on the chain against the relay's books`, stakeWei, relayStake(input, node));
    expect(`stake, coin, gas and slashed stake of ${node.name} against what it had`, sumWei, input.givenWei);
  }
  const total = (pick: (row: (typeof rows)[number]) => bigint) => rows.reduce((sum, row) => sum + pick(row), 0n);
  expect(
    'coin in the staking contract against all stakes',
    chain.heldWei,
    total(({ stakeWei }) => stakeWei),
  );
  expect(
    'coin of the slash receiver against the slashed stakes',
    chain.slashedWei,
    total(({ slashedWei }) => slashedWei),
  );
  return { text: table, differences };
}

function accountOf({ accounts }: ChainAccounts, { address }: Participant) {
  return accounts.get(address.toLowerCase()) ?? { stakeWei: 0n, walletWei: 0n, gasWei: 0n };
}

function relayStake({ relayStakesWei }: ChainReportInput, { address }: Participant): bigint {
  return relayStakesWei.get(address.toLowerCase()) ?? 0n;
}

function slashedOf(ledger: readonly LedgerRow[], { address }: Participant): bigint {
  const account = `stake:${address}`.toLowerCase();
  return ledger.reduce((sum, row) => (row.type === 'Slash' && row.from.toLowerCase() === account ? sum + row.wei : sum), 0n);
}
