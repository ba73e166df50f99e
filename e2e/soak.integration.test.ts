/**
 * A short soak, and proof that its checks can fail: each kind of violation is planted where it would occur, and
 * counted.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { STORE_FILE } from '../worker/store/store.ts';
import { collectFacts } from './soak/evidence.ts';
import { judge, type SoakFacts, VIOLATION_KINDS, type ViolationKind } from './soak/judge.ts';
import { runSoak } from './soak/run-soak.ts';
import type { SoakNetwork } from './soak/soak-network.ts';
import { soakTable } from './soak/table.ts';

const kindsOf = (facts: SoakFacts) => judge(facts).map(({ kind }) => kind);

/** A node that has scored a task which has ended. */
function scoredOne({ nodes, devnet }: SoakNetwork) {
  for (const node of nodes) {
    const post = node.posts.find(
      ({ commitment, action }) => action === 'score' && devnet.relay.task(commitment)?.status.startsWith('End'),
    );
    if (post !== undefined) return { node, post };
  }
  return expect.fail('no task was scored');
}

/** Changes a node's store as a bug would. */
function doctor(dataDir: string, change: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(join(dataDir, STORE_FILE));
  try {
    change(db);
  } finally {
    db.close();
  }
}

const PLANTED: Readonly<Record<ViolationKind, (network: SoakNetwork) => void>> = {
  secondExecution(network) {
    const { node, post } = scoredOne(network);
    const late = { commitment: post.commitment, atNs: (post.atNs + 1n).toString() };
    appendFileSync(node.files.runs, `${JSON.stringify(late)}\n`);
  },
  secondScore(network) {
    const { node, post } = scoredOne(network);
    node.posts.push({ ...post, score: `0x${'ab'.repeat(32)}` });
  },
  wrongReport(network) {
    const { node, post } = scoredOne(network);
    node.posts.push({ ...post, action: 'task_error', score: '' });
  },
  wei(network) {
    const { node } = scoredOne(network);
    doctor(node.dataDir, (db) => {
      db.exec(
        'INSERT INTO ledger_entries (source, kind, from_account, to_account, wei, at_ms, observed_ms) VALUES (' +
          "'planted', 'taskPayment', 'network', 'relay', '1', 0, 0)",
      );
    });
  },
  slash(network) {
    const { post } = scoredOne(network);
    Object.assign(network.devnet.relay.task(post.commitment) ?? {}, { status: 'EndInvalidated' });
  },
  unfinished(network) {
    const { post } = scoredOne(network);
    // A task without a start has no deadline; a deadline would make the relay refund a fee that it no longer has.
    Object.assign(network.devnet.relay.task(post.commitment) ?? {}, { status: 'Started', startTimeMs: null });
  },
};

it('respects what a soak must not break, and counts what is planted', async () => {
  const found = new Map<ViolationKind, readonly ViolationKind[]>();
  const report = await runSoak({
    tasks: 8,
    kills: 4,
    faults: true,
    seed: 20_261_129,
    onDrained: async (network) => {
      expect(kindsOf(await collectFacts(network))).toEqual([]);
      for (const kind of VIOLATION_KINDS) {
        const before = kindsOf(await collectFacts(network));
        PLANTED[kind](network);
        const after = kindsOf(await collectFacts(network));
        found.set(
          kind,
          after.filter((each) => !before.includes(each)),
        );
      }
    },
  });
  expect(report.violations).toEqual([]);
  expect(report.tasks).toBeGreaterThanOrEqual(8);
  expect(Object.values(report.kills).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(4);
  expect(Object.values(report.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  expect(report.failures).toEqual([]);
  for (const kind of VIOLATION_KINDS) expect([kind, found.get(kind)]).toEqual([kind, expect.arrayContaining([kind])]);
  expect(soakTable(report)).toMatch(/second scores signed +0\n/);
});
