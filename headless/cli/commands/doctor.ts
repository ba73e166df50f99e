/** `doctor`: everything that can be looked at, with what to do about it. */
import type { PreflightReport, PreflightState } from '../../../contract/preflight.ts';
import type { ProfileView } from '../../../contract/profiles.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import { errorOf } from '../../../contract/rpc-errors.ts';
import type { RunningProgram } from '../../rpc/running-program.ts';
import { profilesOf, withHost } from '../ask-program.ts';
import { type CommonOptions, common, type Registry } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** One thing that was looked at. */
export interface Finding {
  /** `program`, or a node's name. */
  readonly about: string;
  readonly check: string;
  readonly state: PreflightState;
  readonly message: string;
  readonly remedy: string;
}

const SIGNS: Readonly<Record<PreflightState, string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', unknown: '?   ' };

export function addDoctorCommand({ program, terminal, end }: Registry): void {
  common(program.command('doctor'))
    .description('Checks this machine, the program and every node: clock, network, chain, money, engine, cards, disk.')
    .action(async ({ data, json }: CommonOptions) => {
      if (!json) terminal.note('Looking; a check that gets no answer takes up to 20 seconds …');
      const findings = await withHost(data, findAll);
      terminal.out(json ? JSON.stringify({ healthy: isHealthy(findings), findings }) : findings.map(findingText).join('\n'));
      end(isHealthy(findings) ? EXIT.ok : EXIT.refused);
    });
}

async function findAll(host: HostClient, program: RunningProgram | null): Promise<Finding[]> {
  const [own, views] = await Promise.all([aboutMachine(host, program !== null), profilesOf(host)]);
  const nodes = await Promise.all(views.map((view) => aboutNode(view, host, program)));
  return [...own, ...nodes.flat()];
}

async function aboutMachine(host: HostClient, running: boolean): Promise<Finding[]> {
  const [info, stores, engines, cards] = await Promise.all([
    host.app.info({}),
    host.keys.stores({}),
    host.engines.list({}),
    host.gpus.inventory({}),
  ]);
  const at = (check: string, state: PreflightState, message: string, remedy = ''): Finding => ({
    about: 'program',
    check,
    state,
    message,
    remedy,
  });
  const usable = cards.inventory.cards.filter(({ unusable }) => unusable === null);
  const official = engines.engines.filter(({ kind, config }) => kind === 'official' && config !== null);
  return [
    at('program', 'ok', `version ${info.version} on ${info.platform}, ${running ? 'running' : 'not running'}`),
    ...stores.stores.map(({ kind, name, problem }) => at(kind, problem === null ? 'ok' : 'warn', problem?.message ?? name)),
    official.length > 0
      ? at('engine', 'ok', `${official.length} installation of the official worker`)
      : at(
          'engine',
          'warn',
          'no official worker was found',
          'Public networks accept no other engine; install the official node.',
        ),
    usable.length > 0
      ? at('cards', 'ok', usable.map(({ name }) => name).join(', '))
      : at('cards', 'warn', 'no card that can be used', 'Public networks need an NVIDIA card or a Mac.'),
    ...cards.inventory.problems.map(({ message, remedy }) => at('cards', 'warn', message, remedy)),
  ];
}

async function aboutNode(view: ProfileView, host: HostClient, program: RunningProgram | null): Promise<Finding[]> {
  const about = view.profile.name;
  try {
    // A living node knows more than can be found out from outside.
    const node = view.worker.kind === 'running' ? await program?.node(view.profile.id) : undefined;
    const report = await (node === undefined ? host.profiles.check({ draft: view.profile }) : node.checks.run({}));
    return fromReport(about, report);
  } catch (error) {
    const { code, message } = errorOf(error);
    return [{ about, check: 'checks', state: 'unknown', message: `${message} (${code})`, remedy: '' }];
  }
}

export function fromReport(about: string, { results }: PreflightReport): Finding[] {
  return results.map((result) => {
    const { id: check, state } = result;
    if (result.state === 'ok') return { about, check, state, message: '', remedy: '' };
    return { about, check, state, message: `${result.message} (${result.code})`, remedy: result.remedy };
  });
}

/** Nothing is known to be wrong. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== 'fail');
}

export function findingText({ about, check, state, message, remedy }: Finding): string {
  const line = `${SIGNS[state]}  ${about}: ${check}${message === '' ? '' : `: ${message}`}`;
  return remedy === '' ? line : `${line}\n      → ${remedy}`;
}
