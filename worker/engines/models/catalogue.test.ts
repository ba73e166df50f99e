import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCatalogue } from './catalogue.ts';
import { pathOf } from './files.ts';

const HASH = 'a'.repeat(64);
const FILE = { path: 'unet/model.onnx', sizeBytes: 4, sha256: HASH };
const HUB = { kind: 'hub', repo: 'Owner/Name-GGUF', file: 'name-q4.gguf', sizeBytes: 10, sha256: HASH };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalogue-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function loadWith(value: unknown) {
  await writeFile(join(folder, 'catalogue.json'), typeof value === 'string' ? value : JSON.stringify(value));
  return await loadCatalogue(folder);
}

describe('the model catalogue', () => {
  it('contains the bundled models as they are on disk', async () => {
    const catalogue = await loadCatalogue(folder);
    const bundled = catalogue.models.filter(({ source }) => source.kind === 'bundled');
    expect(bundled.map(({ id }) => id)).toEqual(expect.arrayContaining(['crynux-devnet/tiny-chat', 'crynux-devnet/tiny-code']));
    for (const { folder: place, files } of bundled) {
      for (const file of files) {
        const bytes = await readFile(pathOf(place, file));
        expect(bytes.length).toBe(file.sizeBytes);
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
      }
    }
  });

  it('finds models case-insensitively, and adds those of the host', async () => {
    const catalogue = await loadWith({
      models: [
        { id: 'Owner/Name', chatWrapper: 'chatML', source: HUB },
        { id: 'crynux-devnet/tiny-chat', chatWrapper: 'qwen', contextTokens: 512, source: { ...HUB, revision: 'v1' } },
      ],
    });
    expect(catalogue.find('owner/name')).toMatchObject({
      contextTokens: 4096,
      source: { revision: 'main' },
      file: join(folder, 'Owner--Name-GGUF', 'name-q4.gguf'),
    });
    expect(catalogue.find('CRYNUX-devnet/tiny-chat')).toMatchObject({ chatWrapper: 'qwen', contextTokens: 512 });
    expect(catalogue.find('crynux-devnet/tiny-code')).toBeDefined();
    expect(catalogue.find('owner')).toBeUndefined();
  });

  it('knows models that are folders, by variant', async () => {
    const files = [
      { path: 'model_index.json', sizeBytes: 3, sha256: HASH },
      { path: 'unet/model.onnx', sizeBytes: 4, sha256: HASH },
    ];
    const source = { kind: 'hub', repo: 'Owner/Diffusion', files };
    const catalogue = await loadWith({
      models: [
        { kind: 'onnx', id: 'owner/diffusion', source },
        { kind: 'onnx', id: 'owner/diffusion', variant: 'fp16', source: { ...source, folder: 'fp16' } },
        { kind: 'onnx', id: 'owner/small', source: { kind: 'bundled', folder: 'small', files } },
      ],
    });
    const root = join(folder, 'Owner--Diffusion');
    expect(catalogue.find('Owner/diffusion')).toMatchObject({ folder: join(root, 'onnx'), files });
    expect(catalogue.find('owner/diffusion', 'fp16')).toMatchObject({ folder: join(root, 'onnx-fp16') });
    expect(catalogue.find('owner/diffusion', 'bf16')).toMatchObject({ folder: join(root, 'onnx') });
    expect(catalogue.find('owner/small')).toMatchObject({ kind: 'onnx', folder: join(folder, 'small') });
  });

  it.each([
    ['{', 'not JSON'],
    [[], 'models'],
    [{ models: [{ id: 'x', chatWrapper: 'jinjaTemplate', source: HUB }] }, 'chatWrapper'],
    [{ models: [{ id: 'x', chatWrapper: 'qwen', source: { ...HUB, file: '../../x.gguf' } }] }, 'file'],
    [{ models: [{ id: 'x', chatWrapper: 'qwen', source: { ...HUB, file: 'x.so' } }] }, 'file'],
    [{ models: [{ id: 'x', chatWrapper: 'qwen', source: { ...HUB, repo: '../etc' } }] }, 'repo'],
    [{ models: [{ id: 'x', chatWrapper: 'qwen', source: { ...HUB, revision: 'a/../b' } }] }, 'revision'],
    [{ models: [{ id: 'x', chatWrapper: 'qwen', source: { ...HUB, sha256: 'A'.repeat(64) } }] }, 'sha256'],
    [{ models: [{ id: 'x', chatWrapper: 'qwen', source: { ...HUB, sizeBytes: 0 } }] }, 'sizeBytes'],
    [{ models: [{ kind: 'onnx', id: 'x', source: { ...HUB, files: [] } }] }, 'files'],
    [{ models: [{ kind: 'onnx', id: 'x', source: { ...HUB, files: [FILE, FILE] } }] }, 'files'],
    [{ models: [{ kind: 'onnx', id: 'x', source: { ...HUB, files: [{ ...FILE, path: 'a/../../x' }] } }] }, 'path'],
    [{ models: [{ kind: 'onnx', id: 'x', source: { ...HUB, files: [{ ...FILE, path: '/x' }] } }] }, 'path'],
    [{ models: [{ kind: 'onnx', id: 'x', source: { kind: 'bundled', folder: '..', files: [FILE] } }] }, 'folder'],
  ])('refuses %j', async (value, field) => {
    await expect(loadWith(value)).rejects.toMatchObject({
      code: 'MODEL_BAD_CATALOGUE',
      message: expect.stringContaining(field === 'models' ? '' : field),
    });
  });
});
