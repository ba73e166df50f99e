/**
 * The files of a result: found, made durable and hashed once (seal), compared with that before they leave (verify, law 5).
 * Source: RELAY_PROTOCOL 6.1 (which files, in which order), 8.6.
 */
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hashFile } from '../../platform/file-hash.ts';
import type { Hex } from '../../protocol/hex.ts';
import { assertValidScore, SCORE_BYTES_PER_FILE, scoreOfParts } from '../../protocol/scores/score.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { readHashed, syncDirectory, syncFile } from '../kit/durable-files.ts';
import { WorkerError } from '../kit/errors.ts';
import type { ResultFile } from '../networks/task-network.ts';
import type { Artifact } from '../store/artifacts.ts';
import { packCheckpoint } from './checkpoint.ts';
import type { EarlyImages } from './early-images.ts';
import type { ImageDigest } from './scores/image-digest.ts';
import type { ImageDigester } from './scores/image-digester.ts';

const FOLDER: Readonly<Record<TaskType, string>> = { StableDiffusion: '', Llm: '', FineTuneLora: 'validation' };
const PATTERN: Readonly<Record<TaskType, RegExp>> = {
  StableDiffusion: /^(\d+)\.png$/,
  Llm: /^(\d+)\.json$/,
  FineTuneLora: /^(\d+)\.png$/,
};

export interface SealedResult {
  readonly score: Hex;
  readonly artifacts: readonly Artifact[];
}

/** Where results are stored: `root` is absolute, and a stored path is `<commitment>/<attempt>/…` below it. */
export interface ResultLocation {
  readonly root: string;
  /** Relative to the root. */
  readonly dir: string;
}

export interface SealOptions {
  readonly type: TaskType;
  readonly place: ResultLocation;
  readonly images: ImageDigester;
  /** Digests of images that were read before the engine had answered. */
  readonly early?: EarlyImages | null;
}

/**
 * Finds the result files of an execution, hashes them once, and flushes them to disk with the folders that name them.
 * @throws WorkerError RESULT_INCOMPLETE, ProtocolError PROTOCOL_BAD_SCORE
 */
export async function sealResult({ type, place, images, early = null }: SealOptions): Promise<SealedResult> {
  const folder = join(place.dir, FOLDER[type]);
  const names = await numberedFiles(join(place.root, folder), PATTERN[type]);
  const checkpoint = type === 'FineTuneLora' ? [await sealCheckpoint(place)] : [];
  const paths = names.map((name) => join(folder, name));
  const folders = new Set([folder, place.dir, join(place.dir, '..'), '.']);
  const [digests] = await Promise.all([
    Promise.all(
      paths.map(async (path, position) => {
        const absolute = join(place.root, path);
        if (type === 'Llm') return textDigest(absolute);
        const known = (await early?.digestOf(names[position] ?? '')) ?? null;
        return images.digest({ path: absolute, known, onlyComplete: false });
      }),
    ),
    ...paths.map((path) => syncFile(join(place.root, path))),
    ...[...folders].map((dir) => syncDirectory(join(place.root, dir))),
  ]);
  const score = scoreOfParts(digests.map((digest) => digest?.hash ?? '0x'));
  assertValidScore(type, score);
  const artifacts = digests.flatMap((digest, position): Artifact[] =>
    digest === null ? [] : [{ kind: 'file', position, path: paths[position] ?? '', sha256: digest.sha256, size: digest.size }],
  );
  return { score, artifacts: [...artifacts, ...checkpoint] };
}

/** A text's part of the score is the SHA-256 of its bytes. */
async function textDigest(path: string): Promise<ImageDigest> {
  const { sha256, size } = await hashFile(path);
  return { sha256, size, hash: `0x${sha256}` };
}

async function sealCheckpoint(place: ResultLocation): Promise<Artifact> {
  const path = join(place.dir, 'checkpoint.zip');
  await packCheckpoint(join(place.root, place.dir, 'checkpoint'), join(place.root, path));
  await syncFile(join(place.root, path));
  return { kind: 'checkpoint', position: 0, path, ...(await hashFile(join(place.root, path))) };
}

/** Names 0…n−1 in numeric order; a gap means that a file is missing, and the score would be wrong. */
async function numberedFiles(dir: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(dir).catch(() => [] as string[]);
  const byNumber = new Map<number, string>();
  for (const name of entries) {
    const number = pattern.exec(name)?.[1];
    if (number === undefined || String(Number(number)) !== number) continue;
    if (!(await lstat(join(dir, name))).isFile()) throw incompleteResult(dir, `${name} is no regular file`);
    byNumber.set(Number(number), name);
  }
  const names = Array.from({ length: byNumber.size }, (_, i) => byNumber.get(i));
  if (names.length === 0) throw incompleteResult(dir, 'there is no result file');
  if (names.includes(undefined)) throw incompleteResult(dir, 'the result files are not numbered from 0 without a gap');
  return names.filter((name) => name !== undefined);
}

function incompleteResult(dir: string, why: string): WorkerError {
  return new WorkerError('RESULT_INCOMPLETE', `${why} in ${dir}`, { dir });
}

export interface RecordedResult {
  readonly type: TaskType;
  /** Absolute; the artifacts' paths are below it. */
  readonly root: string;
  readonly score: Hex;
  readonly artifacts: readonly Artifact[];
}

export interface VerifiedResult {
  readonly files: readonly ResultFile[];
  readonly checkpointPath: string | null;
}

/**
 * Law 5: reads the files from disk again and returns exactly the bytes behind the score in the ledger. The score was
 * computed from these bytes, and their SHA-256 was recorded with it in one transaction, so the score itself need not be
 * computed again.
 * @throws WorkerError RESULT_CHANGED
 */
export async function verifyResult(recorded: RecordedResult): Promise<VerifiedResult> {
  const { root, artifacts } = recorded;
  const files: ResultFile[] = [];
  let checkpointPath: string | null = null;
  for (const artifact of artifacts) {
    const path = join(root, artifact.path);
    const unreadable = (cause: unknown) => Promise.reject(changedResult(path, 'it cannot be read', cause));
    if (artifact.kind === 'checkpoint') {
      const { sha256 } = await hashFile(path).catch(unreadable);
      if (sha256 !== artifact.sha256) throw changedResult(path, 'it has another hash than when it was recorded');
      checkpointPath = path;
      continue;
    }
    const { bytes, sha256 } = await readHashed(path).catch(unreadable);
    if (sha256 !== artifact.sha256) throw changedResult(path, 'it has another hash than when it was recorded');
    files.push({ name: basename(path), bytes });
  }
  assertFilesMatchScore(recorded);
  return { files, checkpointPath };
}

/** The score of texts is the list of their digests; the score of images has one part for each. */
function assertFilesMatchScore({ type, root, score, artifacts }: RecordedResult): void {
  const parts = artifacts.flatMap(({ kind, sha256 }) => (kind === 'file' ? [sha256] : []));
  const coversAll = (score.length - 2) / 2 === parts.length * SCORE_BYTES_PER_FILE[type];
  if (parts.length === 0 || !coversAll) throw changedResult(root, `${parts.length} files are recorded for the score ${score}`);
  if (type === 'Llm' && score !== `0x${parts.join('')}`) throw changedResult(root, `the files do not make ${score}`);
}

function changedResult(path: string, why: string, cause?: unknown): WorkerError {
  return new WorkerError('RESULT_CHANGED', `${path}: ${why}`, { path }, { cause });
}
