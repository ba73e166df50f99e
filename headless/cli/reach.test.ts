/** Every procedure that the window can call has a command, or a reason here why it has none. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isContractProcedure } from '@orpc/contract';
import { describe, expect, it } from 'vitest';
import { hostContract } from '../../contract/host-contract.ts';
import { nodeContract } from '../../contract/node-contract.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { runCli } from './cli.ts';
import { EXIT } from './exit-codes.ts';

type Reach = { readonly command: string } | { readonly none: string };

const by = (command: string): Reach => ({ command });
const none = (why: string): Reach => ({ none: why });

const NOT_YET = 'window only, not yet a command';
const DESKTOP = 'the desktop program updates itself; otherwise the package manager does';

const HOST: Readonly<Record<string, Reach>> = {
  'fleet.rows': by('fleet list'),
  'fleet.order': none('the other side of `fleet pause`: what a program does to its own node'),
  'fleet.watch': by('fleet list'),
  'fleet.steer': by('fleet pause'),
  'fleet.places.list': by('place list'),
  'fleet.places.add': by('place add'),
  'fleet.places.remove': by('place remove'),
  'access.list': by('access list'),
  'access.create': by('access create'),
  'access.revoke': by('access revoke'),
  'acts.pending': by('confirm'),
  'acts.confirm': by('confirm'),
  'app.info': by('doctor'),
  'settings.watch': by('settings show'),
  'settings.change': by('settings set'),
  'settings.secrets': by('settings show'),
  'settings.setSecret': by('settings set'),
  'settings.routes': by('doctor'),
  'networks.list': by('networks list'),
  'networks.minimumStake': by('profile create'),
  'networks.funding': by('networks funding'),
  'networks.check': none('`doctor` checks an existing profile; drafts exist only in the first-run wizard'),
  'networks.add': by('networks add'),
  'networks.remove': by('networks remove'),
  'engines.list': by('engines'),
  'engines.backends': by('backends list'),
  'engines.inspect': by('engines'),
  'engines.release': by('official release'),
  'engines.fetch': by('official fetch'),
  'engines.stopFetch': by('official fetch'),
  'engines.watchFetch': by('official fetch'),
  'firstRun.draft': none('only the window has half-finished nodes; a command creates a whole one'),
  'firstRun.keepDraft': none('only the window has half-finished nodes; a command creates a whole one'),
  'notify.watch': by('notify show'),
  'notify.test': by('notify test'),
  'places.choose': none(
    'a command names a folder itself: `engines`, `profile create --engine`, `profile change --models-folder`',
  ),
  'gpus.inventory': by('cards'),
  'gpus.report': by('profile create'),
  'keys.stores': by('doctor'),
  'keys.list': by('key list'),
  'keys.create': by('key create'),
  'keys.proveBackup': none(NOT_YET),
  'keys.import': by('key import'),
  'keys.unlock': by('key unlock'),
  'keys.prepareExport': by('key export'),
  'keys.confirmExport': by('key export'),
  'keys.archive': none(NOT_YET),
  'profiles.watch': by('status'),
  'profiles.allowStake': by('apply'),
  'profiles.create': by('profile create'),
  'profiles.update': by('profile change'),
  'profiles.remove': by('profile remove'),
  'profiles.check': by('doctor'),
  'profiles.start': by('start'),
  'profiles.stop': by('stop'),
  'profiles.createOnDevnet': by('profile create'),
  'logs.page': by('logs'),
  'logs.watch': none("the log is a file, and the output of `run` is followed with the system's tools"),
  'logs.bundle': by('support-bundle'),
  'devnet.watch': none(NOT_YET),
  'devnet.start': by('devnet start'),
  'devnet.stop': by('devnet stop'),
  'updates.watch': none(DESKTOP),
  'updates.check': none(DESKTOP),
  'updates.install': none(DESKTOP),
};

const NODE: Readonly<Record<string, Reach>> = {
  'node.watch': by('status'),
  'node.last': none(NOT_YET),
  'node.pause': by('pause'),
  'node.resume': by('resume'),
  'node.selfTest': none(NOT_YET),
  'node.unstake': by('unstake'),
  'node.warmUp': by('warm-up'),
  'storage.view': by('retention show'),
  'storage.prune': by('retention prune'),
  'tasks.page': by('tasks'),
  'tasks.detail': none(NOT_YET),
  'tasks.file': none(NOT_YET),
  'tasks.watch': none('a command shows the current state and ends; the window follows changes'),
  'money.summary': by('earnings'),
  'money.entries': none('`export` writes the whole ledger'),
  'money.earnings': by('earnings'),
  'money.exportCsv': by('export'),
  'money.reconcile': none(NOT_YET),
  'money.acknowledgeTransfer': none(NOT_YET),
  'money.withdrawals': none(NOT_YET),
  'money.prepareWithdrawal': by('withdraw'),
  'money.confirmWithdrawal': by('withdraw'),
  'money.stake': by('stake'),
  'money.whatIf': none(NOT_YET),
  'money.prepareChainAct': by('stake'),
  'money.confirmChainAct': by('stake'),
  'trust.cases': by('cases list'),
  'trust.case': by('cases show'),
  'trust.exportCase': by('cases export'),
  'trust.qos': by('standing'),
  'trust.noTasks': by('why-no-tasks'),
  'trust.protection': by('standing'),
  'gpus.energy': by('profit'),
  'gpus.history': none('a chart of the window; `cards` shows the current readings'),
  'models.watch': by('models list'),
  'models.ask': by('models download'),
  'metrics.read': by('serve'),
  'checks.last': none('`doctor` runs the checks again'),
  'checks.run': by('doctor'),
  'checks.confirmAlone': none(NOT_YET),
};

function pathsOf(tree: object, at: readonly string[] = []): string[] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    if (isContractProcedure(value)) return [[...at, name].join('.')];
    return typeof value === 'object' && value !== null ? pathsOf(value, [...at, name]) : [];
  });
}

async function help(command: string): Promise<{ code: number; out: string }> {
  let out = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    note: () => {},
    ask: null,
    signal: new AbortController().signal,
  };
  const code = await runCli([...command.split(' '), '--help'], { terminal, clock: new ManualClock(0) });
  return { code, out };
}

describe.each([
  ['the program', hostContract, HOST],
  ['a node', nodeContract, NODE],
])('the calls of %s', (_, contract, reach) => {
  it('are listed procedure by procedure', () => {
    expect(Object.keys(reach).toSorted()).toEqual(pathsOf(contract).toSorted());
  });

  it('are reached by commands that exist and that the page names', async () => {
    const page = readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'cli.md'), 'utf8');
    for (const one of Object.values(reach)) {
      if ('none' in one) expect(one.none).toMatch(/\w+ \w+/);
      else {
        const { code, out } = await help(one.command);
        expect([one.command, code]).toEqual([one.command, EXIT.ok]);
        expect(out).toContain(`crynux-node ${one.command} `);
        for (const word of one.command.split(' ')) expect(page).toContain(word);
      }
    }
  });
});
