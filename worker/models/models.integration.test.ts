/** One profile with a real hub, a real disk and a real proxy; only the clock is ticked by hand. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type ModelSettings, modelSettingsSchema } from '../../contract/model-settings.ts';
import type { DownloadView, ModelsUpdate } from '../../contract/models.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { SILENT_LOG } from '../engines/log.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { modelOfKey } from './model-key.ts';
import { type Models, openModels } from './models.ts';
import { write } from './testing/disk.ts';
import { type HubModel, LocalHub, publish } from './testing/local-hub.ts';
import { START_MS, tempModelsDir } from './testing/rig.ts';

const SIZE = 300_000;
const HALF = SIZE / 2;

let directory: string;
let clock: ManualClock;
let hub: LocalHub;
let big: HubModel;
let small: HubModel;

beforeEach(async () => {
  directory = tempModelsDir();
  clock = new ManualClock(START_MS);
  hub = await LocalHub.open();
  const [first, second] = publish(hub, directory, { big: SIZE, small: 1_000 });
  if (first === undefined || second === undefined) throw new Error('nothing was published');
  big = first;
  small = second;
});

interface Running {
  readonly models: Models;
  readonly announced: string[];
  download(model: HubModel): DownloadView['state'] | undefined;
  model(model: HubModel): string | undefined;
  /** Checked after every update. */
  until(holds: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

async function run(settings: Partial<ModelSettings> = {}, freeBytes = async () => 1e12): Promise<Running> {
  const announced: string[] = [];
  const models = await openModels({
    directory,
    profile: 'alice',
    pid: process.pid,
    engine: new FakeEngine(),
    engineKind: 'embedded',
    settings: modelSettingsSchema.parse({ hubUrl: hub.url, ...settings }),
    offered: [],
    announce: async (modelId) => {
      announced.push(modelId);
    },
    clock,
    log: SILENT_LOG,
    freeBytes,
  });
  const ending = new AbortController();
  const running = models.run(ending.signal);
  let stopped: Promise<void> | null = null;
  const stop = () => {
    ending.abort();
    stopped ??= running.then(() => models.close());
    return stopped;
  };
  onTestFinished(stop);
  const downloads = new Map<string, DownloadView>();
  const states = new Map<string, string>();
  const checks = new Set<() => void>();
  models.subscribe((update: ModelsUpdate) => {
    for (const view of update.downloads) downloads.set(view.modelId, view);
    for (const { modelId, state } of update.models) states.set(modelId, state.kind);
    for (const check of [...checks]) check();
  });
  return {
    models,
    announced,
    stop,
    download: ({ modelId }) => downloads.get(modelId)?.state,
    model: ({ modelId }) => states.get(modelId),
    until: (holds) =>
      new Promise((resolve) => {
        const check = () => {
          if (!holds()) return;
          checks.delete(check);
          resolve();
        };
        checks.add(check);
        check();
      }),
  };
}

const key = ({ modelId }: HubModel) => ({ engine: 'embedded' as const, modelId });
const ask = (running: Running, type: 'pause' | 'resume' | 'cancel' | 'verify' | 'scan', model: HubModel) =>
  running.models.ask({ type, ...key(model) });
const download = (running: Running, model: HubModel) => running.models.ask({ type: 'download', ...key(model), taskType: 'Llm' });
const onDisk = ({ file }: HubModel) => readFileSync(join(directory, file));

describe('a download that the host requests', () => {
  it('shows its bytes, puts the right file in place, and is recorded as verified', async () => {
    const alice = await run();
    await alice.until(() => alice.model(big) === 'absent');
    hub.holdAt = HALF;
    expect(await download(alice, big)).toEqual({ type: 'done' });
    await alice.until(() => alice.download(big)?.kind === 'downloading');
    await hub.until(() => hub.held === 1);
    hub.release();
    await alice.until(() => alice.download(big)?.kind === 'done');
    expect(onDisk(big).equals(big.bytes)).toBe(true);
    await alice.until(() => alice.model(big) === 'present');
    expect(hub.requests).toMatchObject([{ path: big.path, range: undefined }]);
  });

  it('can be paused, and resumes where it stopped', async () => {
    const alice = await run();
    hub.holdAt = HALF;
    await download(alice, big);
    await hub.until(() => hub.held === 1);
    await alice.until(() => arrived(alice.download(big)) > 0);
    expect(await ask(alice, 'pause', big)).toEqual({ type: 'done' });
    await hub.until(() => hub.held === 0);
    hub.release();
    expect(alice.download(big)?.kind).toBe('paused');
    await ask(alice, 'resume', big);
    await alice.until(() => alice.download(big)?.kind === 'done');
    expect(onDisk(big).equals(big.bytes)).toBe(true);
    expect(hub.requests).toHaveLength(2);
    expect(hub.requests[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('continues after a restart where it stopped', async () => {
    const first = await run();
    hub.holdAt = HALF;
    await download(first, big);
    await first.until(() => arrived(first.download(big)) > 0);
    await hub.until(() => hub.held === 1);
    await first.stop();
    hub.release();
    const second = await run();
    await second.until(() => second.download(big)?.kind === 'done');
    expect(onDisk(big).equals(big.bytes)).toBe(true);
    expect(hub.requests[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('that the hub refuses shows why, and when it will be retried', async () => {
    hub.status = 403;
    const alice = await run();
    await download(alice, big);
    await alice.until(() => alice.download(big)?.kind === 'failed');
    expect(alice.download(big)).toMatchObject({
      error: { code: 'MODEL_REFUSED', data: { status: 403 } },
      retryAtMs: START_MS + 30_000,
    });
    hub.status = null;
    await clock.tick(31_000);
    await alice.until(() => alice.download(big)?.kind === 'done');
  });

  it('does not start without enough space for it and the reserve', async () => {
    const alice = await run({ reserveBytes: 5_000 }, async () => SIZE + 4_999);
    await download(alice, big);
    await alice.until(() => alice.download(big)?.kind === 'failed');
    expect(alice.download(big)).toMatchObject({ error: { code: 'MODEL_NO_SPACE', data: { needed: SIZE + 5_000 } } });
    expect(hub.requests).toEqual([]);
  });

  it('gets files from a mirror that the hub does not have', async () => {
    const mirror = await LocalHub.open();
    mirror.put(`/mirror${big.path}`, big.bytes);
    hub.status = 404;
    const alice = await run({ mirrorUrls: [`${mirror.url}/mirror`] });
    await download(alice, big);
    await alice.until(() => alice.download(big)?.kind === 'done');
    expect(onDisk(big).equals(big.bytes)).toBe(true);
    expect(mirror.requests).toHaveLength(1);
  });

  it('replaces a file that was found to be damaged', async () => {
    const alice = await run();
    await download(alice, small);
    await alice.until(() => alice.model(small) === 'present');
    writeFileSync(join(directory, small.file), Buffer.alloc(small.bytes.length, 1));
    await ask(alice, 'verify', small);
    await alice.until(() => alice.model(small) === 'corrupt');
    await download(alice, small);
    await alice.until(() => alice.model(small) === 'present');
    expect(onDisk(small).equals(small.bytes)).toBe(true);
    expect(hub.requests).toHaveLength(2);
  });
});

describe('requests of a UI', () => {
  it.each([
    [null, 'MODEL_BAD_REQUEST'],
    [{ type: 'explode' }, 'MODEL_BAD_REQUEST'],
    [{ type: 'download', engine: 'embedded', modelId: 'base:x', taskType: 'Poetry' }, 'MODEL_BAD_REQUEST'],
    [{ type: 'download', engine: 'official', modelId: 'base:x', taskType: 'Llm' }, 'MODEL_BAD_REQUEST'],
    [{ type: 'download', engine: 'embedded', modelId: 'base:x', taskType: 'Llm' }, 'MODEL_UNKNOWN'],
    [{ type: 'download', engine: 'embedded', modelId: 'x', taskType: 'Llm' }, 'PROTOCOL_BAD_MODEL_ID'],
    [{ type: 'cancel', engine: 'embedded', modelId: 'base:x' }, 'MODEL_NOT_FOUND'],
    [{ type: 'remove', engine: 'embedded', modelId: 'base:x' }, 'MODEL_NOT_FOUND'],
    [{ type: 'verify', engine: 'embedded', modelId: 'base:x' }, 'MODEL_NOT_FOUND'],
  ])('%j is refused with a code', async (request, code) => {
    const alice = await run();
    expect(await alice.models.ask(request)).toMatchObject({ type: 'refused', error: { code } });
  });
});

describe('a model that the network requests', () => {
  it('comes from the hub, and the network is told', async () => {
    const alice = await run();
    const args = JSON.stringify({ node_address: '0x1', model_id: 'base:Hub/Small', task_type: 1 });
    alice.models.onEvent({ id: 1, type: 'DownloadModel', nodeAddress: '0x1', commitment: null, args });
    await alice.until(() => alice.download(small)?.kind === 'done');
    while (alice.announced.length === 0) await new Promise(setImmediate);
    expect(alice.announced).toEqual([small.modelId]);
    expect(alice.models.modelIds).toEqual([small.modelId]);
  });
});

describe('a task', () => {
  it('gets its model before its deadline, or learns that it did not arrive', async () => {
    const alice = await run();
    hub.holdAt = HALF;
    const deadline = new AbortController();
    const want = (signal: AbortSignal) => alice.models.engine.download(modelOfKey(key(big)), 'Llm', signal);
    const late = want(deadline.signal);
    await hub.until(() => hub.held === 1);
    deadline.abort();
    expect(await late).toMatchObject({ kind: 'cancelled', reason: 'deadline' });
    await hub.until(() => hub.held === 0);
    expect(alice.download(big)?.kind).toBe('cancelled');
    hub.release();
    const inTime = new AbortController().signal;
    expect(await want(inTime)).toEqual({ kind: 'success' });
    expect(onDisk(big).equals(big.bytes)).toBe(true);
    await want(inTime);
    expect(hub.requests).toHaveLength(2);
  });
});

describe('a proxy', () => {
  /** Forwards to the hub whatever host is requested, and records the requests. */
  async function openProxy(): Promise<{ port: number; seen: { target: string; authorization: string | undefined }[] }> {
    const seen: { target: string; authorization: string | undefined }[] = [];
    const sockets = new Set<Socket>();
    const proxy = createServer((incoming, response) => {
      seen.push({ target: incoming.url ?? '', authorization: incoming.headers['proxy-authorization'] });
      const { pathname } = new URL(incoming.url ?? '');
      request({ port: hub.port, host: '127.0.0.1', path: pathname, headers: incoming.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }).end();
    });
    proxy.on('connect', (incoming, socket: Socket) => {
      seen.push({ target: incoming.url ?? '', authorization: incoming.headers['proxy-authorization'] });
      const tunnel = connect(hub.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        tunnel.pipe(socket).pipe(tunnel);
      });
      sockets.add(tunnel).add(socket);
      for (const end of [tunnel, socket]) end.on('error', () => {});
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    });
    return { port: (proxy.address() as AddressInfo).port, seen };
  }

  it('from the settings is used, with its password', async () => {
    const { port, seen } = await openProxy();
    const proxy = { host: '127.0.0.1', port, username: 'me', password: 'p@ss:word' };
    const alice = await run({ hubUrl: 'http://hub.invalid', proxy });
    await download(alice, small);
    await alice.until(() => alice.download(small)?.kind === 'done');
    expect(onDisk(small).equals(small.bytes)).toBe(true);
    expect(seen.length).toBeGreaterThan(0);
    for (const { target, authorization } of seen) {
      expect(target).toContain('hub.invalid');
      expect(authorization).toBe(`Basic ${Buffer.from('me:p@ss:word').toString('base64')}`);
    }
  });

  it('from the environment is used if the settings have none', async () => {
    const { port, seen } = await openProxy();
    const names = ['http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY'] as const;
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) delete process.env[name];
    process.env.http_proxy = `http://127.0.0.1:${port}`;
    onTestFinished(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    const alice = await run({ hubUrl: 'http://hub.invalid' });
    await download(alice, small);
    await alice.until(() => alice.download(small)?.kind === 'done');
    expect(seen.every(({ target }) => target.includes('hub.invalid'))).toBe(true);
    expect(seen.length).toBeGreaterThan(0);
  });
});

it('refuses an invalid catalogue before anything is opened', async () => {
  write(join(directory, 'huggingface', 'catalogue.json'), '{');
  await expect(run()).rejects.toMatchObject({ code: 'MODEL_BAD_CATALOGUE' });
});

function arrived(state: DownloadView['state'] | undefined): number {
  return state?.kind === 'downloading' ? state.bytes : 0;
}
