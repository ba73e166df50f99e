import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCatalogue } from './catalogue.ts';

const HASH = 'a'.repeat(64);
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
  it('has the bundled models, as they are on disk', async () => {
    const catalogue = await loadCatalogue(folder);
    const bundled = catalogue.models.filter(({ source }) => source.kind === 'bundled');
    expect(bundled.map(({ id }) => id)).toEqual(['crynux-devnet/tiny-chat', 'crynux-devnet/tiny-code']);
    for (const { file, source } of bundled) {
      const bytes = await readFile(file);
      expect(bytes.length).toBe(source.sizeBytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(source.sha256);
    }
  });

  it('finds models without regard to case, and adds those of the host', async () => {
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
  ])('refuses %j', async (value, field) => {
    await expect(loadWith(value)).rejects.toMatchObject({
      code: 'MODEL_BAD_CATALOGUE',
      message: expect.stringContaining(field === 'models' ? '' : field),
    });
  });
});
