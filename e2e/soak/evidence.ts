/**
 * Reads what a soak has left behind: from the engines' journals, the proxies, the nodes' stores, the relay and the
 * chain.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { STORE_FILE } from '../../worker/store/store.ts';
import { type NodeFacts, type Run, SOAK_ACCOUNTS, type SoakAccount, type SoakFacts, type TaskFacts } from './judge.ts';
import { UNDECODABLE } from './markers.ts';
import type { SoakNetwork, SoakNode } from './soak-network.ts';

/** Call when no worker is running any more. */
export async function collectFacts(network: SoakNetwork): Promise<SoakFacts> {
  const { relay } = network.devnet;
  const totals = relay.totals();
  const income = new Map<string, bigint>();
  for (const { type, reason, wei } of relay.ledger()) {
    if (type !== 'TaskIncome') continue;
    const commitment = reason.slice(reason.indexOf('0x'));
    income.set(commitment, (income.get(commitment) ?? 0n) + wei);
  }
  const tasks = relay.tasks().map(
    (row): TaskFacts => ({
      commitment: row.commitment,
      isInvalid: row.args.includes(UNDECODABLE),
      taskId: row.taskId,
      status: row.status,
      abortReason: row.abortReason,
      score: row.score,
      feeWei: row.feeWei,
      incomeWei: income.get(row.commitment) ?? 0n,
    }),
  );
  return {
    nodes: await Promise.all(network.nodes.map((node) => nodeFacts(network, node))),
    tasks,
    escrowWei: totals.escrowWei,
    mintedWei: totals.totalWei - totals.issuedWei,
  };
}

async function nodeFacts({ devnet }: SoakNetwork, node: SoakNode): Promise<NodeFacts> {
  const funds = await devnet.chain?.fundsOf(node.address);
  const held = {
    relay: devnet.relay.balanceWei(node.address),
    inTransit: 0n,
    wallet: funds?.walletWei ?? 0n,
    stake: funds?.stakedWei ?? 0n,
  };
  return { name: node.name, address: node.address, runs: runsOf(node), posts: node.posts, ...storeFacts(node), held };
}

function runsOf({ files }: SoakNode): Run[] {
  if (!existsSync(files.runs)) return [];
  const lines = readFileSync(files.runs, 'utf8').split('\n');
  // A killed engine may leave half a line, in which case it has not answered.
  return lines
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as { commitment: string; atNs: string })
    .map(({ commitment, atNs }) => ({ commitment, atNs: BigInt(atNs) }));
}

function storeFacts({ dataDir }: SoakNode): Pick<NodeFacts, 'scores' | 'executions' | 'ledger' | 'ledgerConflicts'> {
  const db = new DatabaseSync(join(dataDir, STORE_FILE), { readOnly: true });
  try {
    const ledger = Object.fromEntries(SOAK_ACCOUNTS.map((account) => [account, 0n])) as Record<SoakAccount, bigint>;
    const own = (account: string): account is SoakAccount => account in ledger;
    for (const row of db.prepare('SELECT from_account, to_account, wei FROM ledger_entries').all()) {
      const [from, to, wei] = [String(row.from_account), String(row.to_account), BigInt(String(row.wei))];
      if (own(from)) ledger[from] -= wei;
      if (own(to)) ledger[to] += wei;
    }
    const scores = db.prepare('SELECT commitment, score FROM score_ledger').all();
    const executions = db.prepare('SELECT commitment, attempt, outcome FROM executions').all();
    return {
      ledger,
      ledgerConflicts: Number(db.prepare('SELECT count(*) AS n FROM ledger_conflicts').get()?.n),
      scores: scores.map((row) => ({ commitment: String(row.commitment), score: String(row.score) })),
      executions: executions.map((row) => ({
        commitment: String(row.commitment),
        attempt: Number(row.attempt),
        outcome: row.outcome === null ? null : String(row.outcome),
      })),
    };
  } finally {
    db.close();
  }
}
