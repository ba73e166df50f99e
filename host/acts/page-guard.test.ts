import { isContractProcedure } from '@orpc/contract';
import { describe, expect, it } from 'vitest';
import type { ActQuestion } from '../../contract/act-questions.ts';
import type { ProcedureMeta } from '../../contract/acts.ts';
import type { EngineView } from '../../contract/host-contract.ts';
import { hostContract } from '../../contract/host-contract.ts';
import { modelSettingsSchema } from '../../contract/model-settings.ts';
import type { EngineConfig } from '../../contract/node-config.ts';
import { nodeContract } from '../../contract/node-contract.ts';
import { channelSettingsSchema } from '../../contract/notify.ts';
import { settingsSchema } from '../../contract/settings.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { NODE_PAGE_RULES } from '../../worker/service/page-acts.ts';
import { createChosenPlaces } from './chosen-places.ts';
import { createPageGuard, PAGE_RULES } from './page-guard.ts';

/** Path → class, of every procedure. */
function classesOf(tree: object, at = ''): [string, string | undefined][] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]): [string, string | undefined][] => {
    const here = at === '' ? name : `${at}.${name}`;
    if (isContractProcedure(value)) return [[here, (value['~orpc'].meta as ProcedureMeta).act]];
    return typeof value === 'object' && value !== null ? classesOf(value, here) : [];
  });
}

const ADDRESS = '0x627306090abaB3A6e1400e9345bC60c78a8BEf57';
const FOUND: EngineConfig = { kind: 'official', command: '/opt/worker/crynux', args: ['-x'], env: {}, patchUrl: '' };
const MODELS = modelSettingsSchema.parse({ directory: '/srv/models', mirrorUrls: ['https://mirror.example'] });
const DEFAULT_MODELS = modelSettingsSchema.parse({});
const PROXY = { kind: 'address', address: 'proxy.example:3128', noProxy: '' } as const;
const USED: EngineConfig = { kind: 'program', command: '/usr/bin/engine', args: [], env: {} };

function guard(answer = false) {
  const places = createChosenPlaces({
    open: async (kind) => `/chosen/${kind}`,
    clock: new ManualClock(0),
    random: { bytes: (count) => new Uint8Array(count).fill(7), fraction: () => 0 },
  });
  const asked: ActQuestion[] = [];
  const check = createPageGuard({
    engines: { list: async () => [{ config: FOUND } as EngineView, { config: null } as EngineView] },
    profiles: { list: () => [{ id: 'known', engine: USED, models: MODELS }] as never },
    settings: { get: () => settingsSchema.parse({ proxy: PROXY }) },
    places,
    stakePermissions: {
      allowBy: (id, confirmed) => confirmed({ name: 'stakeAtStart', address: ADDRESS, facts: { node: id } }),
    },
    ask: async (question) => {
      asked.push(question);
      return answer;
    },
  });
  return { check, asked, places };
}
const outcome = (call: Promise<void>) =>
  call.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );

/** What a page may do without confirmation. */
const FREE = [
  'host.app.info',
  'host.devnet.start',
  'host.devnet.stop',
  'host.devnet.watch',
  'host.engines.backends',
  'host.engines.fetch',
  'host.engines.list',
  'host.engines.release',
  'host.engines.stopFetch',
  'host.engines.watchFetch',
  'host.firstRun.draft',
  'host.firstRun.keepDraft',
  'host.fleet.order',
  'host.fleet.places.list',
  'host.fleet.places.remove',
  'host.fleet.rows',
  'host.fleet.steer',
  'host.fleet.watch',
  'host.gpus.inventory',
  'host.gpus.report',
  'host.keys.create',
  'host.keys.import',
  'host.keys.list',
  'host.keys.prepareExport',
  'host.keys.proveBackup',
  'host.keys.stores',
  'host.keys.unlock',
  'host.logs.bundle',
  'host.logs.page',
  'host.logs.watch',
  'host.networks.check',
  'host.networks.funding',
  'host.networks.list',
  'host.networks.minimumStake',
  'host.networks.remove',
  'host.notify.test',
  'host.notify.watch',
  'host.places.choose',
  'host.profiles.check',
  'host.profiles.remove',
  'host.profiles.stop',
  'host.profiles.watch',
  'host.settings.routes',
  'host.settings.secrets',
  'host.settings.watch',
  'host.updates.check',
  'host.updates.install',
  'host.updates.watch',
  'node.checks.last',
  'node.checks.run',
  'node.gpus.energy',
  'node.gpus.history',
  'node.metrics.read',
  'node.models.ask',
  'node.models.watch',
  'node.money.acknowledgeTransfer',
  'node.money.earnings',
  'node.money.entries',
  'node.money.exportCsv',
  'node.money.prepareChainAct',
  'node.money.prepareWithdrawal',
  'node.money.reconcile',
  'node.money.stake',
  'node.money.summary',
  'node.money.whatIf',
  'node.money.withdrawals',
  'node.node.last',
  'node.node.pause',
  'node.node.warmUp',
  'node.node.watch',
  'node.storage.prune',
  'node.storage.view',
  'node.tasks.detail',
  'node.tasks.file',
  'node.tasks.page',
  'node.tasks.watch',
  'node.trust.case',
  'node.trust.cases',
  'node.trust.exportCase',
  'node.trust.noTasks',
  'node.trust.protection',
  'node.trust.qos',
];

describe('the contract', () => {
  // Whoever adds a procedure decides here, and in its type, whether a page may call it without confirmation.
  it('classifies every procedure by whether a page may call it without confirmation', () => {
    const classes = classesOf({ host: hostContract, node: nodeContract });
    expect(Object.fromEntries(classes.filter(([, act]) => act !== undefined))).toEqual({
      'host.fleet.places.add': 'place',
      'host.access.list': 'own',
      'host.access.create': 'own',
      'host.access.revoke': 'own',
      'host.acts.pending': 'own',
      'host.acts.confirm': 'own',
      'host.keys.confirmExport': 'key',
      'host.keys.archive': 'key',
      'host.settings.change': 'place',
      'host.settings.setSecret': 'place',
      'host.engines.inspect': 'place',
      'host.networks.add': 'money',
      'host.profiles.allowStake': 'own',
      'host.profiles.create': 'program',
      'host.profiles.createOnDevnet': 'program',
      'host.profiles.start': 'money',
      'host.profiles.update': 'program',
      'node.money.confirmWithdrawal': 'money',
      'node.money.confirmChainAct': 'money',
      'node.checks.confirmAlone': 'money',
      'node.node.resume': 'money',
      'node.node.selfTest': 'money',
      'node.node.unstake': 'money',
    });
    const free = classes.filter(([, act]) => act === undefined).map(([path]) => path);
    expect(free.toSorted()).toEqual(FREE);
  });

  it('has a rule for each act, and no other rules', () => {
    for (const [contract, rules] of [
      [hostContract, PAGE_RULES],
      [nodeContract, NODE_PAGE_RULES],
    ] as const) {
      const acts = classesOf(contract).filter(([, act]) => act !== undefined);
      expect(Object.keys(rules).toSorted()).toEqual(acts.map(([path]) => path).toSorted());
    }
  });
});

describe('a page', () => {
  it.each<[string, EngineConfig, string]>([
    ['our own engine', { kind: 'embedded', device: 'cpu' }, 'done'],
    ['an engine that was found here', { ...FOUND }, 'done'],
    ['an engine that a profile has', { ...USED }, 'done'],
    ['our own engine with another hub', { kind: 'embedded', hubUrl: 'https://evil.example' }, 'ACT_NOT_FOR_PAGES'],
    ['any program', { kind: 'program', command: '/bin/sh', args: ['-c', 'true'], env: {} }, 'ACT_NOT_FOR_PAGES'],
    ['a found engine with other arguments', { ...FOUND, args: ['-c', 'true'] }, 'ACT_NOT_FOR_PAGES'],
    ['a found engine with an environment', { ...FOUND, env: { LD_PRELOAD: '/tmp/x.so' } }, 'ACT_NOT_FOR_PAGES'],
    ['a found engine with another source of patches', { ...FOUND, patchUrl: 'https://evil.example' }, 'ACT_NOT_FOR_PAGES'],
  ])('that creates or changes a profile with %s: %s', async (_what, engine, expected) => {
    for (const path of ['profiles.create', 'profiles.update']) {
      const { check, asked } = guard(true);
      expect(await outcome(check({ path, act: 'program', input: { draft: { engine, models: DEFAULT_MODELS } } }))).toBe(expected);
      expect(asked).toEqual([]);
    }
    const { check } = guard(true);
    expect(await outcome(check({ path: 'profiles.createOnDevnet', act: 'program', input: { name: 'n', engine } }))).toBe(
      expected,
    );
  });

  it.each([
    ['keys.confirmExport', 'exportKey'],
    ['keys.archive', 'archiveKey'],
  ] as const)("that asks for %s needs a person's confirmation each time", async (path, name) => {
    const call = { path, act: 'key', input: { address: ADDRESS, passphrase: 'not shown to anybody' } } as const;
    const refusing = guard(false);
    expect(await outcome(refusing.check(call))).toBe('ACT_NOT_CONFIRMED');
    const allowing = guard(true);
    expect(await outcome(allowing.check(call))).toBe('done');
    expect(await outcome(allowing.check(call))).toBe('done');
    expect(allowing.asked).toEqual([
      { name, address: ADDRESS, facts: {} },
      { name, address: ADDRESS, facts: {} },
    ]);
  });

  it('starts no node whose stake nobody has allowed', async () => {
    const call = { path: 'profiles.start', act: 'money', input: { id: 'known' } } as const;
    const refusing = guard(false);
    expect(await outcome(refusing.check(call))).toBe('ACT_NOT_CONFIRMED');
    expect(refusing.asked).toEqual([{ name: 'stakeAtStart', address: ADDRESS, facts: { node: 'known' } }]);
    expect(await outcome(guard(true).check(call))).toBe('done');
  });

  it('needs confirmation to add a network, and the question shows where it leads', async () => {
    const preset = { title: 'Crynux', relayUrl: 'https://evil.example', chain: { rpcUrls: ['https://rpc.example'], chainId: 7 } };
    const call = { path: 'networks.add', act: 'money', input: { preset } } as const;
    const { check, asked } = guard(false);
    expect(await outcome(check(call))).toBe('ACT_NOT_CONFIRMED');
    const facts = { title: 'Crynux', relayUrl: 'https://evil.example', rpcUrls: 'https://rpc.example', chainId: 7 };
    expect(asked).toEqual([{ name: 'addNetwork', address: null, facts }]);
  });

  it('needs confirmation for another proxy and for every secret, and the question shows where they go', async () => {
    const evil = { kind: 'address', address: 'evil.example:8080', noProxy: 'hub.example' } as const;
    const proxy = { path: 'settings.change', act: 'place', input: { proxy: evil } } as const;
    const token = { path: 'settings.setSecret', act: 'place', input: { name: 'hubToken', value: 'a secret' } } as const;
    const password = { path: 'settings.setSecret', act: 'place', input: { name: 'proxyPassword', value: null } } as const;
    const { check, asked } = guard(false);
    for (const call of [proxy, token, password]) expect(await outcome(check(call))).toBe('ACT_NOT_CONFIRMED');
    const change = { proxy: 'evil.example:8080', noProxy: 'hub.example', proxyBefore: 'proxy.example:3128' };
    expect(asked).toEqual([
      { name: 'changeProxy', address: null, facts: change },
      { name: 'setSecret', address: null, facts: { secret: 'hubToken', goesTo: 'https://huggingface.co' } },
      { name: 'removeSecret', address: null, facts: { secret: 'proxyPassword', goesTo: 'proxy.example:3128' } },
    ]);
    expect(JSON.stringify(asked)).not.toContain('a secret');
    for (const call of [proxy, token, password]) expect(await outcome(guard(true).check(call))).toBe('done');
  });

  it('needs confirmation to send notifications elsewhere; the question shows the recipient, never the secret', async () => {
    const secret = (name: string, value: string) =>
      ({ path: 'settings.setSecret', act: 'place', input: { name, value } }) as const;
    const calls = [
      secret('webhookUrl', 'https://me:planted@evil.example/planted'),
      secret('ntfyUrl', 'https://ntfy.example/planted'),
      secret('telegramToken', '123:planted'),
      { path: 'settings.change', act: 'place', input: { elsewhere: { telegram: { chatId: '@evil' } } } } as const,
    ];
    const { check, asked } = guard(false);
    for (const call of calls) expect(await outcome(check(call))).toBe('ACT_NOT_CONFIRMED');
    expect(asked.map(({ name, facts }) => [name, facts.goesTo ?? facts.chatId])).toEqual([
      ['setSecret', 'https://evil.example'],
      ['setSecret', 'https://ntfy.example'],
      ['setSecret', 'https://api.telegram.org'],
      ['changeChat', '@evil'],
    ]);
    expect(JSON.stringify(asked)).not.toContain('planted');
    for (const call of calls) expect(await outcome(guard(true).check(call))).toBe('done');
    // A page may change what still goes to the same place.
    const same = { elsewhere: channelSettingsSchema.parse({ webhook: { on: true }, quiet: { on: true } }) };
    expect(await outcome(guard(false).check({ path: 'settings.change', act: 'place', input: same }))).toBe('done');
  });

  it('needs confirmation to watch another program, and names no file; the question shows where the token goes', async () => {
    const place = { name: 'cellar', url: 'https://evil.example/x', token: `cxa_${'p'.repeat(43)}` };
    const files = { caFile: null, certFile: null, keyFile: null };
    const call = (input: object) =>
      ({ path: 'fleet.places.add', act: 'place', input: { ...place, ...files, ...input } }) as const;
    const { check, asked } = guard(false);
    expect(await outcome(check(call({})))).toBe('ACT_NOT_CONFIRMED');
    expect(asked).toEqual([{ name: 'addPlace', address: null, facts: { place: 'cellar', goesTo: 'https://evil.example' } }]);
    expect(await outcome(guard(true).check(call({})))).toBe('done');
    expect(await outcome(guard(true).check(call({ keyFile: '/etc/shadow' })))).toBe('ACT_NOT_FOR_PAGES');
    expect(await outcome(guard(true).check(call({ url: 'http://evil.example' })))).toBe('FLEET_PLACE_PLAIN');
  });

  it.each([{ appearance: 'dark' }, { proxy: PROXY }, {}])(
    'changes without confirmation what goes nowhere else: %j',
    async (input) => {
      const { check, asked } = guard(false);
      expect(await outcome(check({ path: 'settings.change', act: 'place', input }))).toBe('done');
      expect(asked).toEqual([]);
    },
  );

  const draft = (models: object) => ({ name: 'n', engine: USED, models: { ...MODELS, ...models } });

  it.each([
    ['hub', { hubUrl: 'https://evil.example' }],
    ['mirrors', { mirrorUrls: ['https://mirror.example', 'https://evil.example'] }],
    ['proxy', { proxy: { host: 'evil.example', port: 1, username: '', password: '' } }],
    // The token of a private hub would go to the public one.
    ['mirrors, back to none', { mirrorUrls: [] }],
  ])('needs confirmation to change where models come from: %s', async (_what, models) => {
    const call = { path: 'profiles.update', act: 'program', input: { id: 'known', draft: draft(models) } } as const;
    const { check, asked } = guard(false);
    expect(await outcome(check(call))).toBe('ACT_NOT_CONFIRMED');
    expect(asked).toMatchObject([{ name: 'changeModelSources', facts: { node: 'n' } }]);
    expect(await outcome(guard(true).check(call))).toBe('done');
    const same = { ...call, input: { id: 'known', draft: draft({}) } };
    expect(await outcome(guard(false).check(same))).toBe('done');
    // A new node gets the program's default source, unless a person confirms another.
    const create = { path: 'profiles.create', act: 'program', input: { draft: draft({}) } } as const;
    expect(await outcome(guard(false).check(create))).toBe('ACT_NOT_CONFIRMED');
  });

  it('names no folder: a chosen one is valid once, for its own purpose', async () => {
    const { check, places } = guard(true);
    const update = (directory: string, chosen?: string) =>
      outcome(check({ path: 'profiles.update', act: 'program', input: { id: 'known', draft: draft({ directory }), chosen } }));
    const inspect = (input: object) => outcome(check({ path: 'engines.inspect', act: 'place', input }));
    expect(await update('/etc')).toBe('ACT_NOT_FOR_PAGES');
    expect(await update('/chosen/models', '07'.repeat(16))).toBe('ACT_NOT_FOR_PAGES');
    expect(await inspect({ path: '/etc' })).toBe('ACT_NOT_FOR_PAGES');
    const models = await places.choose('models');
    expect(await inspect({ chosen: models?.token })).toBe('ACT_NOT_FOR_PAGES');
    expect(await update('/chosen/models', models?.token)).toBe('done');
    expect(await update('/chosen/models', models?.token)).toBe('ACT_NOT_FOR_PAGES');
    const again = await places.choose('models');
    expect(await update('/etc', again?.token)).toBe('ACT_NOT_FOR_PAGES');
    const engine = await places.choose('engine');
    expect(await inspect({ chosen: engine?.token, path: '/etc' })).toBe('ACT_NOT_FOR_PAGES');
    expect(await inspect({ chosen: engine?.token })).toBe('done');
    expect(places.take(engine?.token ?? '', 'engine')).toBe('/chosen/engine');
    expect(await inspect({ chosen: engine?.token })).toBe('ACT_NOT_FOR_PAGES');
  });

  it('neither sees nor confirms pending acts, and allows no stake', async () => {
    for (const path of ['acts.pending', 'acts.confirm', 'profiles.allowStake']) {
      expect(await outcome(guard(true).check({ path, act: 'own', input: { id: '0' } }))).toBe('ACT_NOT_FOR_PAGES');
    }
  });

  it('cannot call an act that has no rule', async () => {
    expect(await outcome(guard(true).check({ path: 'keys.another', act: 'key', input: {} }))).toBe('ACT_NOT_FOR_PAGES');
  });
});
