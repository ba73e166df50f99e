import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { GpuCard } from '../../contract/gpu.ts';
import type { HostClient } from '../../contract/rpc-client.ts';
import type { ToWorkerInput } from '../../contract/worker-channel.ts';
import { bundledModelIds } from '../../host/app/bundled-models.ts';
import { type HostApp, openHostApp } from '../../host/app/host-app.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { recordsOf } from '../cli/ask-program.ts';
import { readPassphrases } from '../cli/unattended.ts';
import { type ApplyOptions, applyNodesFile } from './apply.ts';
import { planData, planText } from './plan-text.ts';

const EXAMPLES = path.join(import.meta.dirname, '../../docs/examples');
const PASSPHRASE = 'planted-passphrase';
const keyOf = (digit: string) => `0x${digit.repeat(64)}` as const;
const [MODEL = ''] = bundledModelIds();

const PRESET = {
  ...{ id: 'nowhere', title: 'Nowhere', network: 'nowhere', relayUrl: 'http://127.0.0.1:9' },
  ...{ acceptedEngines: ['embedded'], samplingModulus: 10, minStakeWei: '1000000000000000000' },
};

let folder: string;
let app: HostApp;
let told: ToWorkerInput[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'apply-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const silent = () => {};
  told = [];
  app = await openHostApp({
    dataDir: path.join(folder, 'data'),
    shell: 'headless',
    scryptN: 2,
    features: { notifications: false, startAtLogin: false, tray: false, updates: false, folders: false },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    openWorker() {
      const exits: ((exit: { code: number; signal: null }) => void)[] = [];
      const end = () => queueMicrotask(() => exits.forEach((exit) => void exit({ code: 0, signal: null })));
      return {
        pid: 1,
        send(message) {
          told.push(message);
          if (message.type === 'stop') end();
        },
        onMessage: (listener) => queueMicrotask(() => listener({ type: 'alive', pid: 1 })),
        onExit: (listener) => void exits.push(listener),
        end,
        kill: end,
      };
    },
  });
  onTestFinished(() => app.close());
  write('passphrase', `${PASSPHRASE}\n`);
  write('nowhere.json', JSON.stringify(PRESET));
});

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
}

async function apply(text: string, options: Partial<ApplyOptions> = {}) {
  write('nodes.yaml', text);
  return applyNodesFile({
    ...{ host: app.client, nodeOf: async (id: string) => recordsOf(app, id), file: path.join(folder, 'nodes.yaml') },
    ...{
      variables: {},
      dataDir: path.join(folder, 'data'),
      credentialsDir: folder,
      given: new Set<number>(),
      stays: 'program' as const,
    },
    passphrases: await readPassphrases({ descriptor: null, credentialsDir: folder }),
    ...{ signal: new AbortController().signal, prune: false, dryRun: false },
    ...options,
  });
}

const profiles = () => app.parts.profiles.list();
const filesOf = (at: string) =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => [file.name, readFileSync(path.join(file.parentPath, file.name), 'utf8')]);

const FILE = `version: 1
passphrase: { file: passphrase }
networks:
  - file: nowhere.json
settings:
  tariff: 0.30
  notify-payment: on
  notify-slashed: off
  telegram: on
  telegram-chat: "@hosts_of_cards"
secrets:
  hub-token: { file: hub-token }
nodes:
  - name: card-0
    network: nowhere
    key: { file: keys/0 }
    gpu: { stated: { name: Card+Linux, vramGib: 8 } }
    models: [${MODEL}]
  - name: card-1
    network: nowhere
    key: { file: keys/1 }
    stake: 2.5
    gpu: { stated: { name: Card+Linux, vramGib: 8 } }
    models: [${MODEL}]
    autoStart: true
`;

function plantKeys(): void {
  write('keys/0', keyOf('1'));
  write('keys/1', `${keyOf('2').slice(2)}\n`);
  write('hub-token', 'hf_planted\n');
}

describe('apply', () => {
  it('makes everything as the file says, and has nothing to do the second time', async () => {
    plantKeys();
    const first = await apply(FILE);
    expect(first.steps.map(({ act, what, name }) => `${act} ${what} ${name}`)).toEqual([
      'add network nowhere',
      `add key ${addressOf(keyOf('1'))}`,
      `add key ${addressOf(keyOf('2'))}`,
      'change setting tariff',
      'change setting notify-payment',
      'change setting notify-slashed',
      'change setting telegram',
      'change setting telegram-chat',
      'change secret hub-token',
      'add node card-0',
      'add node card-1',
    ]);
    expect(profiles()).toMatchObject([
      // The least that the network takes, as its preset says.
      { name: 'card-0', address: addressOf(keyOf('1')), stakeWei: '1000000000000000000', autoStart: false },
      { name: 'card-1', address: addressOf(keyOf('2')), stakeWei: '2500000000000000000', autoStart: true },
    ]);
    expect(profiles().map(({ stakeWei, stakeWord }) => stakeWord?.stakeWei === stakeWei)).toEqual([true, true]);
    const settings = app.parts.settings.get();
    expect(settings.costs.tariff).toBe('0.30');
    expect(settings.notifications).toMatchObject({ payment: true, slashed: false, nodeFailed: true });
    expect(settings.elsewhere.telegram).toMatchObject({ on: true, chatId: '@hosts_of_cards' });
    // The one that starts with the program has been started by the program that runs.
    expect(told.filter(({ type }) => type === 'start')).toHaveLength(1);

    const second = await apply(FILE);
    expect(second.steps).toEqual([]);
    expect(planText(second, { dryRun: false })).toBe('Nothing to do.');
    expect(planData(second, { dryRun: false })).toEqual({ changed: false, dryRun: false, steps: [], kept: [] });
  });

  it('writes no secret to the disk in clear, nor into what it says', async () => {
    plantKeys();
    const plan = await apply(FILE);
    const said = planText(plan, { dryRun: false }) + JSON.stringify(planData(plan, { dryRun: false }));
    const secrets = [keyOf('1').slice(2), keyOf('2').slice(2), PASSPHRASE];
    for (const secret of [...secrets, 'hf_planted']) expect(said).not.toContain(secret);
    const kept = filesOf(path.join(folder, 'data'));
    for (const [, text] of kept) for (const secret of secrets) expect(text).not.toContain(secret);
    // Its own record of what was set is a hash; the setting itself is kept where the program keeps it.
    expect(kept.find(([name]) => name === 'applied.json')?.[1]).not.toContain('hf_planted');
  });

  it('changes nothing in a dry run, and shows the difference', async () => {
    plantKeys();
    const before = filesOf(path.join(folder, 'data'));
    const plan = await apply(FILE, { dryRun: true });
    expect(filesOf(path.join(folder, 'data'))).toEqual(before);
    const text = planText(plan, { dryRun: true });
    expect(text).toContain('~ setting tariff: none → 0.30\n');
    expect(text).toContain('+ node card-1\n    name: card-1\n    network: nowhere\n');
    expect(text).toContain('    stake: 2.5 CNX\n');
    expect(text).toMatch(/11 changes to make; nothing was done\.$/);
  });

  it('changes what differs, field by field, and leaves alone what the file does not have', async () => {
    plantKeys();
    await apply(FILE);
    const [one] = profiles();
    if (one === undefined) throw new Error('no profile');
    const { id, createdMs: _created, stakeWord: _word, ...draft } = one;
    await app.client.profiles.update({ id, draft: { ...draft, logLevel: 'debug', stakeWei: '7' } });
    const plan = await apply(FILE.replace('stake: 2.5', 'stake: 3').replace('autoStart: true', 'autoStart: false'));
    expect(plan.steps).toMatchObject([
      {
        ...{ what: 'node', act: 'change', name: 'card-1' },
        changes: [
          { field: 'stake', from: '2.5 CNX', to: '3 CNX' },
          { field: 'starts with the program', from: 'yes', to: 'no' },
          { field: 'stake is allowed', from: '2.5 CNX', to: '3 CNX' },
        ],
      },
    ]);
    expect(profiles()).toMatchObject([
      // Neither is in the file; and what it does not say it does not allow.
      { logLevel: 'debug', stakeWei: '7', stakeWord: { stakeWei: '1000000000000000000' } },
      { stakeWei: '3000000000000000000', stakeWord: { stakeWei: '3000000000000000000' } },
    ]);
  });

  it('sets a stake back that a page has written, and allows the amount of the file alone', async () => {
    plantKeys();
    await apply(FILE);
    const { id, createdMs: _created, stakeWord: _word, ...draft } = profiles()[1] ?? expect.fail('no profile');
    await app.client.profiles.update({ id, draft: { ...draft, stakeWei: '9000000000000000000' } });
    expect((await apply(FILE)).steps).toMatchObject([{ changes: [{ field: 'stake', from: '9 CNX', to: '2.5 CNX' }] }]);
    expect(profiles()[1]?.stakeWord?.stakeWei).toBe('2500000000000000000');
  });

  it('makes a key with a node once, and keeps it', async () => {
    const file = FILE.replace('{ file: keys/0 }', '{ create: true }');
    plantKeys();
    await apply(file);
    const { address } = profiles()[0] ?? expect.fail('no profile');
    expect(app.parts.keys.addresses()).toContain(address);
    expect((await apply(file)).steps).toEqual([]);
    expect(app.parts.keys.addresses()).toHaveLength(2);
  });

  it('takes keystores and words, each with its own passphrase', async () => {
    plantKeys();
    await apply(FILE);
    const { confirmation } = await app.client.keys.prepareExport({ address: addressOf(keyOf('1')) });
    const order = { address: addressOf(keyOf('1')), confirmation, passphrase: 'foreign-passphrase' };
    write('keys/0', (await app.client.keys.confirmExport(order)).json);
    write('keys/1', 'abandon abandon abandon abandon abandon abandon\nabandon abandon abandon abandon abandon about\n');
    write('foreign', 'foreign-passphrase\n');
    // Known by the address that the file names: it is not even opened.
    const keys = 'keys:\n  - { file: keys/0, passphrase: { file: foreign } }\n  - { file: keys/1 }\n';
    const plan = await apply(`version: 1\npassphrase: { file: passphrase }\n${keys}`);
    expect(plan.steps.map(({ name }) => name)).toEqual(['0x9858EfFD232B4033E47d90003D41EC34EcaEda94']);
  });

  it('sets a secret again when it is another, or when a new proxy has lost its password', async () => {
    const file = 'version: 1\nsettings: { proxy: http://proxy.example:3128 }\nsecrets: { proxy-password: { file: secret } }\n';
    write('secret', 'first-secret\n');
    const names = async (text: string) => (await apply(text)).steps.map(({ name }) => name);
    expect(await names(file)).toEqual(['proxy', 'proxy-password']);
    expect(await names(file)).toEqual([]);
    write('secret', 'second-secret\n');
    expect(await names(file)).toEqual(['proxy-password']);
    expect(await names(file.replace('3128', '3129'))).toEqual(['proxy', 'proxy-password']);
    expect(app.parts.secrets.view().proxyPassword).not.toBeNull();
  });

  it('does nothing at all where a part cannot be had, and names every such part', async () => {
    plantKeys();
    rmSync(path.join(folder, 'keys/0'));
    write('keys/1', 'no key');
    const text = FILE.replace('tariff: 0.30', 'tariff: cheap').replaceAll('network: nowhere', 'network: elsewhere');
    const error = await apply(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'HEADLESS_APPLY_WRONG',
      data: {
        problems: [
          expect.stringMatching(/^nodes\.yaml:16:10 nodes\[0\]\.key: .*keys.0 cannot be read: ENOENT/),
          expect.stringMatching(/^nodes\.yaml:21:10 nodes\[1\]\.key: not a recovery phrase/),
          expect.stringMatching(/^nodes\.yaml:6:11 settings\.tariff: (?!tariff)/),
        ],
      },
    });
    expect([profiles(), app.parts.keys.addresses()]).toEqual([[], []]);
  });

  it('wants another name for another key, and another card for another node', async () => {
    plantKeys();
    await apply(FILE);
    const clash = FILE.replace('keys/0', 'keys/2').replaceAll('vramGib: 8', 'vramGib: 8, uuids: [GPU-1]');
    write('keys/2', keyOf('3'));
    await expect(apply(clash)).rejects.toMatchObject({
      data: { problems: [expect.stringContaining('card-0 is there with the key of')] },
    });
    await expect(apply(clash.replace('keys/2', 'keys/0'))).rejects.toMatchObject({
      data: { problems: [expect.stringContaining('nodes[1].gpu: GPU-1 is the card of card-0')] },
    });
  });

  it('refuses two nodes with one key and network, whether or not one is here', async () => {
    plantKeys();
    write('keys/copy', keyOf('1'));
    const twice = FILE.replace('keys/1', 'keys/copy');
    const refusal = {
      code: 'HEADLESS_APPLY_WRONG',
      data: { problems: ['nodes.yaml:19:5 nodes[1]: card-1 has the key and network of nodes.yaml:14:5 nodes[0], card-0'] },
    };
    await expect(apply(twice)).rejects.toMatchObject(refusal);
    expect([profiles(), app.parts.keys.addresses()]).toEqual([[], []]);
    await apply(FILE);
    await expect(apply(twice)).rejects.toMatchObject(refusal);
    // The name of one, as that of a node whose key is made with it, and its key under another name.
    const made = FILE.replace('{ file: keys/1 }', '{ create: true }').replace('card-0', 'other').replace('card-1', 'card-0');
    await expect(apply(made)).rejects.toMatchObject({ code: 'HEADLESS_APPLY_WRONG' });
  });

  it('refuses a name that a node has which is not in the file, and lets two change theirs', async () => {
    plantKeys();
    await apply(FILE);
    const swapped = FILE.replace('card-0', 'x').replace('card-1', 'card-0').replace('name: x', 'name: card-1');
    await apply(swapped);
    expect(profiles().map(({ name }) => name)).toEqual(['card-1', 'card-0']);
    const alone = swapped.slice(0, swapped.indexOf('  - name: card-0')).replace('card-1', 'card-0');
    await expect(apply(alone)).rejects.toMatchObject({
      code: 'HEADLESS_APPLY_REFUSED',
      data: { problems: ['nodes.yaml:14:11 nodes[0].name: a node that is not in the file is called card-0'] },
    });
  });

  it('refuses what no start would take: a made-up card on a public network, and a network that is only announced', async () => {
    plantKeys();
    const text = FILE.replaceAll('network: nowhere', 'network: crynux-on-base').replaceAll('gpu:', 'engine: embedded\n    gpu:');
    await expect(apply(text)).rejects.toMatchObject({
      data: {
        problems: [
          'nodes.yaml:17:13 nodes[0].engine: no engine here that crynux-on-base accepts.',
          expect.stringMatching(/nodes\[1\]\.engine: no engine here/),
        ],
      },
    });
    write('nowhere.json', JSON.stringify({ ...PRESET, relayUrl: 'https://relay.example', comingSoon: { chainId: 7 } }));
    await expect(apply(FILE)).rejects.toMatchObject({
      data: {
        problems: [
          expect.stringContaining('nodes[0].network: Nowhere has no staking contracts yet'),
          expect.stringContaining('nodes[0].gpu: a made-up card can only be used in a network that runs on this machine'),
          expect.stringContaining('nodes[1].network'),
          expect.stringContaining('nodes[1].gpu'),
        ],
      },
    });
    expect(profiles()).toEqual([]);
  });

  it('says which step failed, keeps what was done before, and goes on with the rest the next time', async () => {
    plantKeys();
    write('nowhere.json', JSON.stringify({ ...PRESET, id: 'Nowhere' }));
    const text = FILE.replaceAll('network: nowhere', 'network: Nowhere');
    await expect(apply(text)).rejects.toMatchObject({
      code: 'HEADLESS_APPLY_FAILED',
      data: { step: 'add network Nowhere', code: 'NETWORK_PRESET_BAD', done: 0, of: 11 },
    });
    write('nowhere.json', JSON.stringify(PRESET));
    expect((await apply(FILE)).steps).toHaveLength(11);
  });

  it('ends between two steps when it is told to, and says what it has done', async () => {
    plantKeys();
    const ending = new AbortController();
    const add: HostClient['networks']['add'] = async (order) => {
      // As a signal: it is heard when the event loop has its turn.
      setImmediate(() => ending.abort(new Error('ended by SIGTERM')));
      return app.client.networks.add(order);
    };
    const { list, minimumStake } = app.client.networks;
    const host = withParts({ networks: { list, minimumStake, add } });
    const plan = await apply(FILE, { host, signal: ending.signal });
    expect(plan).toMatchObject({ steps: [{ what: 'network' }], left: 10 });
    expect(planText(plan, { dryRun: false })).toMatch(/Interrupted: 1 of 11 changes made\. Apply the file again for the rest\.$/);
    expect([profiles(), app.parts.keys.addresses()]).toEqual([[], []]);
    await expect(apply(FILE, { signal: ending.signal })).rejects.toThrow('ended by SIGTERM');
    expect((await apply(FILE)).steps).toHaveLength(10);
  });

  it('takes away with --prune alone, and nothing that runs', async () => {
    plantKeys();
    await apply(FILE);
    const empty = 'version: 1\n';
    expect(await apply(empty)).toEqual({ steps: [], kept: [] });
    await expect(apply(empty, { prune: true })).rejects.toMatchObject({ code: 'HEADLESS_APPLY_WRONG' });
    expect(profiles()).toHaveLength(2);
    const plan = await apply(`${empty}nodes: []\n`, { prune: true });
    expect(plan.kept).toEqual([{ node: 'card-1', why: 'it runs; stop it first' }]);
    expect(plan.steps).toMatchObject([{ act: 'remove', what: 'node', name: 'card-0' }]);
    expect(profiles().map(({ name }) => name)).toEqual(['card-1']);
    expect(app.parts.keys.addresses()).toHaveLength(2);
  });

  it.each([
    [
      'a stake',
      { networks: { funding: async () => ({ funding: { stakedWei: '400000000000000000000' } }) } },
      'it has 400 CNX staked',
    ],
    [
      'a stake that cannot be read',
      { networks: { funding: () => Promise.reject(new Error('away')) } },
      'its stake could not be read: away',
    ],
  ])('keeps a node with %s', async (_, parts, why) => {
    plantKeys();
    await apply(FILE.replace('autoStart: true', 'autoStart: false'));
    const networks = { ...parts.networks, list: app.client.networks.list };
    const { steps, kept } = await apply('version: 1\nnodes: []\n', { prune: true, host: withParts({ networks }) });
    expect(steps).toEqual([]);
    expect(kept.map((one) => one.why)).toEqual([expect.stringContaining(why), expect.stringContaining(why)]);
  });

  it('keeps a node with an open task', async () => {
    plantKeys();
    await apply(FILE.replace('autoStart: true', 'autoStart: false'));
    const watch = async function* () {
      yield { kind: 'snapshot', open: [{}] };
    };
    const nodeOf = (async () => ({ tasks: { watch: async () => watch() } })) as unknown as ApplyOptions['nodeOf'];
    const { kept } = await apply('version: 1\nnodes: []\n', { prune: true, nodeOf });
    expect(kept.map(({ why }) => why)).toEqual(['it has 1 open task', 'it has 1 open task']);
  });
});

/** The program's own client with other answers of some of its parts. */
function withParts(parts: object): HostClient {
  return new Proxy(app.client, {
    get: (client, name) => (name in parts ? Reflect.get(parts, name) : Reflect.get(client, name)),
  });
}

describe('the examples', () => {
  const card = (index: number) =>
    ({ id: `GPU-${index}`, uuid: `GPU-${index}`, index, name: 'NVIDIA GeForce RTX 4090', unusable: null }) as GpuCard;
  const machine = (count: number) =>
    withParts({
      gpus: {
        inventory: async () => ({
          inventory: { atMs: 0, cards: Array.from({ length: count }, (_, i) => card(i)), problems: [] },
        }),
        report: async () => ({ reportedName: 'NVIDIA GeForce RTX 4090+Linux', reportedVramGib: 24 }),
      },
      engines: {
        inspect: async ({ path: place }: { path: string }) => ({
          config: { kind: 'official', command: `${place}/venv/bin/python`, args: [], env: {}, patchUrl: '' },
          problem: null,
        }),
      },
    });

  function plant(name: string): string {
    cpSync(path.join(EXAMPLES, name), path.join(folder, name));
    write('crynux-passphrase', `${PASSPHRASE}\n`);
    for (let i = 0; i < 8; i++) write(`keys/${i}`, keyOf(String(1 + i)));
    write('ntfy-url', 'https://ntfy.example/planted-topic\n');
    write('webhook-url', 'https://hooks.example/planted\n');
    return readFileSync(path.join(folder, name), 'utf8');
  }

  it('cover every YAML file of the folder', () => {
    expect(readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml'))).toEqual(['eight-cards.yaml', 'one-box.yaml']);
  });

  it.each([
    ['one-box.yaml', 1, 1],
    ['eight-cards.yaml', 8, 8],
  ])('%s can be applied on a machine with %i cards', async (name, cards, nodes) => {
    const { steps } = await apply(plant(name), { host: machine(cards), dryRun: true });
    expect(steps.filter(({ what }) => what === 'node').map((step) => step.name)).toEqual(
      Array.from({ length: nodes }, (_, i) => `card-${i}`),
    );
    // The one of one box is made with its node.
    expect(steps.filter(({ what }) => what === 'key')).toHaveLength(nodes === 1 ? 0 : nodes);
    expect(profiles()).toEqual([]);
  });

  it('say what is missing on a machine with other cards', async () => {
    await expect(apply(plant('one-box.yaml'), { host: machine(2), dryRun: true })).rejects.toMatchObject({
      data: { problems: [expect.stringContaining('"only" takes a machine with one usable card, and there are 2')] },
    });
    await expect(apply(plant('eight-cards.yaml'), { host: machine(7), dryRun: true })).rejects.toMatchObject({
      data: { problems: [expect.stringMatching(/nodes\[7\]\.gpu: there is no such card; cards here: 0: NVIDIA/)] },
    });
  });
});
