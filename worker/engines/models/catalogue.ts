/** Which models the embedded engine knows, as data: one file beside the program, and one that a host may add to. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { EngineError } from '../errors.ts';

/** Chosen per model: detecting one from a template takes seconds. Names of node-llama-cpp. */
export const CHAT_WRAPPERS = [
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

const fileName = z.string().regex(/^[\w][\w.-]*\.gguf$/, 'must be the name of a .gguf file');
const contents = { sha256: z.string().regex(/^[0-9a-f]{64}$/), sizeBytes: z.number().int().positive() };

const modelEntrySchema = z.object({
  /** As in task arguments; compared without regard to case. */
  id: z.string().min(1),
  chatWrapper: z.enum(CHAT_WRAPPERS),
  /** Prompt and answer together. */
  contextTokens: z.number().int().min(256).max(1_048_576).default(4096),
  source: z.discriminatedUnion('kind', [
    /** In the catalogue's own folder. */
    z.object({ kind: z.literal('bundled'), file: fileName, ...contents }),
    /** `{hub}/{repo}/resolve/{revision}/{file}`. */
    z.object({
      kind: z.literal('hub'),
      repo: z.string().regex(/^[\w][\w.-]*\/[\w][\w.-]*$/, 'must be owner/name'),
      revision: z
        .string()
        .regex(/^[\w][\w.-]*$/)
        .default('main'),
      file: fileName,
      ...contents,
    }),
  ]),
});

const catalogueSchema = z.object({ models: z.array(modelEntrySchema) });

/** A known model; `file` is where it is, or where a download puts it. */
export interface CatalogueModel extends z.output<typeof modelEntrySchema> {
  readonly file: string;
}

export interface Catalogue {
  /** @returns undefined for a model that is in no catalogue. */
  find(id: string): CatalogueModel | undefined;
  readonly models: readonly CatalogueModel[];
}

/**
 * The bundled catalogue and `catalogue.json` in the models directory, if there is one; the latter wins.
 * @throws EngineError MODEL_BAD_CATALOGUE
 */
export async function loadCatalogue(modelsDir: string): Promise<Catalogue> {
  const byId = new Map<string, CatalogueModel>();
  for (const folder of [await bundledModelsDir(), modelsDir]) {
    for (const entry of await readCatalogue(join(folder, 'catalogue.json'))) {
      const { source } = entry;
      const file =
        source.kind === 'bundled' ? join(folder, source.file) : join(modelsDir, source.repo.replace('/', '--'), source.file);
      byId.set(entry.id.toLowerCase(), { ...entry, file });
    }
  }
  return { find: (id) => byId.get(id.toLowerCase()), models: [...byId.values()] };
}

async function readCatalogue(file: string): Promise<z.output<typeof modelEntrySchema>[]> {
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

/** `resources/models` of the project, seen from its sources as well as from a build. */
async function bundledModelsDir(): Promise<string> {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'resources', 'models');
    const found = await readFile(join(candidate, 'catalogue.json')).then(
      () => true,
      () => false,
    );
    if (found || folder === dirname(folder)) return candidate;
  }
}
