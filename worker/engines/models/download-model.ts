/** Puts all files of a catalogue model on disk. Hubs have the URL layout of Hugging Face. */

import { lockFolder } from '../../kit/folder-lock.ts';
import { EngineError, isEngineError } from '../errors.ts';
import type { CatalogueFile, CatalogueModel } from './catalogue.ts';
import { type DownloadFileInput, downloadFile, requireSpace } from './download-file.ts';
import { filesNotOnDisk, partOf, pathOf, sizeOf, totalBytes } from './files.ts';

type DownloadModelInput = Omit<DownloadFileInput, 'url' | 'target' | 'sizeBytes' | 'sha256'> & {
  readonly model: CatalogueModel;
  /** The hub and its mirrors; a file that one cannot provide is requested from the next. At least one. */
  readonly hubUrls: readonly string[];
};

/**
 * Resolves when every file is on disk. Waits if another process is downloading the same folder. The progress is that of
 * all files together.
 * @throws EngineError as {@link downloadFile}; MODEL_CORRUPT if a bundled file is missing or damaged.
 */
export async function downloadModel(input: DownloadModelInput): Promise<void> {
  const { model, clock, signal } = input;
  if (model.source.kind === 'bundled') return await requireBundled(model);
  if ((await filesNotOnDisk(model)).length === 0) return;
  let release: () => void;
  try {
    release = await lockFolder(model.folder, clock, signal);
  } catch (error) {
    if (signal?.aborted) throw new EngineError('MODEL_CANCELLED', `${model.id}: cancelled`);
    throw error;
  }
  try {
    await downloadFiles(input);
  } finally {
    release();
  }
}

async function requireBundled(model: CatalogueModel): Promise<void> {
  const absent = (await filesNotOnDisk(model))[0];
  if (absent === undefined) return;
  const file = pathOf(model.folder, absent);
  throw new EngineError('MODEL_CORRUPT', `${file}: missing or not of ${absent.sizeBytes} bytes`, { file });
}

async function downloadFiles(input: DownloadModelInput): Promise<void> {
  const { model, onProgress } = input;
  const absent = await filesNotOnDisk(model);
  const arrived = await Promise.all(absent.map((file) => sizeOf(partOf(pathOf(model.folder, file)))));
  await requireSpace({
    ...input,
    folder: model.folder,
    bytes: totalBytes(absent) - arrived.reduce((sum, bytes) => sum + bytes, 0),
  });
  const total = totalBytes(model.files);
  let before = total - totalBytes(absent);
  for (const file of absent) {
    const base = before;
    await fromAnyHub(input, file, (hubUrl) =>
      downloadFile({
        ...input,
        url: addressOf(model, hubUrl, file),
        target: pathOf(model.folder, file),
        sizeBytes: file.sizeBytes,
        sha256: file.sha256,
        onProgress: (step) => onProgress?.({ ...step, receivedBytes: base + step.receivedBytes, totalBytes: total }),
      }),
    );
    before += file.sizeBytes;
  }
}

async function fromAnyHub(
  { hubUrls, model }: DownloadModelInput,
  { path }: CatalogueFile,
  download: (hubUrl: string) => Promise<void>,
): Promise<void> {
  let failure = new EngineError('MODEL_REFUSED', `${model.id}: no hub to fetch ${path} from`);
  for (const hubUrl of hubUrls) {
    try {
      return await download(hubUrl);
    } catch (error) {
      const another = ['MODEL_REFUSED', 'MODEL_CORRUPT', 'MODEL_INTERRUPTED'] as const;
      if (!isEngineError(error) || !another.some((code) => error.code === code)) throw error;
      failure = error;
    }
  }
  throw failure;
}

function addressOf({ source }: CatalogueModel, hubUrl: string, { path }: CatalogueFile): string {
  if (source.kind === 'bundled') throw new EngineError('MODEL_REFUSED', 'a bundled model is never fetched');
  const folder = 'folder' in source && source.folder !== '' ? `${source.folder}/` : '';
  return `${hubUrl.replace(/\/+$/, '')}/${source.repo}/resolve/${source.revision}/${folder}${path}`;
}
