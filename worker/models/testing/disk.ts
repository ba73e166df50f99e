/** Models on disk, as engines leave them. */
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { CatalogueFile } from '../../engines/models/catalogue.ts';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function gitHash(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
}

function catalogueFile(path: string, text: string): CatalogueFile {
  return { path, sizeBytes: Buffer.byteLength(text), sha256: sha256(text) };
}

export function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The host's own catalogue, with one model that is a file and one that is a folder; `hub/…` is on a hub. */
export const GGUF_TEXT = 'weights of a language model';
const ONNX_TEXTS = { 'model_index.json': '{}', 'unet/model.onnx': 'a network', 'vae_decoder/model.onnx': 'another' };

export function writeCatalogue(directory: string): void {
  const { sizeBytes, sha256: hash } = catalogueFile('', GGUF_TEXT);
  const files = Object.entries(ONNX_TEXTS).map(([path, text]) => catalogueFile(path, text));
  const models = [
    {
      id: 'hub/chat',
      chatWrapper: 'qwen',
      source: { kind: 'hub', repo: 'Hub/Chat-GGUF', file: 'chat.gguf', sizeBytes, sha256: hash },
    },
    { kind: 'onnx', id: 'hub/paint', source: { kind: 'hub', repo: 'Hub/Paint', revision: 'v1', files } },
  ];
  write(join(directory, 'huggingface', 'catalogue.json'), JSON.stringify({ models }));
}

export const CHAT = { engine: 'embedded', modelId: 'base:hub/chat' } as const;
export const PAINT = { engine: 'embedded', modelId: 'base:hub/paint' } as const;

export function writeChat(directory: string, text = GGUF_TEXT): string {
  const file = join(directory, 'huggingface', 'Hub--Chat-GGUF', 'chat.gguf');
  write(file, text);
  return file;
}

export function writePaint(directory: string): string {
  const folder = join(directory, 'huggingface', 'Hub--Paint', 'onnx');
  for (const [path, text] of Object.entries(ONNX_TEXTS)) write(join(folder, path), text);
  return folder;
}

/** Like huggingface_hub: blobs by hash, and links to them in the snapshot. `links: false` as on Windows. */
export function writeRepository(
  directory: string,
  { repo, files, links = true }: { repo: string; files: Readonly<Record<string, string>>; links?: boolean },
): string {
  const folder = join(directory, 'huggingface', `models--${repo.replace('/', '--')}`);
  const commit = 'c'.repeat(40);
  write(join(folder, 'refs', 'main'), commit);
  for (const [path, text] of Object.entries(files)) {
    const name = path.endsWith('.json') ? gitHash(text) : sha256(text);
    const target = join(folder, 'snapshots', commit, path);
    const blob = join(folder, 'blobs', name);
    write(links ? blob : target, text);
    if (!links) continue;
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(relative(dirname(target), blob), target);
  }
  return folder;
}
