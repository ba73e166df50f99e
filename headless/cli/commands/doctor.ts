/** `doctor`: runs every check, with what to do about each finding. */
import type { GpuInventory } from '../../../contract/gpu.ts';
import type { PreflightReport, PreflightState } from '../../../contract/preflight.ts';
import type { ProfileView } from '../../../contract/profiles.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import { errorOf } from '../../../contract/rpc-errors.ts';
import type { Route } from '../../../contract/settings.ts';
import { ENGINE_ERRORS } from '../../../worker/engines/errors.ts';
import type { RunningProgram } from '../../rpc/running-program.ts';
import { profilesOf, withHost } from '../ask-program.ts';
import { type CommonOptions, common, type Registry } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { lastWordsOf } from '../node-text.ts';

/** One finding. */
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
      if (!json) terminal.note('Checking; an unanswered check takes up to 20 seconds …');
      const findings = await withHost(data, allFindings);
      terminal.out(json ? JSON.stringify({ healthy: isHealthy(findings), findings }) : findings.map(findingText).join('\n'));
      end(isHealthy(findings) ? EXIT.ok : EXIT.refused);
    });
}

async function allFindings(host: HostClient, program: RunningProgram | null): Promise<Finding[]> {
  const [own, views] = await Promise.all([machineFindings(host, program !== null), profilesOf(host)]);
  const nodes = await Promise.all(views.map((view) => nodeFindings(view, host, program)));
  return [...own, ...nodes.flat()];
}

async function machineFindings(host: HostClient, running: boolean): Promise<Finding[]> {
  const [info, stores, engines, cards, { routes, unreadExceptions }] = await Promise.all([
    host.app.info({}),
    host.keys.stores({}),
    host.engines.list({}),
    host.gpus.inventory({}),
    host.settings.routes({}),
  ]);
  const at = (check: string, state: PreflightState, message: string, remedy = ''): Finding => ({
    about: 'program',
    check,
    state,
    message,
    remedy,
  });
  const official = engines.engines.filter(({ kind, config }) => kind === 'official' && config !== null);
  return [
    at('program', 'ok', `version ${info.version} on ${info.platform}, ${running ? 'running' : 'not running'}`),
    ...(info.notices ?? []).map(({ code, message, remedy }) => at('files', 'warn', `${message} (${code})`, remedy)),
    ...stores.stores.map(({ kind, name, problem }) => at(kind, problem === null ? 'ok' : 'warn', problem?.message ?? name)),
    official.length > 0
      ? at('engine', 'ok', `official worker installations: ${official.length}`)
      : at(
          'engine',
          'warn',
          'no official worker was found',
          'Public networks accept no other engine; install the official node.',
        ),
    ...cardFindings(cards.inventory).map(({ state, message, remedy }) => at('cards', state, message, remedy)),
    ...routeFindings(routes, unreadExceptions),
  ];
}

/** Which cards can be used; and for every other card of a kind that could be, why not. */
export function cardFindings({ cards, problems }: GpuInventory): Pick<Finding, 'state' | 'message' | 'remedy'>[] {
  const usable = cards.filter(({ unusable }) => unusable === null);
  const refused = cards.flatMap(({ name, vendor, unusable }) =>
    // Nobody expects integrated graphics to work.
    unusable === null || (vendor !== 'nvidia' && vendor !== 'apple') ? [] : { name, ...unusable },
  );
  // A problem that keeps every card from being read is reported once.
  const reasons = refused.filter(({ code }) => problems.every((problem) => problem.code !== code));
  return [
    usable.length > 0
      ? { state: 'ok', message: usable.map(({ name }) => name).join(', '), remedy: '' }
      : { state: 'warn', message: 'no usable card', remedy: 'Public networks need an NVIDIA card or a Mac.' },
    ...reasons.map(
      ({ name, code, message, remedy, detail }): Pick<Finding, 'state' | 'message' | 'remedy'> => ({
        state: 'warn',
        message: `${name || 'a card without a name'} cannot be used: ${withDetail(message, detail)} (${code})`,
        remedy,
      }),
    ),
    ...problems.map(
      ({ code, message, remedy, detail }): Pick<Finding, 'state' | 'message' | 'remedy'> => ({
        state: 'warn',
        message: `${withDetail(message, detail)} (${code})`,
        remedy,
      }),
    ),
  ];
}

function withDetail(message: string, detail: string): string {
  return detail === '' ? message : `${message} ${detail}`;
}

/**
 * The proxy for each destination. One that cannot be used explains everything that fails after it, so these come first.
 */
export function routeFindings(routes: readonly Route[], unreadExceptions: readonly string[]): Finding[] {
  const at = (state: PreflightState, message: string, remedy: string): Finding => ({
    ...{ about: 'program', check: 'proxy', state, message, remedy },
  });
  return [
    ...routes.map((route) => at(route.way.kind === 'unusable' ? 'fail' : 'ok', ...routeText(route))),
    ...unreadExceptions.map((entry) => at('warn', `the exception "${entry}" cannot be read`, UNREAD_REMEDY)),
  ];
}

/** The message and what to do about it. */
function routeText({ target, networkId, host, way }: Route): [message: string, remedy: string] {
  const what = `${networkId === null ? '' : `${networkId} `}${TARGETS[target]} (${host})`;
  if (way.kind === 'direct') return [`${what}: ${DIRECT[way.why]}`, ''];
  if (way.kind === 'unusable') return [`${what}: ${way.message} (${way.code})`, way.remedy];
  return [`${what}: through ${way.proxy}, from ${way.source === 'settings' ? 'the settings' : way.source}`, ''];
}

const TARGETS: Readonly<Record<Route['target'], string>> = {
  relay: 'relay',
  chain: 'chain',
  hub: 'model hub',
  patches: 'patches of the official worker',
};
const DIRECT = { loopback: 'on this machine', excepted: 'direct, as a proxy exception', none: 'direct' } as const;
const UNREAD_REMEDY =
  'Exceptions are hosts, domains, addresses and networks (10.0.0.0/8), separated by commas. Set them in NO_PROXY or with: crynux-node settings set no-proxy.';

async function nodeFindings(view: ProfileView, host: HostClient, program: RunningProgram | null): Promise<Finding[]> {
  const about = view.profile.name;
  try {
    // A running node knows more than can be checked from outside.
    const node = view.worker.kind === 'running' ? await program?.node(view.profile.id) : undefined;
    const report = await (node === undefined ? host.profiles.check({ draft: view.profile }) : node.checks.run({}));
    return [...processFindings(view), ...engineFindings(view), ...reportFindings(about, report)];
  } catch (error) {
    const { code, message } = errorOf(error);
    // The process may just have ended; if so, report that.
    const now = (await profilesOf(host)).find(({ profile }) => profile.id === view.profile.id) ?? view;
    const unknown: Finding = { about, check: 'checks', state: 'unknown', message: `${message} (${code})`, remedy: '' };
    return [...processFindings(now), ...engineFindings(now), unknown];
  }
}

/** A node that should be running but is not comes first. */
export function processFindings({ profile, worker, node }: Pick<ProfileView, 'profile' | 'worker' | 'node'>): Finding[] {
  const at = (check: string, state: PreflightState, message: string, remedy: string): Finding[] => [
    { about: profile.name, check, state, message, remedy },
  ];
  switch (worker.kind) {
    case 'failed':
      return at('process', 'fail', `failed: ${worker.error.message} (${worker.error.code})`, FAILED_REMEDY);
    case 'backoff':
      return at('process', 'fail', `keeps ending: ${worker.error.message} (${worker.error.code})`, BACKOFF_REMEDY);
    case 'locked':
      return at('process', 'fail', 'its key is locked', `Unlock it: crynux-node key unlock ${profile.address}`);
    case 'starting':
    case 'running':
      // Between two attempts, a node that keeps ending looks as if it were starting.
      if (node === null && worker.after !== undefined) {
        return at('process', 'fail', `was restarted after: ${worker.after.message} (${worker.after.code})`, BACKOFF_REMEDY);
      }
      return liveNodeFindings({ profile, node });
    default:
      return [];
  }
}

function liveNodeFindings({ profile, node }: Pick<ProfileView, 'profile' | 'node'>): Finding[] {
  // An engine that is away gets its own finding.
  if (node === null || node.error === null || node.error.code === node.engineError?.code) return [];
  const state = LASTING_STATES.has(node.state) ? 'fail' : 'warn';
  const message = `${node.message} ${node.error.message} (${node.error.code})`;
  return [{ about: profile.name, check: 'node', state, message, remedy: NODE_REMEDY }];
}

const LASTING_STATES: ReadonlySet<string> = new Set(['failed', 'slashed', 'kickedOut']);
const FAILED_REMEDY = 'Look up the code in docs/errors.md; then start the node again: crynux-node start.';
const BACKOFF_REMEDY = 'It is restarted automatically; look up the code in docs/errors.md.';
const NODE_REMEDY = 'Look up the code in docs/errors.md.';

/** An engine that exited on its own, which the start-up checks do not cover. */
export function engineFindings({ profile, node }: Pick<ProfileView, 'profile' | 'node'>): Finding[] {
  if (node === null || node.engineError === null) return [];
  const { code, message } = node.engineError;
  const words = lastWordsOf(node);
  const said = words === '' ? '' : `\n${words.replace(/^/gm, '        ')}`;
  const { remedy } = ENGINE_ERRORS.ENGINE_AWAY;
  return [{ about: profile.name, check: 'engine program', state: 'fail', message: `${message} (${code})${said}`, remedy }];
}

export function reportFindings(about: string, { results }: PreflightReport): Finding[] {
  return results.map((result) => {
    const { id: check, state } = result;
    if (result.state === 'ok') return { about, check, state, message: '', remedy: '' };
    return { about, check, state, message: `${result.message} (${result.code})`, remedy: result.remedy };
  });
}

/** True if no finding is a failure. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== 'fail');
}

export function findingText({ about, check, state, message, remedy }: Finding): string {
  const line = `${SIGNS[state]}  ${about}: ${check}${message === '' ? '' : `: ${message}`}`;
  return remedy === '' ? line : `${line}\n      → ${remedy}`;
}
