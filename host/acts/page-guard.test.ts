import { isContractProcedure } from '@orpc/contract';
import { describe, expect, it } from 'vitest';
import type { ProcedureMeta } from '../../contract/acts.ts';
import type { EngineView } from '../../contract/host-contract.ts';
import { hostContract } from '../../contract/host-contract.ts';
import type { EngineConfig } from '../../contract/node-config.ts';
import { nodeContract } from '../../contract/node-contract.ts';
import { type ActQuestion, createPageGuard, PAGE_RULES } from './page-guard.ts';

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

describe('the contract', () => {
  it('says of every procedure about keys, money and programs whether a page may do it alone', () => {
    const areas = classesOf({ host: hostContract, node: nodeContract }).filter(([path]) =>
      /^host\.(keys|engines|networks|profiles)\.|^node\.(money|node|checks)\./.test(path),
    );
    // Whoever adds a procedure to one of these decides here, and in its type.
    expect(Object.fromEntries(areas.filter(([, act]) => act !== undefined))).toEqual({
      'host.keys.confirmExport': 'key',
      'host.keys.archive': 'key',
      'host.profiles.create': 'program',
      'host.profiles.update': 'program',
      'node.money.confirmWithdrawal': 'money',
      'node.money.confirmChainAct': 'money',
      'node.checks.confirmAlone': 'money',
    });
    const free = areas.filter(([, act]) => act === undefined).map(([path]) => path);
    expect(free.filter((path) => path.startsWith('host.')).toSorted()).toEqual([
      'host.engines.inspect',
      'host.engines.list',
      'host.keys.create',
      'host.keys.import',
      'host.keys.list',
      'host.keys.prepareExport',
      'host.keys.proveBackup',
      'host.keys.stores',
      'host.keys.unlock',
      'host.networks.add',
      'host.networks.list',
      'host.networks.minimumStake',
      'host.networks.remove',
      'host.profiles.check',
      'host.profiles.createOnDevnet',
      'host.profiles.remove',
      'host.profiles.start',
      'host.profiles.stop',
      'host.profiles.watch',
    ]);
  });

  it('has a rule for each act of the host, and no rule for anything else', () => {
    const acts = classesOf(hostContract).filter(([, act]) => act !== undefined);
    expect(Object.keys(PAGE_RULES).toSorted()).toEqual(acts.map(([path]) => path).toSorted());
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
      { name, address: ADDRESS },
      { name, address: ADDRESS },
    ]);
  });

  it('gets no act that has no rule', async () => {
    expect(await outcome(guard(true).check({ path: 'keys.another', act: 'key', input: {} }))).toBe('ACT_NOT_FOR_PAGES');
  });
});
