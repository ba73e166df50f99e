/** Is this an installation of the official worker, can it be run, and how? Source: RELAY_PROTOCOL 8.1, 9.1, 9.4. */

import path from 'node:path';
import type { EngineCandidate, PatchView } from '../../../contract/engines.ts';
import type { EngineConfig, NetworkPreset } from '../../../contract/node-config.ts';
import type { System } from '../../../platform/system.ts';
import { ENGINE_ERRORS, EngineError, type EngineErrorCode } from '../errors.ts';
import { type InstallationFiles, systemFiles } from './files.ts';
import { layoutAt, type OfficialLayout, officialSettingsFile } from './layout.ts';
import { OFFICIAL_PATCH_URL, patchesFor } from './patches.ts';
import { workerSettingProblems, workerSettings } from './worker-settings.ts';

export interface InspectOptions {
  /** Where to look for a Python without a virtual environment, and where the app for macOS stores its settings. */
  readonly system: System;
  /** The host's choice. */
  readonly patches?: 'on' | 'off';
  /** The result of {@link readPatchList}; absent = not read. */
  readonly patchList?: string;
  /** The networks, to find those that accept the official worker. */
  readonly networks?: readonly Pick<NetworkPreset, 'id' | 'acceptedEngines'>[];
  readonly files?: InstallationFiles;
}

/** Never throws because of what it finds: an unusable place has a `problem`. */
export function inspectOfficialWorker(place: string, options: InspectOptions): EngineCandidate {
  const { files = systemFiles, networks = [] } = options;
  const found = layoutAt(place, files);
  const about = {
    kind: 'official' as const,
    title: 'Official Crynux worker',
    path: found?.root ?? path.resolve(place),
    layout: found?.layout ?? null,
    acceptedBy: acceptedBy('official', networks),
  };
  const versions = found === null ? { installed: null, current: null } : versionsOf(found, files);
  const patches = patchView(found, versions, { ...options, files });
  try {
    if (found === null) throw notFoundProblem(place, files);
    const config = usableCandidate(found, versions.current, { ...options, files, patchesOff: patches.state === 'off' });
    return { ...about, version: versions.current, patches, config, problem: null };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { code, message, data } = error;
    return {
      ...about,
      version: versions.current,
      patches,
      config: null,
      problem: { code, message, remedy: remedyOf(code), data },
    };
  }
}

export function acceptedBy(kind: EngineConfig['kind'], networks: NonNullable<InspectOptions['networks']>): string[] {
  return networks.filter(({ acceptedEngines }) => acceptedEngines.includes(kind)).map(({ id }) => id);
}

type InspectContext = InspectOptions & { readonly files: InstallationFiles };

function usableCandidate(
  found: OfficialLayout,
  version: string | null,
  given: InspectContext & { patchesOff: boolean },
): EngineConfig {
  const { files, system } = given;
  if (!found.platforms.includes(system.name)) {
    throw refusal('OFFICIAL_WRONG_PLATFORM', `${found.program} is not for ${system.name}`, {
      path: found.program,
      platform: system.name,
    });
  }
  const start = found.layout === 'source' ? sourceStart(found, given) : { command: found.program, args: [] };
  if (path.isAbsolute(start.command) && !files.mayExecute(start.command)) {
    throw refusal('OFFICIAL_NOT_EXECUTABLE', start.command, { path: start.command });
  }
  if (version !== null && !/^\d+\.\d+\.\d+$/.test(version)) throw refusal('OFFICIAL_BAD_VERSION', version, { version });
  const settings = officialSettingsFile(found, system.folders.settings);
  const env = workerSettings(files.readText(settings) ?? '');
  assertAccepted(env, settings);
  return { kind: 'official', ...start, env, patchUrl: given.patchesOff ? '' : OFFICIAL_PATCH_URL };
}

/** The worker would end at once, and report the reason only on standard error. @throws EngineError OFFICIAL_BAD_SETTING */
function assertAccepted(env: Readonly<Record<string, string>>, file: string): void {
  const [problem] = workerSettingProblems({ ...VALID_SETTINGS, ...env });
  if (problem === undefined) return;
  const variable = `WORKER_${problem.variable}`;
  throw refusal('OFFICIAL_BAD_SETTING', `${file}: ${variable} ${problem.why}`, { file, variable });
}

/** What a node always sends. */
const VALID_SETTINGS = {
  cw_log: '{"dir":"logs","level":"INFO"}',
  cw_worker_role: 'inference',
  cw_node_url: 'ws://127.0.0.1',
  cw_worker_url: 'http://127.0.0.1',
  cw_data_dir__models__huggingface: 'huggingface',
  cw_data_dir__models__external: 'external',
};

/** The environment's Python, otherwise any; in the same order as the official node. */
function sourceStart({ root, program, packages }: OfficialLayout, { files, system }: InspectContext) {
  const venv = path.join(root, 'worker', 'venv');
  if (files.kind(venv) === 'folder') {
    const command = system.processes.venvPython(venv);
    if (files.kind(command) !== 'file') {
      throw refusal('OFFICIAL_BROKEN_PYTHON', `no Python in ${venv}`, { path: venv });
    }
    if (!packages.some((folder) => files.kind(path.join(folder, 'crynux_worker')) === 'folder')) {
      throw refusal('OFFICIAL_NO_PACKAGE', `no crynux_worker in ${venv}`, { path: venv });
    }
    return { command, args: [program] };
  }
  const name = system.processes.program('python');
  const command = system.folders.searchPath
    .map((folder) => path.join(folder, name))
    .find((python) => files.kind(python) === 'file');
  if (command === undefined) throw refusal('OFFICIAL_NO_PYTHON', `neither ${venv} nor ${name} on the path`, { path: venv });
  return { command, args: [program] };
}

interface Versions {
  /** From the package's metadata, which patches do not change. */
  readonly installed: string | null;
  /** From the package itself. */
  readonly current: string | null;
}

function versionsOf({ packages }: OfficialLayout, files: InstallationFiles): Versions {
  for (const folder of packages) {
    const code = files.readText(path.join(folder, 'crynux_worker', '__init__.py'));
    const current = /__version__\s*=\s*["']([^"']+)["']/.exec(code ?? '')?.[1];
    if (current === undefined) continue;
    const metadata = files.list(folder).flatMap((name) => /^crynux_worker-(.+)\.dist-info$/.exec(name)?.[1] ?? []);
    return { installed: metadata[0] ?? null, current };
  }
  return { installed: null, current: null };
}

function patchView(found: OfficialLayout | null, { installed, current }: Versions, given: InspectContext): PatchView {
  const available = given.patchList === undefined || current === null ? null : [...patchesFor(given.patchList, current)];
  const about = { installedVersion: installed, available };
  if (found === null) return { ...about, state: 'unknown', offBecause: null };
  if (given.patches === 'off') return { ...about, state: 'off', offBecause: 'chosen' };
  // If a patch cannot be written, the worker ends, and would try again at every start.
  const readOnly = found.packages.some((folder) => !given.files.mayWrite(path.join(folder, 'crynux_worker')));
  if (readOnly) return { ...about, state: 'off', offBecause: 'readOnly' };
  if (current === null) return { ...about, state: 'unknown', offBecause: null };
  if (available !== null && available.length > 0) return { ...about, state: 'available', offBecause: null };
  return { ...about, state: installed !== null && installed !== current ? 'applied' : 'none', offBecause: null };
}

function notFoundProblem(place: string, files: InstallationFiles): EngineError {
  return refusal(files.kind(place) === null ? 'OFFICIAL_NOT_FOUND' : 'OFFICIAL_WRONG_LAYOUT', place, { path: place });
}

function refusal(code: EngineErrorCode, detail: string, data: Record<string, string>): EngineError {
  return new EngineError(code, `${ENGINE_ERRORS[code].meaning} (${detail})`, data);
}

function remedyOf(code: EngineErrorCode): string {
  return ENGINE_ERRORS[code].remedy;
}
