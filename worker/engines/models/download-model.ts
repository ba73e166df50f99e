/** Puts a model of the catalogue on disk. Hubs have the URL layout of Hugging Face. */
import { stat } from 'node:fs/promises';
import { EngineError } from '../errors.ts';
import type { CatalogueModel } from './catalogue.ts';
import type { DownloadFileInput } from './download-file.ts';
import { downloadFile } from './download-file.ts';

type DownloadModelInput = Omit<DownloadFileInput, 'url' | 'target' | 'sizeBytes' | 'sha256'> & {
  readonly model: CatalogueModel;
  readonly hubUrl: string;
};

/** @throws EngineError as {@link downloadFile}; MODEL_CORRUPT when a bundled file is missing or damaged. */
export async function downloadModel({ model, hubUrl, ...rest }: DownloadModelInput): Promise<void> {
  const { source, file } = model;
  const { sizeBytes, sha256 } = source;
  if (source.kind === 'bundled') {
    const size = (await stat(file).catch(() => undefined))?.size;
    if (size !== sizeBytes) throw new EngineError('MODEL_CORRUPT', `${file}: missing or not of ${sizeBytes} bytes`, { file });
    return;
  }
  const url = `${hubUrl.replace(/\/+$/, '')}/${source.repo}/resolve/${source.revision}/${source.file}`;
  await downloadFile({ ...rest, url, target: file, sizeBytes, sha256 });
}
