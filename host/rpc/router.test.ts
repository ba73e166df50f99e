import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isContractProcedure } from '@orpc/contract';
import { isProcedure } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostContract } from '../../contract/host-contract.ts';
import { networkPresetData } from '../../contract/node-config.ts';
import { profileDraftSchema } from '../../contract/profiles.ts';
import { errorOf } from '../../contract/rpc-errors.ts';
import type { ToWorkerInput } from '../../contract/worker-channel.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { bundledModelIds } from '../app/bundled-models.ts';
import type { HostApp } from '../app/host-app.ts';
import { openHostApp } from '../app/host-app.ts';
import type { DevnetChannel } from '../local-network/devnet-channel.ts';
import { openTestHost, recordingWorker } from '../testing/test-host.ts';
import { createHostRouter } from './router.ts';

const KEY = '0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318';
const ADDRESS = addressOf(KEY);
const PASSPHRASE = 'planted-passphrase';

/** Nothing listens there. */
const PRESET = {
  id: 'nowhere',
  title: 'Nowhere',
  network: 'nowhere',
  relayUrl: 'http://127.0.0.1:9',
  acceptedEngines: ['embedded' as const],
  samplingModulus: 10,
  minStakeWei: '1',
};

let dataDir: string;
let app: HostApp;
/** What the worker processes were told. */
const told: ToWorkerInput[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'router-'));
  app = await openTestHost({
    dataDir,
    scryptN: 2,
    openDevnet: localNetwork,
    readRelease: async () => ({ version: '3.6.0', pageUrl: 'https://example.org', publishedMs: null, files: [] }),
    openWorker: () => recordingWorker(told),
  });
});
afterAll(async () => {
  await app.close();
  rmSync(dataDir, { recursive: true });
});

/** It does not report a start. */
let networkHangs = false;

function localNetwork(): DevnetChannel {
  let hear: (message: unknown) => void = () => {};
  let exit: () => void = () => {};
  return {
    send(message) {
      const preset = { ...PRESET, id: 'devnet', relayUrl: 'http://127.0.0.1:9' };
      if (message.type === 'start' && !networkHangs) queueMicrotask(() => hear({ type: 'ready', preset, explorerUrl: null }));
      if (message.type === 'stop') queueMicrotask(() => exit());
    },
    onMessage: (listener) => {
      hear = listener;
    },
    onExit: (listener) => {
      exit = listener;
    },
    kill: () => exit(),
  };
}

const DRAFT = profileDraftSchema.parse({
  name: 'Planted',
  networkId: 'nowhere',
  address: ADDRESS,
  engine: { kind: 'embedded' },
  gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 },
  modelIds: bundledModelIds(),
  stakeWei: '1',
});

/** An input for every procedure of the contract, in an order in which all of them can do something. */
const INPUTS: readonly (readonly [string, unknown])[] = [
  ['app.info', {}],
  ['settings.secrets', {}],
  ['settings.setSecret', { name: 'hubToken', value: null }],
  ['settings.routes', {}],
  ['settings.change', { railCollapsed: true }],
  ['settings.watch', {}],
  ['notify.watch', {}],
  ['notify.test', { channel: 'webhook' }],
  ['networks.add', { preset: PRESET }],
  ['networks.list', {}],
  ['networks.minimumStake', { id: 'devnet' }],
  ['networks.funding', { networkId: 'nowhere', address: ADDRESS, stakeWei: '1' }],
  ['networks.check', { networkId: 'nowhere', address: ADDRESS, stakeWei: '1' }],
  ['engines.list', {}],
  ['engines.backends', {}],
  ['engines.inspect', { path: '/nowhere' }],
  ['engines.release', {}],
  ['engines.fetch', { name: 'none.dmg' }],
  ['engines.stopFetch', {}],
  ['engines.watchFetch', {}],
  ['firstRun.keepDraft', { draft: null }],
  ['firstRun.draft', {}],
  ['places.choose', { kind: 'models' }],
  ['gpus.inventory', {}],
  ['gpus.report', { ids: ['none'] }],
  ['keys.stores', {}],
  ['keys.import', { kind: 'privateKey', privateKey: KEY, store: 'keystore', passphrase: PASSPHRASE }],
  ['keys.list', {}],
  ['keys.unlock', { address: ADDRESS, passphrase: PASSPHRASE }],
  ['keys.proveBackup', { address: ADDRESS, words: ['abandon'] }],
  ['keys.prepareExport', { address: ADDRESS }],
  ['keys.confirmExport', { address: ADDRESS, confirmation: 'none', passphrase: PASSPHRASE }],
  ['keys.create', { store: 'keystore', passphrase: null }],
  ['access.create', { name: 'phone', role: 'read' }],
  ['access.list', {}],
  ['access.revoke', { name: 'phone' }],
  ['fleet.places.add', { name: 'cellar', url: 'http://127.0.0.1:9', token: `cxa_${'p'.repeat(43)}` }],
  ['fleet.places.list', {}],
  ['fleet.rows', {}],
  ['fleet.watch', {}],
  ['fleet.order', { node: 'planted', order: 'resume' }],
  ['fleet.steer', { targets: [{ place: 'cellar', node: 'planted' }], order: 'drain' }],
  ['fleet.places.remove', { name: 'cellar' }],
  ['acts.pending', {}],
  ['acts.confirm', { id: 'none' }],
  ['profiles.create', { draft: DRAFT }],
  ['profiles.watch', {}],
  ['profiles.check', { draft: DRAFT }],
  ['profiles.allowStake', { id: 'planted' }],
  ['profiles.start', { id: 'planted' }],
  ['profiles.update', { id: 'planted', draft: { ...DRAFT, name: 'Renamed', autoStart: true } }],
  ['keys.archive', { address: ADDRESS }],
  ['logs.page', { profileId: 'planted' }],
  ['logs.watch', { profileId: 'planted' }],
  ['logs.bundle', { id: 'planted' }],
  ['profiles.stop', { id: 'planted' }],
  ['profiles.remove', { id: 'planted' }],
  ['devnet.start', {}],
  ['devnet.watch', {}],
  ['profiles.createOnDevnet', { name: 'Local' }],
  ['devnet.stop', {}],
  ['networks.remove', { id: 'nowhere' }],
  ['updates.watch', {}],
  ['updates.check', {}],
  ['updates.install', {}],
];

function pathsOf(tree: object, is: (value: unknown) => boolean, at: readonly string[] = []): string[] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    const here = [...at, name];
    if (is(value)) return [here.join('.')];
    return typeof value === 'object' && value !== null ? pathsOf(value, is, here) : [];
  });
}

/** Its answer, its first event, or its error. */
async function call(name: string, input: unknown): Promise<unknown> {
  const ending = new AbortController();
  let at: unknown = app.client;
  for (const part of name.split('.')) at = (at as Record<string, unknown>)[part];
  try {
    const answer = await (at as (input: unknown, options: object) => Promise<unknown>)(input, { signal: ending.signal });
    if (typeof answer !== 'object' || answer === null || !(Symbol.asyncIterator in answer)) return answer;
    if (name === 'logs.watch') return null;
    for await (const event of answer as AsyncIterable<unknown>) return event;
    return null;
  } catch (error) {
    return { failed: errorOf(error) };
  } finally {
    ending.abort();
  }
}

describe('the host of a data directory', () => {
  it('implements every procedure of the contract; each is called here', () => {
    const contracted = pathsOf(hostContract, isContractProcedure).toSorted();
    expect(pathsOf(createHostRouter(app.parts), isProcedure).toSorted()).toEqual(contracted);
    expect(INPUTS.map(([name]) => name).toSorted()).toEqual(contracted);
  });

  it('cancels creating a node on this machine while its network is still starting, and leaves nothing behind', async () => {
    networkHangs = true;
    const stop = new AbortController();
    const { devnet, profiles } = app.parts;
    const started = new Promise<void>((resolve) => void devnet.watch(({ kind }) => kind === 'starting' && resolve()));
    const making = app.client.profiles.createOnDevnet({ name: 'Not wanted' }, { signal: stop.signal });
    const refused = expect(making).rejects.toThrow();
    await started;
    const stopped = new Promise<void>((resolve) => void devnet.watch(({ kind }) => kind === 'stopped' && resolve()));
    stop.abort();
    await Promise.all([refused, stopped]);
    expect(profiles.list()).toEqual([]);
    networkHangs = false;
  });

  it('lets no private key out, and none fails because of a bug', async () => {
    const answers = new Map<string, unknown>();
    for (const [name, input] of INPUTS) answers.set(name, await call(name, input));
    const secrets = [
      KEY.slice(2),
      PASSPHRASE,
      readFileSync(path.join(dataDir, 'devnet', 'devnet-keys.json'), 'utf8').match(/0x([0-9a-f]{64})/)?.[1] ?? '',
    ];
    expect(secrets.every((secret) => secret.length >= 16)).toBe(true);
    for (const [name, answer] of answers) {
      const text = JSON.stringify(answer).toLowerCase();
      for (const secret of secrets) expect(text.includes(secret), name).toBe(false);
      expect(text, name).not.toContain('"unexpected"');
    }
    // The planted key was really used: its node's process got it through the private channel, and nowhere else.
    expect(told).toContainEqual(expect.objectContaining({ type: 'start', privateKey: KEY }));
    expect(answers.get('keys.archive')).toMatchObject({ failed: { code: 'KEY_IN_USE' } });
    expect(answers.get('profiles.check')).toMatchObject({ mayStart: false });
    expect(answers.get('profiles.update')).toMatchObject({
      profile: { name: 'Renamed' },
      worker: { kind: 'running' },
      pendingRestart: false,
    });
    expect(answers.get('profiles.createOnDevnet')).toMatchObject({ profile: { networkId: 'devnet', gpu: { kind: 'stated' } } });
    expect(answers.get('devnet.stop')).toMatchObject({ failed: { code: 'LOCAL_NETWORK_IN_USE' } });
    expect(answers.get('keys.create')).toMatchObject({ failed: { code: 'KEY_PASSPHRASE_NEEDED' } });
  });

  it('gives a key of the local network to no other network', async () => {
    const address = app.parts.profiles.list().find(({ networkId }) => networkId === 'devnet')?.address;
    expect(address).toMatch(/^0x/);
    const refused = await call('profiles.create', {
      draft: {
        ...DRAFT,
        networkId: 'crynux-on-base',
        address,
        engine: { kind: 'official', command: 'x' },
        gpu: { kind: 'cards', ids: ['x'], confirmed: null, selfTestModel: null },
      },
    });
    expect(refused).toMatchObject({ failed: { code: 'LOCAL_KEY_ELSEWHERE' } });
  });

  it('belongs to one program at a time', async () => {
    const again = openHostApp({ dataDir, shell: 'headless', features: app.parts.info.features });
    await expect(again).rejects.toMatchObject({ code: 'STORE_IN_USE' });
    expect(networkPresetData(app.parts.networks.preset('devnet'))).toMatchObject({ title: 'Devnet on this machine' });
  });
});
