import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../protocol/ports.ts';
import { lockFileOf, tryLock } from '../../kit/folder-lock.ts';
import type { CatalogueFile, GgufModel, OnnxModel } from './catalogue.ts';
import type { DownloadProgress } from './download-file.ts';
import { downloadModel } from './download-model.ts';
import { partOf, pathOf } from './files.ts';

const CONTENTS = new Map(
  [
    ['model_index.json', 300],
    ['unet/model.onnx', 90_000],
    ['vae_decoder/model.onnx', 40_000],
  ].map(([path, length]) => [String(path), randomBytes(Number(length))]),
);
const FILES: readonly CatalogueFile[] = [...CONTENTS].map(([path, bytes]) => ({
  path,
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
}));
const TOTAL = FILES.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

let folder: string;
let hub: Server;
let requests: string[];
let withheld: Set<string>;
const clock = new ManualClock(1_700_000_000_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-model-'));
  requests = [];
  withheld = new Set();
  hub = createServer((request, response) => {
    const url = request.url ?? '';
    requests.push(url);
    const file = FILES.find(({ path }) => url.endsWith(`/${path}`));
    if (file === undefined || withheld.has(url)) response.writeHead(404).end();
    else response.writeHead(200).end(CONTENTS.get(file.path));
  });
  hub.listen(0, '127.0.0.1');
  await once(hub, 'listening');
});

afterEach(async () => {
  hub.closeAllConnections();
  hub.close();
  await once(hub, 'close');
  await rm(folder, { recursive: true, force: true });
});

const url = () => `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;

function diffusion(change: Partial<OnnxModel> = {}): OnnxModel {
  const files = FILES.map((file) => ({ ...file }));
  return {
    kind: 'onnx',
    id: 'owner/diffusion',
    variant: null,
    source: { kind: 'hub', repo: 'Owner/Diffusion', revision: 'v1.0', folder: 'onnx', files },
    folder: join(folder, 'Owner--Diffusion', 'onnx'),
    files,
    ...change,
  };
}

async function expectWhole(model: OnnxModel): Promise<void> {
  for (const file of model.files) {
    expect((await readFile(pathOf(model.folder, file))).equals(CONTENTS.get(file.path) ?? Buffer.alloc(0))).toBe(true);
  }
}

describe('a model that is a folder', () => {
  it('is downloaded file by file, with the combined progress', async () => {
    const progress: DownloadProgress[] = [];
    let verified = 0;
    await downloadModel({
      model: diffusion(),
      hubUrls: [`${url()}/mirror/`],
      clock,
      onProgress: (step) => progress.push(step),
      onVerifying: () => {
        verified += 1;
      },
    });
    await expectWhole(diffusion());
    expect(requests).toEqual(FILES.map(({ path }) => `/mirror/Owner/Diffusion/resolve/v1.0/onnx/${path}`));
    const received = progress.map(({ receivedBytes }) => receivedBytes);
    expect(received).toEqual([...received].sort((a, b) => a - b));
    expect(progress.at(-1)).toMatchObject({ receivedBytes: TOTAL, totalBytes: TOTAL });
    expect(verified).toBe(FILES.length);
  });

  it('is not downloaded again, except for missing files', async () => {
    await downloadModel({ model: diffusion(), hubUrls: [url()], clock });
    await rm(join(diffusion().folder, 'unet', 'model.onnx'));
    requests = [];
    await downloadModel({ model: diffusion(), hubUrls: [url()], clock });
    await downloadModel({ model: diffusion(), hubUrls: [url()], clock });
    expect(requests).toHaveLength(1);
    await expectWhole(diffusion());
  });

  it('needs space for all its files before the first is requested, minus what has arrived', async () => {
    const model = diffusion();
    const part = partOf(join(model.folder, 'unet', 'model.onnx'));
    await mkdir(dirname(part), { recursive: true });
    await writeFile(part, Buffer.alloc(10_000));
    const enough = 1_000 + TOTAL - 10_000;
    const withFree = (bytes: number) =>
      downloadModel({ model, hubUrls: [url()], clock, reserveBytes: 1_000, freeBytes: () => Promise.resolve(bytes) });
    await expect(withFree(enough - 1)).rejects.toMatchObject({ code: 'MODEL_NO_SPACE', data: { needed: enough } });
    expect(requests).toHaveLength(0);
    await withFree(enough);
  });

  it('gets from a mirror what the hub does not provide', async () => {
    withheld.add('/hub/Owner/Diffusion/resolve/v1.0/onnx/unet/model.onnx');
    await downloadModel({ model: diffusion(), hubUrls: [`${url()}/hub`, `${url()}/mirror`], clock });
    await expectWhole(diffusion());
    expect(requests.filter((path) => path.startsWith('/mirror'))).toEqual([
      '/mirror/Owner/Diffusion/resolve/v1.0/onnx/unet/model.onnx',
    ]);
    withheld.add('/mirror/Owner/Diffusion/resolve/v1.0/onnx/unet/model.onnx');
    await rm(join(diffusion().folder, 'unet', 'model.onnx'));
    const again = downloadModel({ model: diffusion(), hubUrls: [`${url()}/hub`, `${url()}/mirror`], clock });
    await expect(again).rejects.toMatchObject({ code: 'MODEL_REFUSED' });
  });
});

describe('a folder has one writer', () => {
  it('and the next one finds the files there', async () => {
    const model = diffusion();
    const release = tryLock(lockFileOf(model.folder));
    let done = false;
    const waiting = downloadModel({ model, hubUrls: [url()], clock }).then(() => {
      done = true;
    });
    while (clock.sleeping === 0) await new Promise(setImmediate);
    expect(tryLock(lockFileOf(model.folder))).toBeNull();
    for (const file of model.files) {
      await mkdir(dirname(pathOf(model.folder, file)), { recursive: true });
      await writeFile(pathOf(model.folder, file), CONTENTS.get(file.path) ?? '');
    }
    expect(done).toBe(false);
    release?.();
    await clock.tick(500);
    await waiting;
    expect(requests).toHaveLength(0);
    tryLock(lockFileOf(model.folder))?.();
  });

  it('or stops waiting when told to', async () => {
    const release = tryLock(lockFileOf(diffusion().folder));
    const cancel = new AbortController();
    const waiting = downloadModel({ model: diffusion(), hubUrls: [url()], clock, signal: cancel.signal });
    const failure = expect(waiting).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
    while (clock.sleeping === 0) await new Promise(setImmediate);
    cancel.abort();
    await failure;
    release?.();
  });
});

describe('a model of one file', () => {
  const [file] = FILES;
  const gguf = (source: GgufModel['source']): GgufModel => ({
    kind: 'gguf',
    id: 'a/b',
    chatWrapper: 'general',
    contextTokens: 512,
    source,
    folder: join(folder, 'one'),
    file: join(folder, 'one', 'model_index.json'),
    files: file === undefined ? [] : [file],
  });

  it('has the URL that Hugging Face would give it', async () => {
    const contents = { sizeBytes: 1, sha256: '' };
    const source = { kind: 'hub', repo: 'Owner/Name-GGUF', revision: 'v1.0', file: 'name.gguf', ...contents } as const;
    await downloadModel({ model: gguf(source), hubUrls: [url()], clock });
    expect(requests).toEqual(['/Owner/Name-GGUF/resolve/v1.0/model_index.json']);
    expect(existsSync(gguf(source).file)).toBe(true);
  });

  it('that is bundled is never downloaded, only checked', async () => {
    const bundled = gguf({ kind: 'bundled', file: 'model_index.json', sizeBytes: 1, sha256: '' });
    await expect(downloadModel({ model: bundled, hubUrls: [url()], clock })).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    await mkdir(bundled.folder);
    await writeFile(bundled.file, CONTENTS.get('model_index.json') ?? '');
    await downloadModel({ model: bundled, hubUrls: [url()], clock });
    expect(requests).toHaveLength(0);
  });
});
