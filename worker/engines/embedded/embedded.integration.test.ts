import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeLlmResponse, llmResponseSchema } from '../../../protocol/engine/llm-response.ts';
import type { EngineHarness } from '../testing/engine-harness.ts';
import { createHarness } from '../testing/engine-harness.ts';
import { spawnEmbedded, startRawWorker } from '../testing/raw-worker.ts';

const CHAT = 'crynux-devnet/tiny-chat';
const MODELS = [{ id: CHAT, type: 'base', variant: null }];

interface Settings {
  readonly model?: string;
  readonly prompt?: string;
  readonly seed?: number;
  readonly [setting: string]: unknown;
}

function taskArgs({ model = CHAT, prompt = 'What does a node do?', seed = 1, ...generation_config }: Settings): object {
  const messages = [
    { role: 'system', content: 'You tell short stories.' },
    { role: 'user', content: prompt },
  ];
  return { model, messages, seed, generation_config: { max_new_tokens: 40, ...generation_config } };
}

const SAMPLED = { do_sample: true, temperature: 0.9 };

let engines: EngineHarness[];
let jobs = 0;

beforeAll(async () => {
  engines = [await createHarness({ kind: 'embedded' }), await createHarness({ kind: 'embedded' })];
  await Promise.all(engines.map(({ engine }) => engine.start()));
  await Promise.all(engines.map(({ state }) => state('ready')));
});

afterAll(() => Promise.all(engines.map((harness) => harness.close())));

async function run(args: object, number = 0) {
  const harness = engines[number];
  if (harness === undefined) throw new Error('no such engine');
  const job = await harness.job(`${++jobs}`, args, { models: MODELS });
  const outcome = await harness.engine.execute(job);
  const files = await readdir(job.outputDir);
  const bytes = files.includes('0.json') ? await readFile(join(job.outputDir, '0.json')) : null;
  return { outcome, files, bytes };
}

async function answer(settings: Settings, number = 0) {
  const { outcome, files, bytes } = await run(taskArgs(settings), number);
  expect({ outcome, files }).toEqual({ outcome: { kind: 'success' }, files: ['0.json'] });
  return llmResponseSchema.parse(JSON.parse(String(bytes)));
}

const text = async (settings: Settings, number = 0) => (await answer(settings, number)).choices[0]?.message.content ?? '';

describe('a language model task', () => {
  it('9.5 results: is answered in the network’s response format, byte for byte', async () => {
    const { bytes } = await run(taskArgs({}));
    const response = llmResponseSchema.parse(JSON.parse(String(bytes)));
    expect(Buffer.from(encodeLlmResponse(response)).equals(bytes ?? Buffer.alloc(0))).toBe(true);
    expect(response).toMatchObject({ model: CHAT, choices: [{ index: 0, message: { role: 'assistant' } }] });
    const { prompt_tokens, completion_tokens, total_tokens } = response.usage;
    expect(prompt_tokens).toBeGreaterThan(10);
    expect(completion_tokens).toBeLessThanOrEqual(40);
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
    expect(response.choices[0]?.message.content).toMatch(/^[A-Z][a-z]+ [a-z ,.A-Z]+$/);
  });

  it('gives equal bytes in two engines, in any order, for equal arguments', async () => {
    const wanted = [taskArgs({}), taskArgs({ ...SAMPLED, seed: 7 }), taskArgs({ ...SAMPLED, model: 'crynux-devnet/tiny-code' })];
    const first = [];
    for (const args of wanted) first.push((await run(args, 0)).bytes?.toString());
    const second = [];
    for (const args of wanted.toReversed()) second.unshift((await run(args, 1)).bytes?.toString());
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(3);
    expect(first).not.toContain(undefined);
  });

  it('differs by seed if sampled, and by prompt in any case', async () => {
    const sampled = await Promise.all([1, 2, 3, 4_294_967_295].map((seed) => text({ ...SAMPLED, seed })));
    expect(new Set(sampled).size).toBe(4);
    expect(await text({ seed: 1 })).toBe(await text({ seed: 2 }));
    expect(await text({ prompt: 'Tell me of the sea' })).not.toBe(await text({ prompt: 'Tell me of the moon' }));
  });

  it('accepts any text as a prompt', async () => {
    for (const prompt of ['日本語 🦊 \u0000 <s> </s> <|im_end|>', '\n\n', 'Task args invalid', '### Human\n']) {
      expect(await text({ prompt })).not.toBe('');
    }
  });

  it('follows its generation settings', async () => {
    const long = await answer({ max_new_tokens: 60 });
    const short = await answer({ max_new_tokens: 5 });
    expect(short).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 5 } });
    const content = long.choices[0]?.message.content ?? '';
    expect(content.startsWith(short.choices[0]?.message.content ?? 'x')).toBe(true);

    const stop = content.slice(content.indexOf(' ') + 1, content.indexOf(' ') + 9);
    const stopped = await answer({ max_new_tokens: 60, stop_strings: ['never said', stop] });
    expect(stopped.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: content.slice(0, content.indexOf(stop) + stop.length) },
    });

    expect(await text({ do_sample: true, top_k: 1 })).toBe(await text({}));
    expect(await text({ ...SAMPLED, min_p: 1 })).toBe(await text({}));
    expect(await text({ ...SAMPLED, top_p: 1e-6 })).toBe(await text({}));
    const words = (await text({ repetition_penalty: 50, max_new_tokens: 30 })).toLowerCase().split(/[ .,]+/);
    expect(new Set(words).size).toBeGreaterThan(words.length - 3);

    const several = await answer({ ...SAMPLED, num_return_sequences: 3 });
    expect(several.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(several.choices.map(({ message }) => message.content)).size).toBe(3);
  });

  it('handles tools, their calls and results, and template arguments through the model’s own template', async () => {
    const plain = taskArgs({});
    const tools = [{ type: 'function', function: { name: 'read_weather', parameters: { type: 'object' } } }];
    const tool_calls = [{ id: '1', type: 'function', function: { name: 'read_weather', arguments: {} } }];
    const messages = [
      { role: 'user', content: 'What does a node do?' },
      { role: 'assistant', content: null, tool_calls },
      { role: 'tool', content: 'rain', tool_call_id: '1' },
    ];
    const wanted = [plain, { ...plain, tools }, { ...plain, template_args: { style: 'dry' } }, { ...plain, tools, messages }];
    const prompts = [];
    for (const args of wanted) {
      const { outcome, bytes } = await run(args, 0);
      expect(outcome).toEqual({ kind: 'success' });
      expect((await run(args, 1)).bytes).toEqual(bytes);
      prompts.push(llmResponseSchema.parse(JSON.parse(String(bytes))).usage.prompt_tokens);
    }
    expect(new Set(prompts).size).toBe(wanted.length);
  });

  it('stops by itself when the model has finished', async () => {
    const reasons = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (seed) => (await answer({ ...SAMPLED, seed, max_new_tokens: 400 })).choices[0]?.finish_reason),
    );
    expect(reasons).toContain('stop');
  });

  it('ends at the end of the context', async () => {
    const { usage, choices } = await answer({ prompt: 'long '.repeat(790), max_new_tokens: 4000 });
    expect(usage.total_tokens).toBeLessThanOrEqual(4096);
    expect(['stop', 'length']).toContain(choices[0]?.finish_reason);
  });
});

describe('a task that cannot be run', () => {
  const restartless = () => engines[0]?.engine.state();

  it.each([
    ['is not JSON of a task', { model: 1 }],
    ['has an image that is none', { ...taskArgs({}), messages: [{ role: 'user', content: [{ type: 'image', base64: '%' }] }] }],
    ['has a setting of the wrong type', taskArgs({ top_k: 1.5 })],
  ])('9.5 args invalid: because it %s is invalid, as on every node', async (_what, args) => {
    const before = restartless();
    const { outcome, files } = await run(args);
    expect(outcome).toMatchObject({ kind: 'invalid', traceback: expect.stringContaining('Task args invalid') });
    expect(files).toEqual([]);
    expect(restartless()).toEqual(before);
  });

  it('9.3 local files: because its model is missing fails without a restart', async () => {
    const before = restartless();
    const { outcome } = await run(taskArgs({ model: 'Task args invalid' }));
    expect(outcome).toMatchObject({ kind: 'failed', traceback: expect.stringContaining('Task model not downloaded') });
    expect(restartless()).toEqual(before);
  });
});

describe('an embedded engine', () => {
  const task = (id: string, folder: string, change: object = {}) =>
    ({
      task_name: 'inference',
      task_type: 1,
      task_id: id,
      models: MODELS,
      task_args: JSON.stringify(taskArgs({})),
      output_dir: folder,
      ...change,
    }) as const;

  it('says hello, and refuses what other engines can do and it cannot, without blaming the task', async () => {
    const worker = await startRawWorker();
    expect(worker.hello).toEqual({ version: '3.5.0', role: 'inference' });
    worker.send('{"worker_id":1}');
    worker.send('');
    const out = join(worker.folder, 'out');
    for (const [index, change] of [
      { task_type: 2 },
      { task_type: 9 },
      { models: [...MODELS, { id: 'x', type: 'lora', variant: null }] },
      { task_args: JSON.stringify(taskArgs({ num_beams: 4 })) },
      { task_args: JSON.stringify({ ...taskArgs({ model: 'crynux-devnet/tiny-code' }), tools: [{ name: 'f' }] }) },
      { task_args: JSON.stringify(taskArgs({ prompt: 'Task args invalid '.repeat(400) })) },
    ].entries()) {
      const { result } = await worker.run(task(`u${index}`, out, change));
      expect(result).toMatchObject({ status: 'error', traceback: expect.stringContaining('unsupported by this engine') });
      expect(result).not.toMatchObject({ traceback: expect.stringContaining('Task args invalid') });
    }
    expect(await readdir(out)).toEqual([]);
    await worker.close();
  });

  it('runs a task once, and never overwrites a result (law 3)', async () => {
    const worker = await startRawWorker();
    worker.send('{"worker_id":1}');
    const out = join(worker.folder, 'out');
    expect((await worker.run(task('a', out))).result).toEqual({ status: 'success' });
    const bytes = await readFile(join(out, '0.json'));
    for (const id of ['a', 'b']) {
      const { result } = await worker.run(task(id, out));
      expect(result).toMatchObject({ status: 'error', traceback: expect.stringContaining('ENGINE_JOB_REPEATED') });
    }
    expect(await readFile(join(out, '0.json'))).toEqual(bytes);
    expect((await worker.run(task('c', join(worker.folder, 'nowhere')))).result).toMatchObject({ status: 'error' });
    await worker.close();
  });

  it('9.3 hang up: ends when its worker hangs up, even in the middle of a task, or sends nonsense', async () => {
    const busy = await startRawWorker();
    busy.send('{"worker_id":1}');
    const endless = taskArgs({ max_new_tokens: 4000, repetition_penalty: 1.01 });
    busy.send(JSON.stringify({ task: task('a', join(busy.folder, 'out'), { task_args: JSON.stringify(endless) }) }));
    busy.hangUp();
    expect(await busy.exit).toBe(1);
    await busy.close();
    const confused = await startRawWorker();
    confused.send('{"worker_id":"one"}');
    expect(await confused.exit).toBe(1);
    await confused.close();
  });

  it('9.3 refused: does not start without a worker, or if confined to a missing GPU (law 6)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
    const alone = spawnEmbedded({ folder, url: 'ws://127.0.0.1:9/' });
    expect(await alone.exit).toBe(1);
    const blind = spawnEmbedded({ folder, url: 'ws://127.0.0.1:9/', gpuUuids: ['GPU-00000000-dead-beef-0000-000000000000'] });
    expect(await blind.exit).toBe(2);
    expect(blind.errors()).toContain('ENGINE_NO_GPU');
    const lost = spawnEmbedded({ folder, url: 'http://127.0.0.1:9/' });
    expect(await lost.exit).toBe(2);
    expect(lost.errors()).toContain('ENGINE_BAD_ENVIRONMENT');
    await rm(folder, { recursive: true, force: true });
  });
});

describe('the download role of the embedded engine', () => {
  it('downloads a model of the host’s catalogue from the configured hub', async () => {
    const bytes = randomBytes(100_000);
    const hub = createServer((request, response) => {
      if (request.url === '/Owner/Name/resolve/main/name.gguf') response.end(bytes);
      else response.writeHead(404).end();
    });
    hub.listen(0, '127.0.0.1');
    await once(hub, 'listening');
    const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
    const huggingface = join(folder, 'models', 'huggingface');
    await mkdir(huggingface, { recursive: true });
    const source = (file: string) => ({
      kind: 'hub',
      repo: 'Owner/Name',
      file,
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    const models = ['name.gguf', 'other.gguf'].map((file) => ({
      id: `owner/${file}`,
      chatWrapper: 'qwen',
      source: source(file),
    }));
    await writeFile(join(huggingface, 'catalogue.json'), JSON.stringify({ models }));

    const hubUrl = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
    const { engine, close } = await createHarness({ kind: 'embedded', hubUrl }, { folder });
    await engine.start();
    const download = (id: string) => engine.download({ id, type: 'base', variant: null }, 'Llm', new AbortController().signal);
    expect(await download('owner/name.gguf')).toEqual({ kind: 'success' });
    expect(await readFile(join(huggingface, 'Owner--Name', 'name.gguf'))).toEqual(bytes);
    expect(await download(CHAT)).toEqual({ kind: 'success' });
    expect(await download('owner/other.gguf')).toMatchObject({
      kind: 'failed',
      traceback: expect.stringContaining('MODEL_REFUSED'),
    });
    expect(await download('owner/none')).toMatchObject({ kind: 'failed', traceback: expect.stringContaining('MODEL_UNKNOWN') });
    await close();
    hub.close();
    await rm(folder, { recursive: true, force: true });
  });
});
