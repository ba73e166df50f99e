/** Compares the disk with the records. Read-only: it deletes and records nothing. */
import { isAbsolute, join } from 'node:path';
import type { UnknownItem } from '../../../contract/models.ts';
import { partOf, pathOf, sizeOf } from '../../engines/models/files.ts';
import { modelProblem } from '../errors.ts';
import { baseKey, keyText, modelKey } from '../model-key.ts';
import { isFoundOnDiskOnly, type ModelRecord, type RecordState } from '../records.ts';
import type { ModelPlan } from '../sources/source.ts';
import { guessModel, readRepository, repositoryName } from './huggingface-cache.ts';
import { compareSizes } from './verify.ts';
import { listFilesBelow, listNames, sumBytes } from './walk.ts';

export type FoundModel = Omit<ModelRecord, 'lastUsedAtMs'>;

export interface DiskScan {
  /** Verdicts on recorded models; `record` is the one that was judged. */
  readonly verdicts: readonly { readonly record: ModelRecord; readonly state: RecordState; readonly detail: string }[];
  /** On disk, not recorded, but known. */
  readonly found: readonly FoundModel[];
  readonly unknown: readonly UnknownItem[];
  /** Bytes of incomplete models, by place. */
  readonly partial: ReadonlyMap<string, number>;
}

export interface ScanInput {
  readonly directory: string;
  readonly records: readonly ModelRecord[];
  /** Models in the catalogues. */
  readonly known: readonly ModelPlan[];
  /** Places that a process is currently changing. */
  readonly claimed: ReadonlySet<string>;
}

type Verdict = { readonly state: RecordState; readonly detail: string };

/** Files of the libraries and of this program that are not models. */
const IGNORED = /^(?:catalogue\.json|version\.txt|CACHEDIR\.TAG|\..*|.*\.lock)$/;

export async function scanDisk(input: ScanInput): Promise<DiskScan> {
  const partial = new Map<string, number>();
  const verdicts: DiskScan['verdicts'][number][] = [];
  for (const record of input.records) {
    const verdict = input.claimed.has(record.place) ? null : await checkRecord(input.directory, record);
    if (verdict !== null) verdicts.push({ record, ...verdict });
  }
  const found = await findCatalogued(input, partial);
  const caches = await findCaches(input, partial);
  const unknown = [...caches.unknown, ...(await findUnknown(input))];
  return { verdicts, found: [...found, ...caches.found], partial, unknown: unknown.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Null: handle it as newly found, in its present state. */
async function checkRecord(directory: string, record: ModelRecord): Promise<Verdict | null> {
  const folder = absolute(directory, record.folder);
  if (isFoundOnDiskOnly(record) && (await readRepository(folder)) !== null) return null;
  const verdict = await compareSizes(folder, record.files);
  if (verdict.kind === 'missing') return { state: 'missing', detail: verdict.detail };
  if (verdict.kind === 'damaged') return { state: 'corrupt', detail: verdict.detail };
  // A file of the right size may still have a wrong checksum.
  return record.state === 'corrupt' ? { state: 'corrupt', detail: record.detail } : { state: 'present', detail: '' };
}

async function findCatalogued({ directory, records, known, claimed }: ScanInput, partial: Map<string, number>) {
  const recorded = new Map(records.map((record) => [keyText(record), record.place]));
  const found: FoundModel[] = [];
  for (const plan of known) {
    // The path of a bundled model changes if the program is reinstalled elsewhere.
    if (plan.files === null || claimed.has(plan.place) || recorded.get(keyText(plan.key)) === plan.place) continue;
    const folder = absolute(directory, plan.folder);
    const verdict = await compareSizes(folder, plan.files);
    if (verdict.kind === 'right' || plan.kind === 'bundled') {
      const state = verdict.kind === 'right' ? 'present' : verdict.kind === 'missing' ? 'missing' : 'corrupt';
      found.push(recordOf(plan, { state, detail: verdict.kind === 'right' ? '' : verdict.detail }));
      continue;
    }
    const bytes = await arrivedBytes(folder, plan.files);
    if (bytes > 0) partial.set(plan.place, bytes);
  }
  return found;
}

async function arrivedBytes(folder: string, files: NonNullable<ModelPlan['files']>): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    const path = pathOf(folder, file);
    const whole = await sizeOf(path);
    bytes += whole === file.sizeBytes ? whole : await sizeOf(partOf(path));
  }
  return bytes;
}

function recordOf(plan: ModelPlan, { state, detail }: Verdict): FoundModel {
  return {
    ...plan.key,
    place: plan.place,
    folder: plan.folder,
    kind: plan.kind,
    taskTypes: [...plan.taskTypes],
    files: [...(plan.files ?? [])],
    origin: plan.origin,
    state,
    detail,
    downloadedAtMs: null,
    verifiedAtMs: null,
  };
}

/** Repositories in the official worker's Hugging Face cache that this program did not download. */
async function findCaches({ directory, records, claimed }: ScanInput, partial: Map<string, number>) {
  const recorded = new Set(records.filter((record) => !isFoundOnDiskOnly(record)).map(({ place }) => place));
  const found: FoundModel[] = [];
  const unknown: UnknownItem[] = [];
  for (const name of await listNames(join(directory, 'huggingface'))) {
    const place = `huggingface/${name}`;
    if (repositoryName(name) === null || recorded.has(place) || claimed.has(place)) continue;
    const folder = join(directory, 'huggingface', name);
    const cached = await readRepository(folder);
    if (cached === null) continue;
    const guess = await guessModel(folder, cached);
    if (guess === null) {
      unknown.push(unknownItem(place, cached.sizeBytes, 'a cached repository of an unknown kind'));
      continue;
    }
    const incomplete = cached.incompleteBytes > 0 || cached.broken.length > 0;
    if (incomplete) partial.set(place, cached.sizeBytes);
    found.push({
      ...(guess.type === 'base' ? baseKey('official', cached.repo) : modelKey('official', `${guess.type}:${cached.repo}`)),
      place,
      folder: place,
      kind: 'huggingface',
      taskTypes: [...guess.taskTypes],
      files: [...cached.files],
      origin: { kind: 'hub', hubUrl: null, repo: cached.repo, revision: cached.revision },
      state: incomplete ? 'partial' : 'present',
      detail: '',
      downloadedAtMs: null,
      verifiedAtMs: null,
    });
  }
  return { found, unknown };
}

/** Everything else in the two folders that engines use. */
async function findUnknown({ directory, records, known, claimed }: ScanInput): Promise<UnknownItem[]> {
  const accounted = new Set<string>();
  for (const { folder, files } of [...records, ...known]) {
    for (const { path } of files ?? []) accounted.add(`${folder}/${path}`).add(partOf(`${folder}/${path}`));
  }
  const isOwned = (path: string) =>
    accounted.has(path) || [...claimed].some((place) => path === place || path.startsWith(`${place}/`));
  const unknown: UnknownItem[] = [];
  for (const root of ['huggingface', 'external']) {
    for (const name of await listNames(join(directory, root))) {
      if (IGNORED.test(name) || (root === 'huggingface' && repositoryName(name) !== null)) continue;
      const top = `${root}/${name}`;
      const files = (await listFilesBelow(join(directory, root, name)))
        .map(({ path, sizeBytes }) => ({ path: path === '' ? top : `${top}/${path}`, sizeBytes }))
        .filter(({ path }) => !IGNORED.test(path.split('/').at(-1) ?? ''));
      const strange = files.filter(({ path }) => !isOwned(path));
      if (strange.length === 0) continue;
      // A folder without any known file is one item; otherwise each unknown file is one.
      if (strange.length === files.length) unknown.push(unknownItem(top, sumBytes(files), `${files.length} files`));
      else unknown.push(...strange.map(({ path, sizeBytes }) => unknownItem(path, sizeBytes, '')));
    }
  }
  return unknown;
}

function unknownItem(path: string, sizeBytes: number, detail: string): UnknownItem {
  return { path, sizeBytes, problem: modelProblem('MODEL_UNRECORDED', detail) };
}

function absolute(directory: string, folder: string): string {
  return isAbsolute(folder) ? folder : join(directory, folder);
}
