/** Exports a case as a zip that can be given to others: redacted, with a manifest of hashes. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import type { BundleManifest, CaseFile, CaseFileEntry } from '../../contract/trust.ts';
import { hashFile } from '../../platform/file-hash.ts';
import type { Redaction } from '../kit/redaction.ts';
import { TrustError } from './errors.ts';

export interface ExportOptions {
  readonly file: CaseFile;
  /** Absolute directory of the case. */
  readonly caseDir: string;
  /** Path of the zip. An existing file is never replaced. */
  readonly destination: string;
  readonly nowMs: number;
  readonly redaction: Redaction;
  /** A larger result file is left out; the manifest still contains its hash. */
  readonly maxFileBytes?: number;
}

/** A zip without 64-bit extensions is limited to 4 GiB. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

type LeftOut = BundleManifest['leftOut'][number];

interface Evidence {
  readonly name: string;
  readonly path: string;
}

/** @throws TrustError TRUST_EXPORT_EXISTS, TRUST_EXPORT_FAILED */
export async function exportCase(options: ExportOptions): Promise<BundleManifest> {
  const { destination } = options;
  try {
    const { manifest, entries } = await collectEntries(options);
    await pipeline(zipStream(entries), createWriteStream(destination, { flags: 'wx', mode: 0o600, flush: true }));
    return manifest;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new TrustError('TRUST_EXPORT_EXISTS', `${destination} is there already`, { destination }, { cause });
    }
    await rm(destination, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TrustError('TRUST_EXPORT_FAILED', `${destination}: ${why}`, { destination }, { cause });
  }
}

type Entry = { readonly name: string } & ({ readonly text: string } | { readonly path: string });

async function collectEntries(options: ExportOptions): Promise<{ manifest: BundleManifest; entries: Entry[] }> {
  const { file, nowMs, redaction: redact } = options;
  const caseText = redact.text(JSON.stringify(file, null, 2));
  const files: BundleManifest['files'][number][] = [{ name: 'case.json', ...digest(caseText) }];
  const leftOut: LeftOut[] = [];
  const evidence: Evidence[] = [];
  for (const entry of file.own.files) {
    const name = `files/${basename(entry.path ?? `${entry.kind}-${entry.position}`)}`;
    const verdict = await checkFile(entry, options, redact);
    if (typeof verdict === 'string') leftOut.push({ name, sha256: entry.sha256, reason: verdict });
    else {
      evidence.push({ name, path: verdict.path });
      files.push({ name, size: verdict.size, sha256: verdict.sha256 });
    }
  }
  const manifest: BundleManifest = { format: 'crynux-case/1', caseId: file.id, createdMs: nowMs, files, leftOut };
  const manifestText = JSON.stringify(manifest, null, 2);
  return {
    manifest,
    entries: [{ name: 'manifest.json', text: manifestText }, { name: 'case.json', text: caseText }, ...evidence],
  };
}

/** The file as it will be included in the bundle, or why it will not. */
async function checkFile(
  entry: CaseFileEntry,
  { caseDir, maxFileBytes = MAX_FILE_BYTES }: ExportOptions,
  redact: Redaction,
): Promise<LeftOut['reason'] | { path: string; size: number; sha256: string }> {
  if (entry.path === null) return entry.state === 'tooLarge' ? 'tooLarge' : 'missing';
  const path = join(caseDir, 'files', basename(entry.path));
  const found = await hashFile(path).catch(() => null);
  if (found === null) return 'missing';
  if (found.sha256 !== entry.sha256) return 'changed';
  if (found.size > maxFileBytes) return 'tooLarge';
  return (await isTainted(path, redact)) ? 'containsSecret' : { path, ...found };
}

/** Reads overlapping pieces, so that nothing is missed at a boundary. */
async function isTainted(path: string, redact: Redaction): Promise<boolean> {
  const OVERLAP = 4_096;
  let tail = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    const piece = Buffer.concat([tail, chunk]);
    if (redact.isTainted(piece)) return true;
    tail = piece.subarray(-OVERLAP);
  }
  return false;
}

async function* zipStream(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    ready.push(chunk);
  });
  for (const entry of entries) {
    const member = 'text' in entry ? new ZipDeflate(entry.name) : new ZipPassThrough(entry.name);
    member.mtime = new Date(1980, 0, 1);
    zip.add(member);
    if ('text' in entry) member.push(new TextEncoder().encode(entry.text), true);
    else {
      for await (const chunk of createReadStream(entry.path) as AsyncIterable<Buffer>) {
        member.push(chunk);
        yield* ready.splice(0);
      }
      member.push(new Uint8Array(), true);
    }
    yield* ready.splice(0);
  }
  zip.end();
  yield* ready.splice(0);
}

function digest(text: string): { size: number; sha256: string } {
  const bytes = Buffer.from(text);
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
