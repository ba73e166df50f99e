import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { SILENT_LOG } from '../engines/log.ts';
import { loadCatalogue } from '../engines/models/catalogue.ts';
import { modelParts } from './parts.ts';
import { catalogueSource } from './sources/catalogue-source.ts';
import { downloadDispatcher } from './sources/proxy.ts';
import { StoreFile } from './store-file.ts';
import { CHAT, PAINT, sha256, write, writeCatalogue, writeChat, writePaint, writeRepository } from './testing/disk.ts';
import { START_MS, tempModelsDir } from './testing/rig.ts';
import { Upkeep } from './upkeep.ts';

let directory: string;
const NEVER = new AbortController().signal;

beforeEach(() => {
  directory = tempModelsDir();
  writeCatalogue(directory);
});

async function open(profile = 'alice') {
  const clock = new ManualClock(START_MS);
  const file = new StoreFile({ directory, profile, pid: process.pid, nowMs: clock.now() });
  const source = catalogueSource({
    directory,
    catalogue: await loadCatalogue(join(directory, 'huggingface')),
    settings: { hubUrl: 'http://user:secret@127.0.0.1:9/hub?token=secret', mirrorUrls: [] },
    clock,
    dispatcher: downloadDispatcher(null),
  });
  onTestFinished(async () => {
    await source.close?.();
    file.close();
  });
  const freeBytes = () => Promise.resolve(5_000);
  const parts = modelParts({ file, source, clock, log: SILENT_LOG, reserveBytes: 0, freeBytes });
  const upkeep = new Upkeep(parts);
  return { parts, upkeep, record: (modelId: string) => parts.records.all().find((record) => record.modelId === modelId) };
}

const listing = () => readdirSync(directory, { recursive: true }).filter((name) => !String(name).includes('sqlite')).length;

describe('a scan', () => {
  it("finds the catalogues' models, and those that come with the program", async () => {
    writeChat(directory);
    writePaint(directory);
    const { upkeep, record } = await open();
    await upkeep.scan();
    expect(record('base:hub/chat')).toMatchObject({
      kind: 'gguf',
      place: 'huggingface/Hub--Chat-GGUF/chat.gguf',
      taskTypes: ['Llm'],
      state: 'present',
      downloadedAtMs: null,
      origin: { kind: 'hub', hubUrl: 'http://127.0.0.1:9/hub', repo: 'Hub/Chat-GGUF', revision: 'main' },
    });
    expect(record('base:hub/paint')).toMatchObject({ kind: 'onnx', state: 'present', taskTypes: ['StableDiffusion'] });
    expect(record('base:crynux-devnet/tiny-chat')).toMatchObject({ kind: 'bundled', state: 'present' });
    expect(upkeep.view).toEqual({ unknown: [], partial: new Map(), freeBytes: 5_000, scannedAtMs: START_MS });
  });

  it('reports how much of an incomplete model has arrived', async () => {
    write(join(directory, 'huggingface', 'Hub--Chat-GGUF', 'chat.gguf.part'), '12345');
    rmSync(join(writePaint(directory), 'unet'), { recursive: true });
    const { upkeep, record } = await open();
    await upkeep.scan();
    expect(record('base:hub/chat')).toBeUndefined();
    expect(upkeep.view.partial).toEqual(
      new Map([
        ['huggingface/Hub--Chat-GGUF/chat.gguf', 5],
        ['huggingface/Hub--Paint/onnx', '{}another'.length],
      ]),
    );
    expect(upkeep.view.unknown).toEqual([]);
  });

  it('notices what is missing, what has changed and what comes back; it deletes nothing', async () => {
    const chat = writeChat(directory);
    const paint = writePaint(directory);
    const { upkeep, record } = await open();
    await upkeep.scan();
    rmSync(chat);
    writeFileSync(join(paint, 'unet', 'model.onnx'), 'longer than it was');
    const before = listing();
    await upkeep.scan();
    expect(record('base:hub/chat')).toMatchObject({ state: 'missing', detail: '1 of 1: chat.gguf' });
    expect(record('base:hub/paint')).toMatchObject({ state: 'corrupt', detail: '1 of 3: unet/model.onnx' });
    expect(listing()).toBe(before);
    writeChat(directory);
    await upkeep.scan();
    expect(record('base:hub/chat')).toMatchObject({ state: 'present', detail: '', verifiedAtMs: null });
  });

  it('reports unknown files', async () => {
    writeChat(directory);
    write(join(directory, 'huggingface', 'Hub--Chat-GGUF', 'other.gguf'), 'x');
    write(join(directory, 'huggingface', 'mine', 'a', 'b.bin'), 'abc');
    write(join(directory, 'huggingface', 'mine', 'c.bin'), 'de');
    write(join(directory, 'external', 'f'.repeat(64), 'model.safetensors'), 'weights');
    write(join(directory, 'huggingface', '.locks', 'x.lock'), '');
    write(join(directory, 'huggingface', 'version.txt'), '1');
    const { upkeep } = await open();
    await upkeep.scan();
    expect(upkeep.view.unknown.map(({ path, sizeBytes, problem }) => [path, sizeBytes, problem.code])).toEqual([
      [`external/${'f'.repeat(64)}`, 7, 'MODEL_UNRECORDED'],
      ['huggingface/Hub--Chat-GGUF/other.gguf', 1, 'MODEL_UNRECORDED'],
      ['huggingface/mine', 5, 'MODEL_UNRECORDED'],
    ]);
  });

  it('does not follow links out of the directory or in circles', async () => {
    write(join(directory, 'huggingface', 'mine', 'a.bin'), 'abc');
    symlinkSync(directory, join(directory, 'huggingface', 'mine', 'loop'));
    const { upkeep } = await open();
    await upkeep.scan();
    expect(upkeep.view.unknown).toMatchObject([{ path: 'huggingface/mine', sizeBytes: 3 }]);
  });

  it('ignores what a process is changing', async () => {
    const chat = writeChat(directory);
    const alice = await open('alice');
    const bob = await open('bob');
    await alice.upkeep.scan();
    rmSync(chat);
    const { place } = alice.parts.records.find(CHAT) ?? { place: '' };
    alice.parts.file.change(() => alice.parts.claims.take(place, 'download'));
    await bob.upkeep.scan();
    expect(bob.record('base:hub/chat')?.state).toBe('present');
    alice.parts.file.change(() => alice.parts.claims.release(place));
    await bob.upkeep.scan();
    expect(bob.record('base:hub/chat')?.state).toBe('missing');
  });

  it('does not overwrite what was recorded while it ran', async () => {
    const chat = writeChat(directory);
    const { upkeep, parts, record } = await open();
    await upkeep.scan();
    rmSync(chat);
    const scanning = upkeep.scan();
    const before = parts.records.find(CHAT);
    if (before === null) throw new Error('not recorded');
    parts.file.change(() => parts.records.save({ ...before, downloadedAtMs: START_MS }));
    await scanning;
    expect(record('base:hub/chat')).toMatchObject({ state: 'present', downloadedAtMs: START_MS });
    await upkeep.scan();
    expect(record('base:hub/chat')?.state).toBe('missing');
  });

  it('finds a bundled model again after the program has moved', async () => {
    const { upkeep, parts, record } = await open();
    await upkeep.scan();
    const now = record('base:crynux-devnet/tiny-chat');
    parts.file.run("UPDATE models SET place = '/old/tiny-chat.gguf', folder = '/old', state = 'missing' WHERE kind = 'bundled'");
    await upkeep.scan();
    expect(record('base:crynux-devnet/tiny-chat')).toEqual(now);
  });
});

describe('the official worker’s cache', () => {
  const LLM = { 'config.json': '{"architectures":["Qwen2ForCausalLM"]}', 'model.safetensors': 'weights' };

  it.each([
    ['base:owner/llm', LLM, ['Llm']],
    [
      'base:owner/sd',
      { 'model_index.json': '{}', 'unet/diffusion_pytorch_model.fp16.safetensors': 'x' },
      ['StableDiffusion', 'FineTuneLora'],
    ],
    ['controlnet:owner/canny', { 'config.json': '{"_class_name":"ControlNetModel"}', 'x.safetensors': 'x' }, []],
    ['lora:owner/style', { 'pytorch_lora_weights.safetensors': 'x' }, []],
  ])('contains %s', async (modelId, files, taskTypes) => {
    writeRepository(directory, { repo: modelId.split(':')[1] ?? '', files });
    const { upkeep, parts } = await open();
    await upkeep.scan();
    const record = parts.records.find({ engine: 'official', modelId });
    expect(record).toMatchObject({ kind: 'huggingface', taskTypes, state: 'present', downloadedAtMs: null });
    expect(record?.origin).toEqual({ kind: 'hub', hubUrl: null, repo: modelId.split(':')[1], revision: 'c'.repeat(40) });
    expect(record?.files.map(({ path }) => path.split('/').slice(2).join('/'))).toEqual(Object.keys(files).sort());
  });

  it('reveals the checksum of what it names by checksum, with links and without', async () => {
    for (const links of [true, false]) writeRepository(directory, { repo: `owner/${links}`, files: LLM, links });
    const { upkeep, record } = await open();
    await upkeep.scan();
    const hashes = (id: string) => record(id)?.files.map(({ sha256: hash, sizeBytes }) => [hash, sizeBytes]);
    expect(hashes('base:owner/true')).toEqual([
      [null, LLM['config.json'].length],
      [sha256('weights'), 7],
    ]);
    expect(hashes('base:owner/false')).toEqual([
      [null, LLM['config.json'].length],
      [null, 7],
    ]);
  });

  it('may be in the middle of a download, and is later seen to be complete', async () => {
    const folder = writeRepository(directory, { repo: 'owner/llm', files: LLM });
    write(join(folder, 'blobs', `${'d'.repeat(64)}.incomplete`), '123');
    const { upkeep, record } = await open();
    await upkeep.scan();
    expect(record('base:owner/llm')?.state).toBe('partial');
    expect([...upkeep.view.partial.keys()]).toEqual(['huggingface/models--owner--llm']);
    rmSync(join(folder, 'blobs', `${'d'.repeat(64)}.incomplete`));
    write(join(folder, 'snapshots', 'c'.repeat(40), 'more.txt'), 'x');
    await upkeep.scan();
    expect(record('base:owner/llm')).toMatchObject({ state: 'present' });
    expect(record('base:owner/llm')?.files).toHaveLength(3);
    rmSync(folder, { recursive: true });
    await upkeep.scan();
    expect(record('base:owner/llm')?.state).toBe('missing');
  });

  it('may contain unknown models', async () => {
    writeRepository(directory, { repo: 'owner/what', files: { 'README.md': 'hello' } });
    const { upkeep, record } = await open();
    await upkeep.scan();
    expect(record('base:owner/what')).toBeUndefined();
    expect(upkeep.view.unknown).toMatchObject([{ path: 'huggingface/models--owner--what' }]);
  });
});

describe('a verification', () => {
  it('compares every byte, and its verdict survives a scan', async () => {
    const chat = writeChat(directory);
    const { upkeep, record } = await open();
    await upkeep.scan();
    await upkeep.verify(CHAT, NEVER);
    expect(record('base:hub/chat')).toMatchObject({ state: 'present', verifiedAtMs: START_MS });
    writeChat(directory, 'WEIGHTS of a language model');
    await upkeep.scan();
    expect(record('base:hub/chat')?.state).toBe('present');
    await upkeep.verify(CHAT, NEVER);
    expect(record('base:hub/chat')).toMatchObject({ state: 'corrupt', detail: '1 of 1: chat.gguf', verifiedAtMs: null });
    await upkeep.scan();
    expect(record('base:hub/chat')?.state).toBe('corrupt');
    expect(existsSync(chat)).toBe(true);
    writeChat(directory);
    await upkeep.verify(CHAT, NEVER);
    expect(record('base:hub/chat')).toMatchObject({ state: 'present', verifiedAtMs: START_MS });
  });

  it('knows the hashes by which a cache names its files', async () => {
    const folder = writeRepository(directory, {
      repo: 'owner/llm',
      files: { 'config.json': '{"architectures":["X"]}', 'model.safetensors': 'weights' },
    });
    const key = { engine: 'official', modelId: 'base:owner/llm' } as const;
    const { upkeep, parts } = await open();
    await upkeep.scan();
    await upkeep.verify(key, NEVER);
    expect(parts.records.find(key)?.verifiedAtMs).toBe(START_MS);
    writeFileSync(join(folder, 'snapshots', 'c'.repeat(40), 'config.json'), '{"architectures":["Y"]}');
    await upkeep.verify(key, NEVER);
    expect(parts.records.find(key)).toMatchObject({ state: 'corrupt', detail: expect.stringContaining('config.json') });
    await upkeep.scan();
    expect(parts.records.find(key)?.state).toBe('corrupt');
  });

  it('is refused for unrecorded models and those being changed; it releases the model when it is aborted', async () => {
    writePaint(directory);
    const { upkeep, parts } = await open();
    await expect(upkeep.verify(PAINT, NEVER)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await upkeep.scan();
    parts.file.change(() => parts.claims.take('huggingface/Hub--Paint/onnx', 'download'));
    await expect(upkeep.verify(PAINT, NEVER)).rejects.toMatchObject({ code: 'MODEL_BUSY' });
    parts.file.change(() => parts.claims.release('huggingface/Hub--Paint/onnx'));
    await expect(upkeep.verify(PAINT, AbortSignal.abort(new Error('stopped')))).rejects.toThrow();
    expect(parts.claims.places().size).toBe(0);
    expect(parts.records.find(PAINT)?.state).toBe('present');
  });
});
