/** The environment of an engine program. Source: RELAY_PROTOCOL 9.1. */

import { join } from 'node:path';
import type { LogLevel } from '../../contract/logs.ts';
import type { System } from '../../platform/system.ts';
import type { EngineRole } from '../../protocol/engine/messages.ts';
import { NO_WORKER_PROXY } from '../outbound/proxy-setting.ts';
import { confinedEnvironment, type ExecutorMode } from './confinement.ts';

export interface EngineEnvironmentInput {
  readonly role: EngineRole;
  /** `ws://127.0.0.1:<port>/<token>/`. */
  readonly nodeUrl: string;
  readonly relayUrl: string;
  readonly engineDir: string;
  readonly modelsDir: string;
  readonly resultsDir: string;
  /** Cards that the engine is confined to; empty = no NVIDIA cards. */
  readonly gpuUuids: readonly string[];
  /** How several cards are used; part of the reported name. */
  readonly executorMode: ExecutorMode;
  readonly patches: PatchSource;
  readonly logLevel: LogLevel;
  /** From the node's configuration. */
  readonly extra: Readonly<Record<string, string>>;
  /** This process's environment. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly system: Pick<System, 'processes' | 'cards'>;
}

/** Where the official worker looks for patches. It always looks, so "none" is an empty list. */
type PatchSource = { readonly kind: 'from'; readonly url: string } | { readonly kind: 'none'; readonly emptyListUrl: string };

/** The level names of the worker's settings, which accept no others. */
const WORKER_LEVELS: Readonly<Record<LogLevel, string>> = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/** Any variable that looks like a secret. */
const SECRET = /(KEY|TOKEN|SECRET|PASSWORD|MNEMONIC)$/i;

export function engineEnvironment(input: EngineEnvironmentInput): Record<string, string> {
  const suffix = input.role === 'download' ? '_download' : '';
  const logSuffix = input.role === 'download' ? '-download' : '';
  const log = {
    dir: input.engineDir,
    level: WORKER_LEVELS[input.logLevel],
    filename: `crynux-worker${logSuffix}.log`,
  };
  const environment = withOverrides(
    {
      ...inheritedVariables(input),
      CRYNUX_WORKER_PATCH_URL: input.patches.kind === 'from' ? input.patches.url : input.patches.emptyListUrl,
      cw_data_dir__models__huggingface: join(input.modelsDir, 'huggingface'),
      cw_data_dir__models__external: join(input.modelsDir, 'external'),
      cw_output_dir: input.resultsDir,
      cw_pid_file: join(input.engineDir, `crynux_worker${suffix}.pid`),
      cw_worker_url: `${input.relayUrl.replace(/\/+$/, '')}/v1/worker`,
      cw_preloaded_models: JSON.stringify({ sd_base: [], gpt_base: [], controlnet: [], vae: [] }),
      cw_proxy: JSON.stringify(NO_WORKER_PROXY),
      cw_log: JSON.stringify(log),
    },
    input.extra,
  );
  const own = withOverrides(withLoopback(withReachablePatches(environment, input)), {
    cw_worker_role: input.role,
    cw_node_url: input.nodeUrl,
    ...settingsFiles(input.engineDir),
  });
  // Last, so that nothing above can move the work to a card other than the one reported to the network.
  const cudaVisibleDevices = input.system.cards.unified ? null : input.gpuUuids.join(',');
  return confinedEnvironment({ gpu: { cudaVisibleDevices, executorMode: input.executorMode }, base: own });
}

/**
 * A `config.yml` in the worker's working folder takes precedence over its environment, and could change its role, or
 * how a model computes. Because of the patches, that folder must be the installation's; so the settings name other
 * files, which do not exist.
 */
function settingsFiles(engineDir: string): Record<string, string> {
  const none = join(engineDir, 'no-settings.yml');
  return { CRYNUX_WORKER_CONFIG: none, SD_TASK_CONFIG: none, GPT_TASK_CONFIG: none };
}

/** The worker's settings are case-insensitive: of two spellings, only the later one stays. */
function withOverrides(base: Readonly<Record<string, string>>, by: Readonly<Record<string, string>>): Record<string, string> {
  const settings = new Set(
    Object.keys(by)
      .map((name) => name.toLowerCase())
      .filter((name) => name.startsWith('cw_')),
  );
  const kept = Object.entries(base).filter(([name]) => !settings.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...by };
}

/**
 * The empty list is on this machine, and `cw_proxy` has no exceptions. The role that reads the list needs a proxy only
 * for the relay, and can take that one from the usual variables, which do have exceptions.
 */
function withReachablePatches(
  environment: Record<string, string>,
  { patches, role }: Pick<EngineEnvironmentInput, 'patches' | 'role'>,
): Record<string, string> {
  if (patches.kind === 'from' || role === 'download' || environment.HTTPS_PROXY === undefined) return environment;
  return withOverrides(environment, { cw_proxy: JSON.stringify(NO_WORKER_PROXY) });
}

const LOOPBACK = ['127.0.0.1', 'localhost'];

/** The engine talks to its worker on this machine, bypassing any proxy. */
function withLoopback(environment: Record<string, string>): Record<string, string> {
  const isSet = (pattern: RegExp) => Object.entries(environment).filter(([name, value]) => pattern.test(name) && value !== '');
  if (isSet(/^(HTTPS?|ALL)_PROXY$/i).length === 0) return environment;
  const exceptions = isSet(/^NO_PROXY$/i);
  const all = exceptions.length === 0 ? [['NO_PROXY', ''] as const] : exceptions;
  const added = all.map(([name, value]) => {
    const hosts = value
      .split(',')
      .map((host) => host.trim())
      .filter((host) => host !== '');
    return [name, hosts.includes('*') ? value : [...new Set([...hosts, ...LOOPBACK])].join(',')];
  });
  return { ...environment, ...Object.fromEntries(added) };
}

function inheritedVariables({ inherited, system }: EngineEnvironmentInput): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && system.processes.needs(name) && !SECRET.test(name)) kept[name] = value;
  }
  return kept;
}
