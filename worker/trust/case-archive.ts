/** What a host can request about cases: the list, one of them, and one as a bundle. */
import type { BundleManifest, CaseFile, CaseSummary } from '../../contract/trust.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Redaction } from '../kit/redaction.ts';
import type { Store } from '../store/store.ts';
import { caseDir } from './case-collector.ts';
import { TrustError } from './errors.ts';
import { exportCase } from './export-case.ts';

export interface CaseArchiveOptions {
  readonly store: Pick<Store, 'cases'>;
  readonly dataDir: string;
  readonly redaction: Redaction;
  readonly clock: Clock;
}

export class CaseArchive {
  readonly #options: CaseArchiveOptions;

  constructor(options: CaseArchiveOptions) {
    this.#options = options;
  }

  /** Newest first; `before` is the last ID of the previous page. */
  list({ limit, before }: { readonly limit: number; readonly before: string | null }): CaseSummary[] {
    return this.#options.store.cases.page(limit, before).map(summaryOf);
  }

  /** Newest first, skipping the first `offset`; `total` counts all. */
  page(place: { readonly limit: number; readonly offset: number }): { cases: CaseSummary[]; total: number } {
    const { cases } = this.#options.store;
    return { cases: cases.slice(place).map(summaryOf), total: cases.count() };
  }

  /** @throws TrustError TRUST_UNKNOWN_CASE */
  get(id: string): CaseFile {
    const file = this.#options.store.cases.find(id);
    if (file === null) throw new TrustError('TRUST_UNKNOWN_CASE', `there is no case ${id}`, { id });
    return file;
  }

  /**
   * Writes a redacted zip without result files larger than `maxFileBytes`.
   * @throws TrustError TRUST_UNKNOWN_CASE, TRUST_EXPORT_EXISTS, TRUST_EXPORT_FAILED
   */
  async export(
    id: string,
    destination: string,
    { maxFileBytes }: { readonly maxFileBytes?: number } = {},
  ): Promise<BundleManifest> {
    const { dataDir, redaction, clock } = this.#options;
    const file = this.get(id);
    const limit = maxFileBytes === undefined ? {} : { maxFileBytes };
    return exportCase({ file, caseDir: caseDir(dataDir, file.id), destination, nowMs: clock.now(), redaction, ...limit });
  }
}

function summaryOf({ id, kind, commitment, openedMs, complete, fault, review, own }: CaseFile): CaseSummary {
  return { id, kind, commitment, openedMs, complete, fault, review, cause: own.cause };
}
