import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isContractProcedure } from '@orpc/contract';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StakeView } from '../../contract/money-acts.ts';
import { nodeContract } from '../../contract/node-contract.ts';
import { RECORD_PROCEDURES } from '../../contract/records.ts';
import { retentionSchema } from '../../contract/retention.ts';
import { createNodeClient } from '../../contract/rpc-client.ts';
import { errorOf } from '../../contract/rpc-errors.ts';
import { portPair } from '../../contract/rpc-port.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { redaction } from '../kit/redaction.ts';
import { readModels } from '../models/read-models.ts';
import { Records } from '../models/records.ts';
import { StoreFile } from '../models/store-file.ts';
import { Ledger } from '../money/ledger/ledger.ts';
import { payment } from '../money/testing/ledger.ts';
import { openStore, STORE_FILE } from '../store/store.ts';
import { caseFile } from '../testing/case-file.ts';
import { QUIET_LOG, START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { explainQos } from '../trust/qos-explanation.ts';
import { nodeInfo } from '../trust/testing/evidence.ts';
import { openRecords } from './open-records.ts';

const TASK = commitmentOf(1);
const STAKE = { status: 'Staked', balanceWei: '400' } as unknown as StakeView;

/** Makes the data of a node that has run; `end` is how its process ended. */
function leftBehind(end: 'in order' | 'killed'): string {
  const dataDir = tempDir();
  const store = openStore(dataDir, START_MS);
  store.tasks.observe(remoteTask({ commitment: TASK, startTimeMs: START_MS }), START_MS + 500);
  store.cases.save(caseFile('c', { kind: 'slashed' }));
  new Ledger(store.db).record([payment({ wei: 7n, atMs: START_MS })], START_MS);
  if (end === 'in order') store.close();
  else onTestFinished(() => store.close());
  return dataDir;
}

function open(dataDir: string) {
  const clock = new ManualClock(START_MS + 60_000);
  const random = { bytes: (count: number) => new Uint8Array(count), fraction: () => 0 };
  const records = openRecords({
    ...{ dataDir, retention: retentionSchema.parse({}), mode: 'relay', clock, random, log: QUIET_LOG },
    readStake: async () => STAKE,
    redaction: redaction({ secrets: [], homeDir: '/home/heron', userName: 'heron' }),
    readModels: () =>
      readModels({
        directory: join(dataDir, 'models'),
        profile: 'lab:0x1',
        clock,
        log: QUIET_LOG,
        reserveBytes: 1,
        freeBytes: async () => 1,
      }),
  });
  onTestFinished(() => records.close());
  const [near, far] = portPair();
  records.serve(far, 'page');
  return { records, near, client: createNodeClient(near) };
}

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => errorOf(error).code,
  );

describe('the records of a node that is not running', () => {
  it.each(['in order', 'killed'] as const)('show its tasks, money and cases after it ended: %s', async (end) => {
    const { client } = open(leftBehind(end));
    expect(await client.tasks.page({ limit: 10 })).toMatchObject({ total: 1, rows: [{ commitment: TASK }] });
    expect(await client.tasks.detail({ commitment: TASK })).toMatchObject({ task: { commitment: TASK }, money: { entries: [] } });
    const money = await client.money.summary({});
    expect(money.last7Days.tasksWei).toBe('7');
    expect(money.accounts.find(({ account }) => account === 'relay')?.wei).toBe('7');
    expect((await client.money.exportCsv({ after: null })).text).toContain('taskPayment');
    expect(await client.trust.cases({ limit: 10 })).toMatchObject({ total: 1, cases: [{ kind: 'slashed' }] });
    expect(await client.trust.protection({})).toMatchObject({ sound: true });
  });

  it('show what the network reported last: the balance, the quality of service, and the slash', async () => {
    const dataDir = leftBehind('in order');
    const store = openStore(dataDir, START_MS);
    store.settings.set('barred', 'slashed');
    store.settings.set('lastBalance', { wei: '12', readMs: START_MS });
    const before = open(dataDir).client;
    expect(await refusal(before.trust.qos({}))).toBe('NODE_NOT_RUNNING');
    const qos = explainQos({ tracing: 'unsupported', info: nodeInfo({ qosScore: 0.5 }), nowMs: START_MS });
    store.settings.set('lastQos', qos);
    store.close();
    const { client } = open(dataDir);
    expect(await client.node.last({})).toEqual({ barred: 'slashed', relayBalance: { wei: '12', readMs: START_MS } });
    // As last read, with its time.
    expect(await client.trust.qos({})).toMatchObject({ atMs: START_MS, now: { combined: { value: 0.5 } } });
  });

  it('export a case as a bundle, without what must not leave this machine', async () => {
    const { client } = open(leftBehind('in order'));
    const { fileName, base64 } = await client.trust.exportCase({ id: 'c' });
    expect(fileName).toBe('crynux-case-c.zip');
    expect(base64.length).toBeGreaterThan(100);
  });

  it('show the recorded models of its folder, and change nothing there', async () => {
    const dataDir = leftBehind('in order');
    const { client } = open(dataDir);
    const first = async () => {
      for await (const update of await client.models.watch({})) return update;
      return null;
    };
    expect(await first()).toMatchObject({ kind: 'snapshot', models: [] });
    const directory = join(dataDir, 'models');
    const file = new StoreFile({ directory, profile: 'lab:0x1', pid: 1, nowMs: START_MS });
    new Records(file).save({
      ...{ engine: 'embedded', modelId: 'base:a', place: 'a', folder: 'a', kind: 'bundled', taskTypes: ['Llm'], files: [] },
      ...{ origin: { kind: 'bundled' }, state: 'present', detail: '', downloadedAtMs: 5, verifiedAtMs: null },
    });
    file.close();
    expect(await first()).toMatchObject({ models: [{ modelId: 'base:a', state: { kind: 'present' }, usedBy: [] }] });
  });

  it("show the chain's view of the stake without a process", async () => {
    const { client } = open(leftBehind('in order'));
    // The contract's schema checks the answer; this only checks that the request reaches it.
    expect(await refusal(client.money.stake({}))).not.toBe('NODE_NOT_RUNNING');
  });

  it('refuse everything else because it needs the running node, and do nothing', async () => {
    const { client } = open(leftBehind('in order'));
    const all = Object.entries(nodeContract).flatMap(([room, procedures]) =>
      Object.keys(procedures).map((name) => ({ path: `${room}.${name}`, room, name })),
    );
    expect(all.length).toBeGreaterThan(30);
    expect(Object.values(nodeContract).every((room) => Object.values(room).every(isContractProcedure))).toBe(true);
    for (const path of RECORD_PROCEDURES) expect(all.map((one) => one.path)).toContain(path);
    for (const { path, room, name } of all.filter((one) => !RECORD_PROCEDURES.has(one.path))) {
      const procedures = client[room as keyof typeof client] as unknown as Record<string, (input: object) => Promise<unknown>>;
      expect([path, await refusal(procedures[name]?.({}) ?? Promise.resolve())]).toEqual([path, 'NODE_NOT_RUNNING']);
    }
  });

  it('are only read', async () => {
    const dataDir = leftBehind('in order');
    const path = join(dataDir, STORE_FILE);
    const before = readFileSync(path);
    const { client, records, near } = open(dataDir);
    const closed = new Promise<void>((resolve) => near.onClose(() => resolve()));
    await client.tasks.page({ limit: 10 });
    await client.money.summary({});
    // The next owner can take them, and every connection has ended.
    records.close();
    await closed;
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(false);
    openStore(dataDir, START_MS).close();
  });

  it('do not exist before the first start, and are not read if their version differs', () => {
    expect(() => open(tempDir())).toThrow(expect.objectContaining({ code: 'STORE_EMPTY' }));
    const dataDir = leftBehind('in order');
    const db = new DatabaseSync(join(dataDir, STORE_FILE));
    db.exec('PRAGMA user_version = 3');
    db.close();
    expect(() => open(dataDir)).toThrow(expect.objectContaining({ code: 'STORE_OLDER_VERSION' }));
    writeFileSync(join(dataDir, STORE_FILE), 'no database');
    expect(() => open(dataDir)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
  });
});
