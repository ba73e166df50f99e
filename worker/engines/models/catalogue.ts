/**
 * Which models the embedded engine knows and which files they consist of, as data: one file next to the program, and
 * one that a host can add to.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PROGRAMS } from '../../../platform/programs.ts';
import { EngineError } from '../errors.ts';

/** Set for each model, because detecting one from a template takes seconds. Names of node-llama-cpp. */
const CHAT_WRAPPERS = [
  'general',
  'alpacaChat',
  'chatML',
  'deepSeek',
  'falconChat',
  'gemma',
  'llama2Chat',
  'llama3',
  'llama3.1',
  'llama3.2-lightweight',
  'mistral',
  'qwen',
] as const;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const contents = { sha256, sizeBytes: z.number().int().positive() };
const repository = {
  repo: z.string().regex(/^[\w][\w.-]*\/[\w][\w.-]*$/, 'must be owner/name'),
  revision: z
    .string()
    .regex(/^[\w][\w.-]*$/)
    .default('main'),
};
const fileName = z.string().regex(/^[\w][\w.-]*\.gguf$/, 'must be the name of a .gguf file');
/** Neither an absolute path nor one that leaves its folder. */
const filePath = z.string().regex(/^\w[\w.-]*(\/\w[\w.-]*)*$/, 'must be a plain path inside the model');
const fileList = z
  .array(z.object({ path: filePath, ...contents }))
  .min(1)
  .refine((files) => new Set(files.map(({ path }) => path)).size === files.length, 'names a file twice');

/** One file for llama.cpp. */
const ggufEntrySchema = z.object({
  kind: z.literal('gguf'),
  /** As in task arguments; compared case-insensitively. */
  id: z.string().min(1),
  chatWrapper: z.enum(CHAT_WRAPPERS),
  /** Prompt and answer together. */
  contextTokens: z.number().int().min(256).max(1_048_576).default(4096),
  source: z.discriminatedUnion('kind', [
    /** In the catalogue's own folder. */
    z.object({ kind: z.literal('bundled'), file: fileName, ...contents }),
    /** `{hub}/{repo}/resolve/{revision}/{file}`. */
    z.object({ kind: z.literal('hub'), ...repository, file: fileName, ...contents }),
  ]),
});

/** A folder in the ONNX layout of diffusers. */
const onnxEntrySchema = z.object({
  kind: z.literal('onnx'),
  id: z.string().min(1),
  /** The variant that tasks must request (`fp16`); null serves every task. */
  variant: z.string().min(1).nullable().default(null),
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('bundled'), folder: z.string().regex(/^\w[\w.-]*$/), files: fileList }),
    /** `{hub}/{repo}/resolve/{revision}/{folder}/{path}`; `folder` may be empty. */
    z.object({ kind: z.literal('hub'), ...repository, folder: filePath.or(z.literal('')).default(''), files: fileList }),
  ]),
});

const modelEntrySchema = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && !('kind' in value) ? { ...value, kind: 'gguf' } : value),
  z.discriminatedUnion('kind', [ggufEntrySchema, onnxEntrySchema]),
);
type ModelEntry = z.output<typeof modelEntrySchema>;

const catalogueSchema = z.object({ models: z.array(modelEntrySchema) });

export interface CatalogueFile {
  /** Relative to the model's folder, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Where a known model is, or where a download puts it. */
interface Place {
  readonly folder: string;
  readonly files: readonly CatalogueFile[];
}
export interface GgufModel extends z.output<typeof ggufEntrySchema>, Place {
  readonly file: string;
}
export interface OnnxModel extends z.output<typeof onnxEntrySchema>, Place {}
export type CatalogueModel = GgufModel | OnnxModel;

export interface Catalogue {
  /** @returns undefined for a model that is in no catalogue. */
  find(id: string, variant?: string | null): CatalogueModel | undefined;
  readonly models: readonly CatalogueModel[];
}

/**
 * The bundled catalogue and `catalogue.json` in the models directory, if there is one; the latter takes precedence.
 * @throws EngineError MODEL_BAD_CATALOGUE
 */
export async function loadCatalogue(modelsDir: string): Promise<Catalogue> {
  const byKey = new Map<string, CatalogueModel>();
  for (const folder of [PROGRAMS.models, modelsDir]) {
    for (const entry of await readCatalogue(join(folder, 'catalogue.json'))) {
      byKey.set(keyOf(entry.id, entry.kind === 'onnx' ? entry.variant : null), resolveEntry(entry, folder, modelsDir));
    }
  }
  return {
    find: (id, variant = null) => byKey.get(keyOf(id, variant)) ?? byKey.get(keyOf(id, null)),
    models: [...byKey.values()],
  };
}

function keyOf(id: string, variant: string | null): string {
  return `${id.toLowerCase()}+${variant ?? ''}`;
}

function resolveEntry(entry: ModelEntry, catalogueDir: string, modelsDir: string): CatalogueModel {
  const hubFolder = ({ repo }: { repo: string }) => join(modelsDir, repo.replace('/', '--'));
  if (entry.kind === 'onnx') {
    const { source, variant } = entry;
    if (source.kind === 'bundled') return { ...entry, folder: join(catalogueDir, source.folder), files: source.files };
    const folder = join(hubFolder(source), variant === null ? 'onnx' : `onnx-${variant}`);
    return { ...entry, folder, files: source.files };
  }
  const { source } = entry;
  const folder = source.kind === 'bundled' ? catalogueDir : hubFolder(source);
  const { file: path, sizeBytes, sha256: hash } = source;
  return { ...entry, folder, files: [{ path, sizeBytes, sha256: hash }], file: join(folder, path) };
}

async function readCatalogue(file: string): Promise<ModelEntry[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return [];
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EngineError('MODEL_BAD_CATALOGUE', `${file} is not JSON`, { file }, { cause });
  }
  const parsed = catalogueSchema.safeParse(value);
  if (parsed.success) return parsed.data.models;
  const issue = parsed.error.issues[0];
  throw new EngineError('MODEL_BAD_CATALOGUE', `${file}: ${issue?.path.join('.')}: ${issue?.message}`, { file });
}
