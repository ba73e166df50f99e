/**
 * The networks a host can choose from: the built-in ones, and the host's custom ones, each a JSON file in a folder. An
 * invalid file never hides the others.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { type NetworkPreset, networkPresetData, networkPresetSchema } from '../../contract/node-config.ts';
import { unwritable, writeAtomically } from '../data-file.ts';
import { readTextFile } from '../text-file.ts';
import { NetworkPresetError, type NetworkPresetErrorCode } from './errors.ts';

export interface KnownNetwork {
  readonly preset: NetworkPreset;
  readonly origin: 'builtIn' | 'own';
}

export interface NetworkPresets {
  /** Built-in ones first, each kind in the order of its file names. */
  readonly networks: readonly KnownNetwork[];
  /** One per file that was not loaded. `data`: the file, and the invalid field if there is one. */
  readonly problems: readonly NetworkPresetError[];
}

export interface PresetFolders {
  /** The program's `resources/networks`. */
  readonly builtIn: string;
  /** May be missing. */
  readonly own: string;
}

const MAX_BYTES = 256 * 1024;
/** Also the file's name. */
const OWN_ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Never throws: what cannot be read is listed as a problem. */
export function readNetworkPresets(folders: PresetFolders): NetworkPresets {
  const networks: KnownNetwork[] = [];
  const problems: NetworkPresetError[] = [];
  for (const origin of ['builtIn', 'own'] as const) {
    for (const file of jsonFiles(folders[origin])) {
      try {
        const preset = readPreset(path.join(folders[origin], file), file);
        if (origin === 'own') assertAllowed(preset, networks, file);
        networks.push({ preset, origin });
      } catch (error) {
        if (!(error instanceof NetworkPresetError)) throw error;
        problems.push(error);
      }
    }
  }
  return { networks, problems };
}

/**
 * Writes a custom preset; replaces a custom one with the same id.
 * @throws NetworkPresetError NETWORK_PRESET_BAD, NETWORK_PRESET_RESERVED, NETWORK_PRESET_UNSAFE
 */
export function saveOwnPreset(preset: NetworkPreset, folders: PresetFolders): KnownNetwork {
  const file = `${preset.id}.json`;
  const others = readNetworkPresets(folders).networks.filter(
    ({ preset: { id }, origin }) => origin === 'builtIn' || id !== preset.id,
  );
  assertAllowed(preset, others, file);
  try {
    mkdirSync(folders.own, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unwritable(folders.own, cause);
  }
  // Older files may have the id under another file name.
  for (const old of ownFilesOf(preset.id, folders)) if (old !== file) rmSync(path.join(folders.own, old));
  const target = path.join(folders.own, file);
  writeAtomically(target, `${JSON.stringify(networkPresetData(preset), null, 2)}\n`);
  return { preset, origin: 'own' };
}

/** @throws NetworkPresetError NETWORK_PRESET_UNKNOWN, also for a built-in one */
export function removeOwnPreset(id: string, folders: PresetFolders): void {
  const files = ownFilesOf(id, folders);
  if (files.length === 0) throw new NetworkPresetError('NETWORK_PRESET_UNKNOWN', `no custom network ${id}`, { id });
  for (const file of files) rmSync(path.join(folders.own, file));
}

function readPreset(location: string, file: string): NetworkPreset {
  let json: unknown;
  try {
    if (statSync(location).size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    json = JSON.parse(readTextFile(location));
  } catch (cause) {
    throw refusal('NETWORK_PRESET_UNREADABLE', cause instanceof Error ? cause.message : String(cause), { file });
  }
  const parsed = networkPresetSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw refusal('NETWORK_PRESET_BAD', `${field === '' ? 'the whole file' : field}: ${issue?.message}`, { file, field });
}

function assertAllowed(preset: NetworkPreset, others: readonly KnownNetwork[], file: string): void {
  const { id, relayUrl, acceptedEngines } = preset;
  const same = others.find((other) => other.preset.id === id);
  if (same?.origin === 'builtIn') throw refusal('NETWORK_PRESET_RESERVED', `${id} is built in`, { file, field: 'id', id });
  if (same !== undefined) throw refusal('NETWORK_PRESET_REPEATED', `${id} already exists`, { file, field: 'id', id });
  if (!OWN_ID.test(id))
    throw refusal('NETWORK_PRESET_BAD', 'id: must be lower-case letters, digits and dashes', { file, field: 'id' });
  // Law 7 depends on the engines that a preset accepts; a network under another name accepts no others.
  const publicOnes = others.filter(({ preset: { relayUrl: url }, origin }) => origin === 'builtIn' && isSameRelay(url, relayUrl));
  for (const { preset: known } of publicOnes) {
    const extra = acceptedEngines.find((engine) => !known.acceptedEngines.includes(engine));
    if (extra === undefined) continue;
    throw refusal('NETWORK_PRESET_UNSAFE', `${known.id} does not accept ${extra}`, { file, field: 'acceptedEngines', id });
  }
}

/** Compares host names only, because scheme and port can be spelled in several ways that lead to the same place. */
function isSameRelay(one: string, other: string): boolean {
  const name = (url: string) => new URL(url).hostname.replace(/\.$/, '');
  return name(one) === name(other);
}

function ownFilesOf(id: string, { own }: PresetFolders): string[] {
  return jsonFiles(own).filter((file) => {
    try {
      return readPreset(path.join(own, file), file).id === id;
    } catch {
      return false;
    }
  });
}

function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => path.basename(file, '.json'))
      .sort()
      .map((name) => `${name}.json`);
  } catch {
    return [];
  }
}

function refusal(code: NetworkPresetErrorCode, detail: string, data: { file: string; field?: string; id?: string }) {
  return new NetworkPresetError(code, `${data.file}: ${detail}`, data);
}
