/** What a UI sees, read from the store. */
import type { DownloadState, DownloadView, ModelState, ModelsUpdate, ModelView } from '../../contract/models.ts';
import { parseModelId } from '../../protocol/models/model-id.ts';
import type { DownloadRow } from './download-rows.ts';
import { modelProblem } from './errors.ts';
import { keyText, sameKey } from './model-key.ts';
import type { ModelParts } from './parts.ts';
import type { ModelRecord } from './records.ts';
import type { Removals } from './removal.ts';
import type { ModelPlan } from './sources/source.ts';
import type { DiskView } from './upkeep.ts';

export type ModelsView = Omit<Extract<ModelsUpdate, { kind: 'snapshot' }>, 'kind' | 'revision'>;

export function modelsView(parts: ModelParts, removals: Removals, disk: DiskView): ModelsView {
  const { file, records, rows, claims, source } = parts;
  const recorded = records.all();
  const unrecorded = source.known.filter(({ key }) => !recorded.some((record) => sameKey(record, key)));
  const downloads = rows.all();
  const users = claims.users();
  const offers = removals.offers();
  const view = (model: ModelRecord | ModelPlan, state: ModelState): ModelView => {
    const key = 'key' in model ? model.key : { engine: model.engine, modelId: model.modelId };
    const seen = 'key' in model ? null : model;
    const files = [...(model.files ?? [])];
    return {
      ...key,
      ...parseModelId(key.modelId),
      kind: model.kind,
      taskTypes: [...model.taskTypes],
      folder: records.folderOf(model),
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      files,
      origin: model.origin,
      state,
      downloadedAtMs: seen?.downloadedAtMs ?? null,
      lastUsedAtMs: seen?.lastUsedAtMs ?? null,
      usedBy: users.get(model.place) ?? [],
      offeredBy: offers.filter((offer) => sameKey(offer, key)).map(({ profile }) => profile),
    };
  };
  const arrived = (model: ModelRecord | ModelPlan) => {
    const key = 'key' in model ? model.key : model;
    const row = downloads.find((download) => sameKey(download, key) && download.state !== 'done');
    return Math.max(row?.bytes ?? 0, disk.partial.get(model.place) ?? 0);
  };
  return {
    models: [
      ...recorded.map((record) => view(record, recordedState(record, arrived(record)))),
      ...unrecorded.map((plan) => view(plan, arrived(plan) > 0 ? { kind: 'partial', bytes: arrived(plan) } : { kind: 'absent' })),
    ].sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1)),
    downloads: downloads.map((row) => downloadView(parts, row)),
    unknown: [...disk.unknown],
    disk: {
      directory: file.directory,
      freeBytes: disk.freeBytes,
      reserveBytes: parts.reserveBytes,
      usedBytes: usedBytes(recorded),
      scannedAtMs: disk.scannedAtMs,
    },
  };
}

function recordedState(record: ModelRecord, arrivedBytes: number): ModelState {
  switch (record.state) {
    case 'present':
      return { kind: 'present', verifiedAtMs: record.verifiedAtMs };
    case 'partial':
      return { kind: 'partial', bytes: arrivedBytes };
    case 'missing':
      return { kind: 'missing', problem: modelProblem('MODEL_MISSING', record.detail) };
    case 'corrupt':
      return { kind: 'corrupt', problem: modelProblem('MODEL_DAMAGED', record.detail) };
  }
}

function downloadView({ rows }: ModelParts, row: DownloadRow): DownloadView {
  const { engine, modelId, taskType, by, createdAtMs } = row;
  const wantedBy = rows.wantsOf(row).map(({ profile, purpose }) => ({ profile, purpose }));
  return { engine, modelId, taskType, state: downloadState(row), wantedBy, by, createdAtMs };
}

function downloadState(row: DownloadRow): DownloadState {
  const { state, bytes, total, bytesPerSecond, failures, retryAtMs } = row;
  switch (state) {
    case 'queued':
    case 'done':
    case 'cancelled':
      return { kind: state };
    case 'downloading': {
      const left = total === null || bytesPerSecond === 0 ? null : Math.ceil(Math.max(0, total - bytes) / bytesPerSecond);
      return { kind: state, bytes, total, bytesPerSecond, secondsLeft: left };
    }
    case 'verifying':
    case 'paused':
      return { kind: state, bytes, total };
    case 'failed': {
      const error = row.error ?? { code: 'UNEXPECTED', message: 'the download failed', data: {} };
      return { kind: state, error, failures, retryAtMs };
    }
  }
}

/** Counts each place once, even if several IDs share it; parts of the program are not counted. */
function usedBytes(records: readonly ModelRecord[]): number {
  const byPlace = new Map(
    records
      .filter(({ kind, state }) => kind !== 'bundled' && state !== 'missing')
      .map(({ place, files }) => [place, files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)]),
  );
  return [...byPlace.values()].reduce((sum, bytes) => sum + bytes, 0);
}
