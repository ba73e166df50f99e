/** What a package may contain: every file belongs to one group, by pattern, and no group is empty. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { openArchive } from './archive.ts';
import { ENTRIES } from './bundle.ts';
import { filesOf } from './dependencies.ts';
import { nativePackages, type Target } from './target.ts';

export interface Group {
  readonly title: string;
  readonly pattern: RegExp;
  /** May be empty on some targets. */
  readonly optional?: boolean;
}

export interface PackedFile {
  /** Relative to the program's folder, with forward slashes; what is in the archive follows `resources/app.asar/`. */
  readonly name: string;
  readonly bytes: number;
}

const ENTRY = (names: readonly string[]) => `(?:${names.join('|')})\\.js`;
const WINDOW = 'out/renderer/(?:index\\.html|icon\\.png|assets/[\\w.-]+\\.(?:js|css|woff2|svg|png))';
const RESOURCES =
  'resources/(?:gpu-backends\\.json|devnet/explorer\\.html|icons/[\\w@-]+\\.(?:png|ico|icns)|networks/[\\w.-]+\\.json|models/(?:catalogue\\.json|[\\w-]+\\.gguf|tiny-diffusion/[\\w/.-]+\\.(?:json|txt|onnx)))';

export function groupsOf(target: Target): readonly Group[] {
  const { llama, anvil, keytar, node, onnxruntime } = nativePackages(target);
  const archive = (pattern: string) => new RegExp(`^resources/app\\.asar/${pattern}$`);
  const program = (pattern: string) => new RegExp(`^resources/program/${pattern}$`);
  const modules = (pattern: string) => program(`node_modules/${pattern}`);
  const outside = ENTRIES.filter((entry) => !entry.startsWith('electron/'));
  return [
    { title: 'archive: programs', pattern: archive(`dist/(?:${ENTRY(ENTRIES)}|shared/[\\w.-]+\\.js|package\\.json)`) },
    { title: 'archive: window and preload script', pattern: archive(`(?:${WINDOW}|out/preload/preload\\.cjs)`) },
    { title: 'archive: networks, icons, tiny models', pattern: archive(`dist/${RESOURCES}`) },
    {
      title: 'archive: manifest, licence, list of what is outside',
      pattern: archive('(?:package\\.json|LICENSE|outside\\.json)'),
    },
    { title: 'the archive itself: its header', pattern: /^resources\/app\.asar$/ },
    { title: "Node's binary", pattern: new RegExp(`^resources/node/${node.replace('.', '\\.')}$`) },
    { title: 'programs that Node runs', pattern: program(`dist/(?:${ENTRY(outside)}|shared/[\\w.-]+\\.js|package\\.json)`) },
    { title: 'their window', pattern: program(WINDOW) },
    { title: 'their networks, icons, tiny models', pattern: program(`dist/${RESOURCES}`) },
    {
      title: 'keychain (keytar)',
      pattern: modules(`keytar/(?:package\\.json|lib/keytar\\.js|LICENSE\\.md|prebuilds/${keytar}/keytar\\.node)`),
    },
    { title: 'local chain (anvil)', pattern: modules(`${anvil}/(?:package\\.json|bin/anvil(?:\\.exe)?|LICENSE.*)`) },
    { title: 'language runtime, CPU only', pattern: modules(`${llama}/.*`) },
    {
      title: 'language runtime: its JavaScript',
      pattern: modules(
        '(?!onnxruntime|keytar/|@foundry-rs/|@node-llama-cpp/)(?:@[\\w.-]+/)?[\\w.-]+/(?:.*\\.(?:js|cjs|mjs|json|gbnf|txt)|(?:.*/)?(?:[Ll]icen[cs]e|LICEN[CS]E|NOTICE)[\\w.-]*)',
      ),
    },
    {
      title: 'image runtime (onnxruntime)',
      pattern: modules(
        `onnxruntime-(?:common/.*\\.js(?:on)?|node/(?:package\\.json|dist/.*\\.js|bin/napi-v6/${target.platform}/${target.arch}/[\\w.-]+))`,
      ),
      optional: !onnxruntime,
    },
    { title: 'crynux-node', pattern: /^resources\/bin\/crynux-node(?:\.cmd)?$/ },
    {
      title: 'notices of third parties, bill of materials',
      pattern: /^resources\/licenses\/(?:THIRD-PARTY-NOTICES\.txt|sbom\.cdx\.json)$/,
    },
    {
      title: 'what package formats add: update notes, an AppArmor profile',
      pattern: /^resources\/(?:app-update\.yml|package-type|apparmor-profile)$/,
      optional: true,
    },
    { title: 'Electron', pattern: /^(?!resources\/)(?:[\w.-]+|locales\/[\w-]+\.pak)$/ },
  ];
}

export async function packedFiles(folder: string): Promise<readonly PackedFile[]> {
  const files: PackedFile[] = [];
  for (const name of await filesOf(folder)) {
    const { size } = await stat(path.join(folder, name));
    if (name !== 'resources/app.asar') {
      files.push({ name, bytes: size });
      continue;
    }
    const inside = archived(path.join(folder, name)).map((file) => ({ ...file, name: `${name}/${file.name}` }));
    files.push(...inside, { name, bytes: size - inside.reduce((sum, { bytes }) => sum + bytes, 0) });
  }
  return files;
}

/** @throws Error for a file that is listed in the archive but is outside it */
function archived(archive: string): PackedFile[] {
  return openArchive(archive)
    .list()
    .map(([name, entry]) => {
      if (!('size' in entry) || entry.unpacked === true) throw new Error(`${name} is outside the archive that lists it`);
      return { name, bytes: entry.size };
    });
}

export interface PackageInventory {
  readonly rows: readonly { readonly title: string; readonly files: number; readonly bytes: number }[];
  /** Files of no group or of two, and groups without files. */
  readonly problems: readonly string[];
}

export function takeInventory(files: readonly PackedFile[], groups: readonly Group[]): PackageInventory {
  const problems: string[] = [];
  const rows = groups.map(({ title }) => ({ title, files: 0, bytes: 0 }));
  for (const { name, bytes } of files) {
    const at = groups.flatMap(({ pattern }, index) => (pattern.test(name) ? [index] : []));
    if (at.length !== 1) problems.push(`${name} belongs to ${at.length === 0 ? 'nothing' : 'two groups'}`);
    const row = rows[at[0] ?? -1];
    if (row === undefined) continue;
    row.files++;
    row.bytes += bytes;
  }
  for (const [index, { title, optional }] of groups.entries())
    if (rows[index]?.files === 0 && optional !== true) problems.push(`there is no file of: ${title}`);
  return { rows, problems };
}
