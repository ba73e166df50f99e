import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { bundleManifestSchema, type CaseFile, caseFileSchema } from '../../contract/trust.ts';
import { redaction } from '../kit/redaction.ts';
import { remoteTask } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { buildCase, endedTask } from './build-case.ts';
import { caseFor } from './case-for.ts';
import { exportCase } from './export-case.ts';
import { keepFiles, verifyFiles } from './keep-files.ts';
import { MACHINE, NOW, testStore } from './testing/evidence.ts';

const KEY = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJhZGRyZXNzIjoiMHgxIn0.c2lnbmF0dXJlLXBhcnQ';
const REDACTION = redaction({ secrets: [KEY], homeDir: '/home/mara', userName: 'mara' });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** An invalidated task with these result files, and secrets planted in all text. */
async function caseWith(files: readonly Uint8Array[]): Promise<{ file: CaseFile; caseDir: string; dir: string }> {
  const { store, dataDir, resultsDir } = testStore();
  const task = remoteTask({
    status: 'EndInvalidated',
    validatedTimeMs: NOW,
    taskArgs: `{"prompt":"open /home/mara/x with ${KEY}"}`,
  });
  store.tasks.observe(task, NOW);
  store.executions.begin(task.commitment, 'L1', NOW);
  store.tasks.raiseAlarm(task.commitment, { code: 'RESULT_CHANGED', message: `/home/mara/results, ${KEY}`, atMs: NOW });
  store.lifetimes.record('L1', MACHINE, NOW);
  mkdirSync(join(resultsDir, task.commitment, '1'), { recursive: true });
  const artifacts = files.map((bytes, position) => {
    const path = join(task.commitment, '1', `${position}.json`);
    writeFileSync(join(resultsDir, path), bytes);
    return { kind: 'file' as const, position, path, sha256: sha256(bytes), size: bytes.length };
  });
  store.recordResult({ commitment: task.commitment, score: `0x${'22'.repeat(32)}`, artifacts, nowMs: NOW });
  const verdict = caseFor({ task: endedTask(store, task.commitment), events: [], self: '0x', nowMs: NOW });
  if (verdict === null) throw new Error('no case');
  const caseDir = join(dataDir, 'cases', verdict.id);
  const kept = await verifyFiles(keepFiles({ artifacts, resultsDir, caseDir }), caseDir);
  const built = buildCase({ store, verdict, files: kept, machine: MACHINE, reportedLastStatus: null, nowMs: NOW });
  const lines = [`{"msg":"Authorization: Bearer ${JWT}"}`, `{"msg":"/home/mara/.config ${KEY.toUpperCase().slice(2)}"}`];
  return { file: { ...built, log: { kind: 'excerpt', lines, truncated: false } }, caseDir, dir: tempDir() };
}

const exportTo = (destination: string, given: { file: CaseFile; caseDir: string }) =>
  exportCase({ ...given, destination, nowMs: NOW, redaction: REDACTION });

it('no planted secret leaves the machine; the case and the evidence do', async () => {
  const clean = Buffer.from('{"text":"four"}');
  const given = await caseWith([clean, Buffer.from(`{"text":"${KEY}"}`), Buffer.from('{"text":"/home/mara"}')]);
  const destination = join(given.dir, 'case.zip');
  const manifest = await exportTo(destination, given);
  const bundle = unzipSync(readFileSync(destination));
  const everything = Object.entries(bundle)
    .flatMap(([name, bytes]) => [name, strFromU8(bytes)])
    .join('\n')
    .toLowerCase();
  for (const secret of [KEY.slice(2), JWT.toLowerCase(), 'mara']) expect(everything).not.toContain(secret);
  expect(readFileSync(destination).toString('latin1')).not.toContain('mara');

  expect(Object.keys(bundle)).toEqual(['manifest.json', 'case.json', 'files/0.json']);
  expect(Buffer.from(bundle['files/0.json'] ?? []).equals(clean)).toBe(true);
  expect(manifest.leftOut.map(({ name, reason }) => [name, reason])).toEqual([
    ['files/1.json', 'containsSecret'],
    ['files/2.json', 'containsSecret'],
  ]);
  const read = caseFileSchema.parse(JSON.parse(strFromU8(bundle['case.json'] ?? new Uint8Array())));
  expect(read).toMatchObject({ kind: 'invalidated', task: { taskArgs: '{"prompt":"open ~/x with [redacted]"}' } });
  expect(read.own.executions[0]?.machine).toEqual(MACHINE);
});

it('the manifest contains the hash of every other file in the bundle', async () => {
  const given = await caseWith([randomBytes(300_000), Buffer.from('{}')]);
  const destination = join(given.dir, 'case.zip');
  await exportTo(destination, given);
  const bundle = unzipSync(readFileSync(destination));
  const manifest = bundleManifestSchema.parse(JSON.parse(strFromU8(bundle['manifest.json'] ?? new Uint8Array())));
  const { 'manifest.json': _, ...rest } = bundle;
  const found = Object.entries(rest).map(([name, bytes]) => ({ name, size: bytes.length, sha256: sha256(bytes) }));
  expect(manifest).toMatchObject({ caseId: given.file.id, createdMs: NOW, files: found, leftOut: [] });
});

it('finds a secret that spans two reads of a file', async () => {
  const size = 1024 * 1024;
  const bytes = Buffer.alloc(size + 500, 'x');
  bytes.write(KEY, size - 30);
  const given = await caseWith([bytes]);
  const manifest = await exportTo(join(given.dir, 'case.zip'), given);
  expect(manifest.leftOut).toMatchObject([{ name: 'files/0.json', reason: 'containsSecret' }]);
});

it('evidence that has changed, is missing or is too large is listed, not included', async () => {
  const given = await caseWith([Buffer.from('one'), Buffer.from('two'), Buffer.from('three, the longest')]);
  // The kept file may be a hard link to the original: replace it instead of writing into it.
  writeFileSync(join(given.caseDir, 'files', '0.json'), 'tampered');
  const destination = join(given.dir, 'case.zip');
  const files = given.file.own.files.map((file, i) => (i === 1 ? { ...file, path: null, state: 'missing' as const } : file));
  const file = { ...given.file, own: { ...given.file.own, files } };
  const options = { file, caseDir: given.caseDir, destination, nowMs: NOW, redaction: REDACTION, maxFileBytes: 10 };
  const manifest = await exportCase(options);
  expect(manifest.leftOut.map((left) => left.reason)).toEqual(['changed', 'missing', 'tooLarge']);
  expect(manifest.leftOut.map((left) => left.sha256)).toEqual(given.file.own.files.map((entry) => entry.sha256));
});

it('never replaces a file, and leaves nothing behind if a bundle fails', async () => {
  const given = await caseWith([Buffer.from('one')]);
  const destination = join(given.dir, 'case.zip');
  writeFileSync(destination, 'mine');
  await expect(exportTo(destination, given)).rejects.toMatchObject({ code: 'TRUST_EXPORT_EXISTS' });
  expect(readFileSync(destination, 'utf8')).toBe('mine');
  const nowhere = join(given.dir, 'missing', 'case.zip');
  await expect(exportTo(nowhere, given)).rejects.toMatchObject({ code: 'TRUST_EXPORT_FAILED' });
  expect(existsSync(nowhere)).toBe(false);
});

it('a bundle is readable only by its owner', async () => {
  const given = await caseWith([]);
  const destination = join(given.dir, 'case.zip');
  await exportTo(destination, given);
  // Windows has no such bits; there, the folder's permissions apply.
  const others = process.platform === 'win32' ? 0 : statSync(destination).mode & 0o077;
  expect(others).toBe(0);
});
