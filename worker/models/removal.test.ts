import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { modelSettingsSchema } from '../../contract/model-settings.ts';
import type { ModelKey, Removal } from '../../contract/models.ts';
import type { EngineKind } from '../../contract/node-config.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { SILENT_LOG } from '../engines/log.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { openModels } from './models.ts';
import { CHAT, GGUF_TEXT, PAINT, write, writeCatalogue, writeChat, writePaint, writeRepository } from './testing/disk.ts';
import { START_MS, tempModelsDir } from './testing/rig.ts';

let directory: string;

beforeEach(() => {
  directory = tempModelsDir();
  writeCatalogue(directory);
});

/** A profile that has scanned the disk; nothing of it is running. */
async function open(profile: string, offered: string[] = [], engineKind: EngineKind = 'embedded') {
  const engine = new FakeEngine();
  const models = await openModels({
    directory,
    profile,
    pid: 1,
    engine,
    engineKind,
    settings: modelSettingsSchema.parse({}),
    offered,
    announce: () => Promise.resolve(),
    clock: new ManualClock(START_MS),
    log: SILENT_LOG,
    freeBytes: () => Promise.resolve(1e9),
  });
  onTestFinished(() => models.close());
  await models.scan();
  return { models, engine };
}

async function preview(profile: Awaited<ReturnType<typeof open>>, key: ModelKey): Promise<Removal> {
  const answer = await profile.models.ask({ type: 'removal', ...key });
  if (answer.type !== 'removal') throw new Error(JSON.stringify(answer));
  return answer.removal;
}

const remove = (profile: Awaited<ReturnType<typeof open>>, key: ModelKey) => profile.models.ask({ type: 'remove', ...key });

describe('before a model is deleted', () => {
  it('lists which models and task types each profile loses', async () => {
    writeChat(directory);
    writePaint(directory);
    const alice = await open('alice', [CHAT.modelId, PAINT.modelId]);
    await open('bob', [CHAT.modelId, 'base:crynux-devnet/tiny-chat']);
    await open('carol', [PAINT.modelId]);
    expect(await preview(alice, CHAT)).toEqual({
      modelIds: [CHAT.modelId],
      freedBytes: GGUF_TEXT.length,
      profiles: [
        { profile: 'alice', modelIds: [CHAT.modelId], taskTypes: ['Llm'] },
        // Has another model for such tasks.
        { profile: 'bob', modelIds: [CHAT.modelId], taskTypes: [] },
      ],
      refusal: null,
    });
    expect((await preview(alice, PAINT)).profiles).toEqual([
      { profile: 'alice', modelIds: [PAINT.modelId], taskTypes: ['StableDiffusion'] },
      { profile: 'carol', modelIds: [PAINT.modelId], taskTypes: ['StableDiffusion'] },
    ]);
  });

  it('also counts the IDs of a profile that is not running', async () => {
    writeChat(directory);
    const bob = await open('bob', [CHAT.modelId]);
    await bob.models.close();
    const alice = await open('alice');
    expect((await preview(alice, CHAT)).profiles).toMatchObject([{ profile: 'bob' }]);
  });
});

describe('deleting a model', () => {
  it('deletes its files and its record, and nothing else', async () => {
    const chat = writeChat(directory);
    write(`${chat}.part`, 'left over');
    write(join(directory, 'huggingface', 'Hub--Chat-GGUF', 'mine.txt'), 'mine');
    const paint = writePaint(directory);
    const alice = await open('alice');
    expect((await preview(alice, CHAT)).freedBytes).toBe(GGUF_TEXT.length + 'left over'.length);
    expect(await remove(alice, CHAT)).toEqual({ type: 'done' });
    expect(existsSync(chat) || existsSync(`${chat}.part`)).toBe(false);
    expect(readFileSync(join(directory, 'huggingface', 'Hub--Chat-GGUF', 'mine.txt'), 'utf8')).toBe('mine');
    expect(await remove(alice, PAINT)).toEqual({ type: 'done' });
    expect(existsSync(join(paint, '..'))).toBe(false);
    await alice.models.scan();
    expect(await preview(alice, CHAT)).toMatchObject({ freedBytes: 0 });
  });

  it('deletes what has arrived of an incomplete one', async () => {
    const part = join(directory, 'huggingface', 'Hub--Chat-GGUF', 'chat.gguf.part');
    write(part, '12345');
    const alice = await open('alice');
    expect((await preview(alice, CHAT)).freedBytes).toBe(5);
    await remove(alice, CHAT);
    expect(existsSync(part)).toBe(false);
  });

  it('deletes the repository and its locks in the official worker’s cache', async () => {
    const files = { 'config.json': '{"architectures":["X"]}', 'model.safetensors': 'weights' };
    const folder = writeRepository(directory, { repo: 'owner/llm', files });
    const other = writeRepository(directory, { repo: 'owner/llm-2', files });
    write(join(directory, 'huggingface', '.locks', 'models--owner--llm', 'x.lock'), '');
    const alice = await open('alice', ['base:owner/llm'], 'official');
    const key = { engine: 'official', modelId: 'base:owner/llm' } as const;
    expect(await preview(alice, key)).toMatchObject({ profiles: [{ taskTypes: ['Llm'] }] });
    await remove(alice, key);
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(join(directory, 'huggingface', '.locks', 'models--owner--llm'))).toBe(false);
    expect(existsSync(other)).toBe(true);
  });

  it('is refused while a task of any profile uses it', async () => {
    writeChat(directory);
    const alice = await open('alice');
    const bob = await open('bob');
    let finish = () => {};
    bob.engine.answer = () =>
      new Promise((resolve) => {
        finish = () => resolve({ kind: 'success' });
      });
    const job = {
      commitment: '0x1',
      type: 'Llm' as const,
      models: [{ id: 'Hub/Chat', type: 'base', variant: null }],
      taskArgs: '{}',
      outputDir: directory,
      timeLeftMs: () => 0,
    };
    const task = bob.models.engine.execute(job);
    expect((await preview(alice, CHAT)).refusal).toMatchObject({ code: 'MODEL_IN_USE', data: { profiles: ['bob'] } });
    expect(await remove(alice, CHAT)).toMatchObject({ type: 'refused', error: { code: 'MODEL_IN_USE' } });
    finish();
    expect(await task).toEqual({ kind: 'success' });
    expect((await preview(alice, CHAT)).refusal).toBeNull();
    expect(await remove(alice, CHAT)).toEqual({ type: 'done' });
  });

  it('is refused while a download wants it, and if it is part of the program', async () => {
    writeChat(directory);
    const alice = await open('alice');
    const bundled = { engine: 'embedded', modelId: 'base:crynux-devnet/tiny-chat' } as const;
    expect(await remove(alice, bundled)).toMatchObject({ type: 'refused', error: { code: 'MODEL_IS_BUNDLED' } });
    await alice.models.ask({ type: 'download', ...CHAT, taskType: 'Llm' });
    expect(await remove(alice, CHAT)).toMatchObject({ type: 'refused', error: { code: 'MODEL_BUSY' } });
    expect((await preview(alice, CHAT)).refusal).toMatchObject({ code: 'MODEL_BUSY' });
    await alice.models.ask({ type: 'pause', ...CHAT });
    expect(await remove(alice, CHAT)).toEqual({ type: 'done' });
    expect(await alice.models.ask({ type: 'resume', ...CHAT })).toMatchObject({ error: { code: 'MODEL_NOT_FOUND' } });
  });

  it('never leaves the models directory, whatever the record says', async () => {
    writeChat(directory);
    const outside = tempModelsDir();
    write(join(outside, 'precious.txt'), 'precious');
    const alice = await open('alice');
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(join(directory, 'models.sqlite'));
    const files = JSON.stringify([{ path: 'precious.txt', sizeBytes: 8, sha256: null }]);
    db.prepare('UPDATE models SET folder = ?, files = ? WHERE model_id = ?').run(outside, files, CHAT.modelId);
    db.close();
    expect(await remove(alice, CHAT)).toMatchObject({ type: 'refused', error: { code: 'MODEL_NOT_DELETED' } });
    expect(existsSync(join(outside, 'precious.txt'))).toBe(true);
    expect((await preview(alice, CHAT)).refusal).toBeNull();
  });
});

describe('deleting unknown files', () => {
  it('deletes exactly what a scan has listed', async () => {
    write(join(directory, 'huggingface', 'mine', 'a.bin'), 'abc');
    writeChat(directory);
    const alice = await open('alice');
    for (const path of ['huggingface/mine/a.bin', 'huggingface/Hub--Chat-GGUF', '../x', 'huggingface/mine/../Hub--Chat-GGUF']) {
      const answer = await alice.models.ask({ type: 'removeUnknown', path });
      expect(answer).toMatchObject({ type: 'refused', error: { code: 'MODEL_NOT_FOUND' } });
    }
    expect(await alice.models.ask({ type: 'removeUnknown', path: 'huggingface/mine' })).toEqual({ type: 'done' });
    expect(existsSync(join(directory, 'huggingface', 'mine'))).toBe(false);
  });
});
