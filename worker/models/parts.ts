/** What the parts of the model store share. */
import type { Clock } from '../../protocol/ports.ts';
import type { EngineLog } from '../engines/log.ts';
import type { FreeBytes } from '../engines/models/download-file.ts';
import { Claims } from './claims.ts';
import { DownloadRows } from './download-rows.ts';
import { Records } from './records.ts';
import type { ModelSource } from './sources/source.ts';
import type { StoreFile } from './store-file.ts';

export interface ModelParts {
  readonly file: StoreFile;
  readonly records: Records;
  readonly rows: DownloadRows;
  readonly claims: Claims;
  readonly source: ModelSource;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** Free space that every download must leave. */
  readonly reserveBytes: number;
  readonly freeBytes: FreeBytes;
}

export function modelParts(given: Omit<ModelParts, 'records' | 'rows' | 'claims'>): ModelParts {
  const { file } = given;
  return { ...given, records: new Records(file), rows: new DownloadRows(file), claims: new Claims(file) };
}
