/** Real processes that share a store and are killed without a chance to clean up. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  type DownloadView,
  type ModelsAnswer,
  type ModelView,
  modelsAnswerSchema,
  modelsUpdateSchema,
} from '../../contract/models.ts';
import { type HubModel, LocalHub, publish } from './testing/local-hub.ts';
import type { Order } from './testing/profile-program.ts';
import { tempModelsDir } from './testing/rig.ts';

const PROGRAM = join(import.meta.dirname, 'testing', 'profile-program.ts');
const SIZE = 400_000;

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('update'), update: modelsUpdateSchema }),
  z.object({ type: z.literal('answer'), answer: modelsAnswerSchema }),
  z.object({ type: z.literal('executing') }),
  z.object({ type: z.literal('failed'), error: z.string() }),
]);
type Message = z.output<typeof messageSchema>;

let directory: string;
let hub: LocalHub;
let models: HubModel[];

beforeEach(async () => {
  directory = tempModelsDir();
  hub = await LocalHub.open();
  models = publish(hub, directory, { big: SIZE, small: 2_000 });
});

class Profile {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #downloads = new Map<string, DownloadView>();
  readonly #models = new Map<string, ModelView>();
  readonly #messages: Message[] = [];
  readonly #checks = new Set<() => void>();

  constructor(name: string) {
    this.name = name;
    this.#child = fork(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    this.#child.on('message', (raw) => this.#take(messageSchema.parse(raw)));
    onTestFinished(() => this.kill());
  }

  static async open(name: string): Promise<Profile> {
    const profile = new Profile(name);
    await profile.until(() => profile.#heard('ready').length > 0);
    profile.tell({ type: 'open', directory, profile: name, hubUrl: hub.url });
    await profile.until(() => profile.#heard('update').length > 0);
    return profile;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  tell(order: Order): void {
    this.#child.send(order);
  }

  async ask(request: object): Promise<ModelsAnswer> {
    const before = this.#heard('answer').length;
    this.tell({ type: 'ask', request });
    await this.until(() => this.#heard('answer').length > before);
    const answer = this.#heard('answer').at(-1);
    if (answer?.type !== 'answer') throw new Error('no answer');
    return answer.answer;
  }

  download(model: HubModel): Promise<ModelsAnswer> {
    return this.ask({ type: 'download', engine: 'embedded', modelId: model.modelId, taskType: 'Llm' });
  }

  async execute(model: HubModel): Promise<void> {
    this.tell({ type: 'execute', name: model.modelId.replace('base:', '') });
    await this.until(() => this.#heard('executing').length > 0);
  }

  /** The download as this profile sees it. */
  view(model: HubModel): DownloadView | undefined {
    return this.#downloads.get(model.modelId);
  }

  state(model: HubModel): string | undefined {
    return this.view(model)?.state.kind;
  }

  model(model: HubModel): ModelView | undefined {
    return this.#models.get(model.modelId);
  }

  /** Checked after every message. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const failed = this.#heard('failed')[0];
        if (failed?.type === 'failed') reject(new Error(`${this.name}: ${failed.error}`));
        else if (!holds()) return;
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
      check();
    });
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  #heard(type: Message['type']): Message[] {
    return this.#messages.filter((message) => message.type === type);
  }

  #take(message: Message): void {
    this.#messages.push(message);
    if (message.type === 'update') {
      const { update } = message;
      for (const view of update.downloads) this.#downloads.set(view.modelId, view);
      for (const view of update.models) this.#models.set(view.modelId, view);
      if (update.kind === 'delta') for (const { modelId } of update.removedDownloads) this.#downloads.delete(modelId);
    }
    for (const check of [...this.#checks]) check();
  }
}

function first(): HubModel {
  const [model] = models;
  if (model === undefined) throw new Error('nothing was published');
  return model;
}

function expectWhole(model: HubModel): void {
  expect(readFileSync(join(directory, model.file)).equals(model.bytes)).toBe(true);
  expect(existsSync(join(directory, `${model.file}.part`))).toBe(false);
  const db = new DatabaseSync(join(directory, 'models.sqlite'), { readOnly: true });
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  expect(db.prepare('SELECT count(*) AS n FROM claims').get()).toEqual({ n: 0 });
  db.close();
}

function arrived(view: DownloadView | undefined): number {
  return view?.state.kind === 'downloading' ? view.state.bytes : 0;
}

const gets = (model: HubModel) => hub.requests.filter(({ path }) => path === model.path);

describe('two profiles that want the same model', () => {
  it('download it once, and both have it', async () => {
    const big = first();
    hub.holdAt = SIZE / 2;
    const [alice, bob] = await Promise.all([Profile.open('alice'), Profile.open('bob')]);
    await Promise.all([alice.download(big), bob.download(big)]);
    await hub.until(() => hub.held === 1);
    const bothSee = (kind: string) => Promise.all([alice, bob].map((one) => one.until(() => one.state(big) === kind)));
    await bothSee('downloading');
    expect(alice.view(big)?.by).toEqual(bob.view(big)?.by);
    hub.release();
    await bothSee('done');
    expect(gets(big)).toHaveLength(1);
    expectWhole(big);
  });

  it('open a store that is new to both at the same moment', async () => {
    const profiles = await Promise.all(['alice', 'bob', 'carol', 'dave'].map((name) => Profile.open(name)));
    await Promise.all(profiles.flatMap((profile) => models.map((model) => profile.download(model))));
    for (const profile of profiles) {
      await profile.until(() => models.every((model) => profile.state(model) === 'done'));
    }
    for (const model of models) {
      expect(gets(model)).toHaveLength(1);
      expectWhole(model);
    }
  });

  it('one continues where the other was killed, and neither duplicates nor loses a byte', async () => {
    const big = first();
    hub.holdAt = SIZE / 2;
    const alice = await Profile.open('alice');
    await alice.download(big);
    await hub.until(() => hub.held === 1);
    await alice.until(() => arrived(alice.view(big)) > 0);
    const bob = await Profile.open('bob');
    await bob.until(() => bob.view(big)?.by?.pid === alice.pid);
    const seen = bob.ask({ type: 'remove', engine: 'embedded', modelId: big.modelId });
    expect(await seen).toMatchObject({ type: 'refused', error: { code: 'MODEL_BUSY' } });
    await alice.kill();
    hub.release();
    await bob.until(() => bob.state(big) === 'done');
    expectWhole(big);
    const [whole, rest] = gets(big);
    expect(gets(big)).toHaveLength(2);
    expect(whole?.range).toBeUndefined();
    const offset = Number(/^bytes=(\d+)-$/.exec(rest?.range ?? '')?.[1]);
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThanOrEqual(SIZE / 2);
    expect(readdirSync(join(directory, 'sessions'))).toHaveLength(1);
  });

  it('succeed in the end when they are killed one after the other, at any point', async () => {
    const big = first();
    for (const point of [0, 1, SIZE / 4, SIZE / 2, SIZE - 1]) {
      hub.holdAt = point;
      const held = hub.requests.length;
      const victim = await Profile.open(`victim ${point}`);
      await victim.download(big);
      await hub.until(() => hub.requests.length > held && hub.held === 1);
      await victim.kill();
      await hub.until(() => hub.held === 0);
    }
    hub.release();
    const last = await Profile.open('last');
    await last.until(() => last.state(big) === 'done');
    expectWhole(big);
    expect(last.model(big)?.state).toMatchObject({ kind: 'present', verifiedAtMs: expect.any(Number) });
  });
});

describe('a profile that was killed', () => {
  it('no longer uses any model', async () => {
    const [, small] = models;
    if (small === undefined) throw new Error('nothing was published');
    const bob = await Profile.open('bob');
    await bob.download(small);
    await bob.until(() => bob.state(small) === 'done');
    const alice = await Profile.open('alice');
    await alice.execute(small);
    await bob.until(() => bob.model(small)?.usedBy[0]?.profile === 'alice');
    const remove = { type: 'remove', engine: 'embedded', modelId: small.modelId };
    expect(await bob.ask(remove)).toMatchObject({ error: { code: 'MODEL_IN_USE', data: { profiles: ['alice'] } } });
    await alice.kill();
    expect(await bob.ask(remove)).toEqual({ type: 'done' });
    expect(existsSync(join(directory, small.file))).toBe(false);
  });
});
