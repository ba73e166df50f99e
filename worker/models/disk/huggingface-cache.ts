/**
 * The cache of Hugging Face's Python library: `models--<owner>--<name>/{blobs,refs,snapshots}`. Blobs are named by
 * their SHA-256 (large files) or git hash (small ones). Snapshots link to them, or contain the files themselves on
 * systems without links. The official worker's downloads end up there.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { ModelFile } from '../../../contract/models.ts';
import type { ModelType } from '../../../protocol/models/model-id.ts';
import type { TaskType } from '../../../protocol/tasks/status.ts';
import { listFilesBelow, listNames, sumBytes } from './walk.ts';

const PREFIX = 'models--';
const SHA256 = /^[0-9a-f]{64}$/;

export interface CachedRepository {
  readonly repo: string;
  /** Commit of the snapshot; null if there is none yet. */
  readonly revision: string | null;
  /** Files of that snapshot. Paths are relative to the repository's folder. */
  readonly files: readonly ModelFile[];
  /** Broken links in the snapshot. */
  readonly broken: readonly string[];
  /** Size of the whole folder. */
  readonly sizeBytes: number;
  /** Size of unfinished downloads. */
  readonly incompleteBytes: number;
}

/** Folder name of a repository. */
export function repositoryFolder(repo: string): string {
  return PREFIX + repo.replaceAll('/', '--');
}

/** Owner and name; null for a folder that does not belong to the cache. */
export function repositoryName(folder: string): string | null {
  if (!folder.startsWith(PREFIX)) return null;
  const [owner, ...name] = folder.slice(PREFIX.length).split('--');
  if (owner === undefined || owner === '') return null;
  return name.length === 0 ? owner : `${owner}/${name.join('--')}`;
}

/** @returns null if there is no such folder. */
export async function readRepository(folder: string): Promise<CachedRepository | null> {
  const repo = repositoryName(basename(folder));
  const all = await listFilesBelow(folder);
  if (repo === null || (await stat(folder).catch(() => null)) === null) return null;
  const revision = await currentRevision(folder);
  const files: ModelFile[] = [];
  const broken: string[] = [];
  for (const { path } of all.filter((file) => revision !== null && file.path.startsWith(`snapshots/${revision}/`))) {
    const file = join(folder, path);
    const stats = await stat(file).catch(() => null);
    if (stats === null) broken.push(path);
    else files.push({ path, sizeBytes: stats.size, sha256: hashInName(await blobName(file)) });
  }
  const incomplete = all.filter(({ path }) => path.endsWith('.incomplete'));
  return { repo, revision, files, broken, sizeBytes: sumBytes(all), incompleteBytes: sumBytes(incomplete) };
}

/** Name of the blob that a snapshot's file links to; the file's own name if it is not a link. */
export async function blobName(file: string): Promise<string> {
  return basename(await realpath(file).catch(() => file));
}

async function currentRevision(folder: string): Promise<string | null> {
  const main = await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => null);
  if (main !== null && /^[\w.-]+$/.test(main.trim())) return main.trim();
  return (await listNames(join(folder, 'snapshots'))).at(-1) ?? null;
}

function hashInName(name: string): string | null {
  return SHA256.test(name) ? name : null;
}

const configSchema = z.object({ _class_name: z.string().optional(), architectures: z.array(z.string()).nullish() });

export interface GuessedModel {
  readonly type: ModelType;
  readonly taskTypes: readonly TaskType[];
}

/** Guesses a repository's model from the files that the official worker's libraries look for; null = unknown. */
export async function guessModel(folder: string, { files, revision }: CachedRepository): Promise<GuessedModel | null> {
  const names = new Set(files.map(({ path }) => path.split('/').slice(2).join('/')));
  if (names.has('model_index.json')) return { type: 'base', taskTypes: taskTypesOf('base', 'StableDiffusion') };
  if (names.has('config.json')) {
    const text = await readFile(join(folder, 'snapshots', revision ?? '', 'config.json'), 'utf8').catch(() => '');
    const config = configSchema.safeParse(parseJson(text));
    if (!config.success) return null;
    if (config.data._class_name?.startsWith('ControlNet')) return { type: 'controlnet', taskTypes: [] };
    if ((config.data.architectures ?? []).length > 0) return { type: 'base', taskTypes: taskTypesOf('base', 'Llm') };
    return null;
  }
  return [...names].some((name) => name.endsWith('.safetensors')) ? { type: 'lora', taskTypes: [] } : null;
}

/** Task types that this model alone enables: none for adapters; every diffusion model can also be fine-tuned. */
export function taskTypesOf(type: string, taskType: TaskType): TaskType[] {
  if (type !== 'base') return [];
  return taskType === 'Llm' ? ['Llm'] : ['StableDiffusion', 'FineTuneLora'];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
