import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHarness, FEE, llmResult } from './testing/harness.ts';

let statePath: string;
beforeEach(() => {
  statePath = mkdtempSync(join(tmpdir(), 'relay-state-'));
});
afterEach(() => rmSync(statePath, { recursive: true }));

test('a relay continues where it was stopped', async () => {
  const { files, score } = llmResult('four');
  const before = createHarness({ statePath });
  await before.actor('n1').join();
  const done = await before.actor('app').createTask();
  before.relay.runRound();
  await before.actor('n1').score(done.commitment, score);
  await before.actor('app').validate([done]);
  await before.actor('n1').upload(done.commitment, files);
  const open = await before.actor('app').createTask();
  before.relay.runRound();
  const remembered = {
    tasks: before.relay.tasks(),
    nodes: before.relay.nodes(),
    ledger: before.relay.ledger(),
    totals: before.relay.totals(),
  };
  await before.relay.close();

  const after = createHarness({ statePath, seed: 'other' });
  const { relay } = after;
  expect({ tasks: relay.tasks(), nodes: relay.nodes(), ledger: relay.ledger(), totals: relay.totals() }).toEqual(remembered);
  const result = await after
    .actor('app')
    .get(`/v1/inference_tasks/${done.commitment}/results/0`, { index: '0', task_id_commitment: done.commitment });
  expect(result).toMatchObject({ status: 200, text: '{"text":"four"}' });
  expect(await after.actor('n1').currentTask()).toBe(open.commitment);
  expect(await after.actor('n1').score(open.commitment, score)).toMatchObject({ status: 200 });
  const { json } = await after.send({ method: 'GET', url: '/v1/events/current_id' });
  expect(json).toEqual({ message: 'success', data: 7 });
  expect(relay.balanceWei(after.actor('n1').address)).toBe(FEE);
  await relay.close();
});

test('a state of a newer version, or a file that is not a state, is refused', () => {
  const path = join(statePath, 'relay.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(() => createHarness({ statePath })).toThrow(expect.objectContaining({ code: 'DEVNET_NEWER_STATE' }));
  writeFileSync(path, 'this is no database, and long enough to be seen as none by SQLite'.repeat(20));
  expect(() => createHarness({ statePath })).toThrow(expect.objectContaining({ code: 'DEVNET_BAD_STATE' }));
});
