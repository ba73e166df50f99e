/** Maintenance of what is on disk: scans and verification. Deletes nothing. */
import type { ModelKey, UnknownItem } from '../../contract/models.ts';
import { type DiskScan, type FoundModel, scanDisk } from './disk/scan.ts';
import { compareContents } from './disk/verify.ts';
import { ModelStoreError } from './errors.ts';
import type { ModelParts } from './parts.ts';
import type { ModelRecord } from './records.ts';

/** What the last scan found besides the records. */
export interface DiskView {
  readonly unknown: readonly UnknownItem[];
  /** Bytes of incomplete models that have arrived, by place. */
  readonly partial: ReadonlyMap<string, number>;
  readonly freeBytes: number | null;
  readonly scannedAtMs: number | null;
}

export class Upkeep {
  readonly #parts: ModelParts;
  #view: DiskView = { unknown: [], partial: new Map(), freeBytes: null, scannedAtMs: null };

  constructor(parts: ModelParts) {
    this.#parts = parts;
  }

  get view(): DiskView {
    return this.#view;
  }

  /** Records what has changed on disk, except what a process has changed meanwhile. */
  async scan(): Promise<void> {
    const { file, records, claims, source, clock, freeBytes } = this.#parts;
    const { directory } = file;
    const scan = await scanDisk({ directory, records: records.all(), known: source.known, claimed: claims.places() });
    const free = await freeBytes(directory).catch(() => null);
    file.change(() => {
      this.#apply(scan);
      const claimed = claims.places();
      const unknown = scan.unknown.filter(({ path }) => !claimed.has(path));
      this.#view = { unknown, partial: scan.partial, freeBytes: free, scannedAtMs: clock.now() };
    });
  }

  /**
   * Compares every byte with the recorded checksums and records the result.
   * @throws ModelStoreError MODEL_NOT_FOUND, MODEL_BUSY; the signal's reason
   */
  async verify(key: ModelKey, signal: AbortSignal): Promise<void> {
    const { file, records, claims, clock } = this.#parts;
    const record = records.find(key);
    if (record === null) throw new ModelStoreError('MODEL_NOT_FOUND', `${key.modelId} is not recorded`, { ...key });
    const { place, files } = record;
    file.change(() => claims.take(place, 'verify'));
    try {
      const verdict = await compareContents(records.folderOf(record), files, signal);
      file.change(() => {
        if (verdict.kind === 'right' && files.length > 0) records.setVerified(place, clock.now());
        if (verdict.kind === 'missing') records.setState(place, 'missing', verdict.detail);
        if (verdict.kind === 'damaged') records.setState(place, 'corrupt', verdict.detail);
      });
    } finally {
      file.change(() => claims.release(place));
    }
  }

  #apply({ verdicts, found }: DiskScan): void {
    const { records, claims, log } = this.#parts;
    const claimed = claims.places();
    for (const { record, state, detail } of verdicts) {
      if (claimed.has(record.place) || JSON.stringify(records.find(record)) !== JSON.stringify(record)) continue;
      if (state !== record.state) log.warn({ model: record.modelId, state, detail }, 'a model on disk has changed');
      records.setState(record.place, state, detail);
    }
    for (const model of found) {
      const previous = records.find(model);
      if (!claimed.has(model.place) && hasChanged(previous, model)) records.save(model);
    }
  }
}

/** A verdict by checksum, and a record of this program's own download, take precedence over a scan. */
function hasChanged(recorded: ModelRecord | null, found: FoundModel): boolean {
  if (recorded === null || recorded.place !== found.place) return true;
  if (recorded.downloadedAtMs !== null) return false;
  return recorded.state !== found.state
    ? !(recorded.state === 'corrupt' && sameFiles(recorded, found))
    : !sameFiles(recorded, found);
}

function sameFiles(a: Pick<ModelRecord, 'files'>, b: Pick<ModelRecord, 'files'>): boolean {
  return JSON.stringify(a.files) === JSON.stringify(b.files);
}
