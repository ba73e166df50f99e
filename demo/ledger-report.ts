/** The node's own ledger next to the figures of relay and chain, account by account, as the node itself compares them. Pure. */
import type { AccountCheckView } from '../contract/money.ts';
import { cnx, textTable } from './text.ts';

export interface LedgerReport {
  readonly text: string;
  readonly differences: readonly string[];
}

const SOURCES: Readonly<Record<AccountCheckView['against'], string>> = {
  relayBalance: 'the relay',
  relayRecords: "the relay's records",
  chain: 'the chain',
  none: '',
};

export function ledgerReport(checks: readonly AccountCheckView[]): LedgerReport {
  const compared = checks.filter(({ against }) => against !== 'none');
  const rows = compared.map(({ account, against, ledgerWei, agreement }) => [
    account,
    cnx(BigInt(ledgerWei)),
    `${ledgerWei} wei`,
    `${agreement.state} ${agreement.state === 'agrees' ? 'with' : 'from'} ${SOURCES[against]}`,
  ]);
  return {
    text: textTable(["your node's ledger", 'holds', 'exactly', 'and'], rows, ['left', 'right', 'right', 'left']),
    differences: compared.flatMap(differenceOf),
  };
}

function differenceOf({ account, against, agreement }: AccountCheckView): string[] {
  const what = `the node's own ledger of ${account} against ${SOURCES[against]}`;
  switch (agreement.state) {
    case 'agrees':
      return [];
    case 'differs':
      return [`${what}: ${agreement.byWei} wei are missing in it`];
    case 'unknown':
      return [`${what}: ${agreement.why}`];
  }
}
