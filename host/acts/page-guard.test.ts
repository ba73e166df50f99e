import { isContractProcedure } from '@orpc/contract';
import { describe, expect, it } from 'vitest';
import type { ActQuestion } from '../../contract/act-questions.ts';
import type { ProcedureMeta } from '../../contract/acts.ts';
import type { EngineView } from '../../contract/host-contract.ts';
import { hostContract } from '../../contract/host-contract.ts';
import type { EngineConfig } from '../../contract/node-config.ts';
import { nodeContract } from '../../contract/node-contract.ts';
import { NODE_PAGE_RULES } from '../../worker/service/page-acts.ts';
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
const USED: EngineConfig = { kind: 'program', command: '/usr/bin/engine', args: [], env: {} };

function guard(answer = false) {
  const asked: ActQuestion[] = [];
  const check = createPageGuard({
    engines: { list: async () => [{ config: FOUND } as EngineView, { config: null } as EngineView] },
    profiles: { list: () => [{ engine: USED }] as never },
    ask: async (question) => {
      asked.push(question);
      return answer;
    },
  });
  return { check, asked };
}
const outcome = (call: Promise<void>) =>
  call.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );

/** What a page may do alone. */
const FREE = [
  'host.app.info',
  'host.devnet.start',
  'host.devnet.stop',
  'host.devnet.watch',
  'host.engines.inspect',
  'host.engines.list',
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
  'host.networks.list',
  'host.networks.minimumStake',
  'host.networks.remove',
  'host.profiles.check',
  'host.profiles.remove',
  'host.profiles.start',
  'host.profiles.stop',
  'host.profiles.watch',
  'host.settings.change',
  'host.settings.routes',
  'host.settings.secrets',
  'host.settings.setSecret',
  'host.settings.watch',
  'host.updates.check',
  'host.updates.install',
  'host.updates.watch',
  'node.checks.last',
  'node.checks.run',
  'node.gpus.history',
  'node.gpus.inventory',
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
  'node.money.task',
  'node.money.whatIf',
  'node.money.withdrawals',
  'node.node.pause',
  'node.node.warmUp',
  'node.node.watch',
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
  // Whoever adds a procedure decides here, and in its type, whether a page may do it alone.
  it('says of every procedure whether a page may do it alone', () => {
    const classes = classesOf({ host: hostContract, node: nodeContract });
    expect(Object.fromEntries(classes.filter(([, act]) => act !== undefined))).toEqual({
      'host.acts.pending': 'own',
      'host.acts.confirm': 'own',
      'host.keys.confirmExport': 'key',
      'host.keys.archive': 'key',
      'host.networks.add': 'money',
      'host.profiles.create': 'program',
      'host.profiles.createOnDevnet': 'program',
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

  it('has a rule for each act, and no rule for anything else', () => {
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
  ])('that makes or changes a profile with %s: %s', async (_what, engine, expected) => {
    for (const path of ['profiles.create', 'profiles.update']) {
      const { check, asked } = guard(true);
      expect(await outcome(check({ path, act: 'program', input: { draft: { engine } } }))).toBe(expected);
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
  ] as const)('that asks for %s needs the word of a person, each time', async (path, name) => {
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

  it('adds no network by itself: whoever is asked sees where it leads', async () => {
    const preset = { title: 'Crynux', relayUrl: 'https://evil.example', chain: { rpcUrls: ['https://rpc.example'], chainId: 7 } };
    const call = { path: 'networks.add', act: 'money', input: { preset } } as const;
    const { check, asked } = guard(false);
    expect(await outcome(check(call))).toBe('ACT_NOT_CONFIRMED');
    const facts = { title: 'Crynux', relayUrl: 'https://evil.example', rpcUrls: 'https://rpc.example', chainId: 7 };
    expect(asked).toEqual([{ name: 'addNetwork', address: null, facts }]);
  });

  it('neither sees nor confirms what waits for a person', async () => {
    for (const path of ['acts.pending', 'acts.confirm']) {
      expect(await outcome(guard(true).check({ path, act: 'own', input: { id: '0' } }))).toBe('ACT_NOT_FOR_PAGES');
    }
  });

  it('gets no act that has no rule', async () => {
    expect(await outcome(guard(true).check({ path: 'keys.another', act: 'key', input: {} }))).toBe('ACT_NOT_FOR_PAGES');
  });
});
