/**
 * The files of a result: found, made durable and hashed once (seal), hashed again before they leave (verify, law 5).
 * Source: RELAY_PROTOCOL 6.1 (which files, in which order), 8.6.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hex } from '../../protocol/hex.ts';
import { assertValidScore, scoreOfFiles } from '../../protocol/scores/score.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { WorkerError } from '../errors.ts';
import { nativeZlib } from '../native-zlib.ts';
import type { ResultFile } from '../networks/task-network.ts';
import type { Artifact } from '../store/artifacts.ts';
import { packCheckpoint } from './checkpoint.ts';
import { hashFile, sha256Of, syncDirectory, syncFile } from './durable-files.ts';

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

/** Where results live: `root` is absolute, a stored path is `<commitment>/<attempt>/…` below it. */
export interface ResultPlace {
  readonly root: string;
  /** Relative to the root. */
  readonly dir: string;
}

/**
 * Finds the result files of an execution, flushes them to disk and computes their score.
 * @throws WorkerError RESULT_INCOMPLETE, ProtocolError PROTOCOL_BAD_IMAGE, PROTOCOL_BAD_SCORE
 */
export async function sealResult(type: TaskType, place: ResultPlace): Promise<SealedResult> {
  const folder = join(place.dir, FOLDER[type]);
  const names = await numberedFiles(join(place.root, folder), PATTERN[type]);
  const artifacts: Artifact[] = [];
  const contents: Uint8Array[] = [];
  for (const [position, name] of names.entries()) {
    const path = join(folder, name);
    await syncFile(join(place.root, path));
    const bytes = await readFile(join(place.root, path));
    contents.push(bytes);
    artifacts.push({ kind: 'file', position, path, sha256: sha256Of(bytes), size: bytes.length });
  }
  if (type === 'FineTuneLora') artifacts.push(await sealCheckpoint(place));
  for (const dir of new Set([folder, place.dir, join(place.dir, '..'), '.'])) await syncDirectory(join(place.root, dir));
  const score = scoreOfFiles(type, contents, nativeZlib);
  assertValidScore(type, score);
  return { score, artifacts };
}

async function sealCheckpoint(place: ResultPlace): Promise<Artifact> {
  const path = join(place.dir, 'checkpoint.zip');
  await packCheckpoint(join(place.root, place.dir, 'checkpoint'), join(place.root, path));
  await syncFile(join(place.root, path));
  return { kind: 'checkpoint', position: 0, path, ...(await hashFile(join(place.root, path))) };
}

/** Names 0…n−1 in numeric order; a gap means that a file is missing, and its score would be a wrong one. */
async function numberedFiles(dir: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(dir).catch(() => [] as string[]);
  const byNumber = new Map<number, string>();
  for (const name of entries) {
    const number = pattern.exec(name)?.[1];
    if (number === undefined || String(Number(number)) !== number) continue;
    if (!(await lstat(join(dir, name))).isFile()) throw incomplete(dir, `${name} is no regular file`);
    byNumber.set(Number(number), name);
  }
  const names = Array.from({ length: byNumber.size }, (_, i) => byNumber.get(i));
  if (names.length === 0) throw incomplete(dir, 'there is no result file');
  if (names.includes(undefined)) throw incomplete(dir, 'the result files are not numbered from 0 without a gap');
  return names.filter((name) => name !== undefined);
}

function incomplete(dir: string, why: string): WorkerError {
  return new WorkerError('RESULT_INCOMPLETE', `${why} in ${dir}`, { dir });
}

export interface VerifiedResult {
  readonly files: readonly ResultFile[];
  readonly checkpointPath: string | null;
}

/**
 * Law 5: reads the files from disk again and returns exactly the bytes that hash to the score in the ledger.
 * @throws WorkerError RESULT_CHANGED
 */
export async function verifyResult(options: {
  readonly type: TaskType;
  readonly root: string;
  readonly score: Hex;
  readonly artifacts: readonly Artifact[];
}): Promise<VerifiedResult> {
  const { type, root, score, artifacts } = options;
  const files: ResultFile[] = [];
  let checkpointPath: string | null = null;
  for (const artifact of artifacts) {
    const path = join(root, artifact.path);
    if (artifact.kind === 'checkpoint') {
      const found = await hashFile(path).catch((cause: unknown) => Promise.reject(changed(path, 'it cannot be read', cause)));
      if (found.sha256 !== artifact.sha256) throw changed(path, 'it has another hash than when it was recorded');
      checkpointPath = path;
      continue;
    }
    const bytes = await readFile(path).catch((cause: unknown) => Promise.reject(changed(path, 'it cannot be read', cause)));
    if (sha256Of(bytes) !== artifact.sha256) throw changed(path, 'it has another hash than when it was recorded');
    files.push({ name: path.slice(path.search(/[^/\\]+$/)), bytes });
  }
  const now =
    files.length === 0
      ? 'no score, for there are no files'
      : scoreOfFiles(
          type,
          files.map((file) => file.bytes),
          nativeZlib,
        );
  if (now !== score) throw changed(root, `the files make ${now}, the ledger says ${score}`);
  return { files, checkpointPath };
}

function changed(path: string, why: string, cause?: unknown): WorkerError {
  return new WorkerError('RESULT_CHANGED', `${path}: ${why}`, { path }, { cause });
}
