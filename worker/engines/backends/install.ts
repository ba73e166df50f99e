/** Downloads a back end from npm's registry, keeps it if its checksum is right, and removes it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Dispatcher, fetch } from 'undici';
import type { BackendView } from '../../../contract/engines.ts';
import { SYSTEM } from '../../../platform/system.ts';
import { limitBytes } from '../../kit/limit-bytes.ts';
import { environmentPolicy, OutboundDispatcher } from '../../outbound/outbound-dispatcher.ts';
import { EngineError } from '../errors.ts';
import { requireSpace } from '../models/download-file.ts';
import { type BackendName, type BackendPackage, backendsFolder, folderOf, readBackends } from './backend-list.ts';
import { checkBackend } from './installed.ts';

export interface InstallOptions {
  readonly packages: readonly BackendPackage[];
  readonly backend: BackendName;
  readonly base: string;
  readonly signal?: AbortSignal;
  readonly onPackage?: (one: BackendPackage) => void;
  /** Default: direct, or through the proxy in the environment. */
  readonly dispatcher?: Dispatcher;
}

const STALL_MS = 60_000;

/**
 * An installed back end is left alone; an incomplete one never remains.
 * @throws EngineError ENGINE_BACKEND_UNKNOWN, ENGINE_BACKEND_DOWNLOAD, ENGINE_BACKEND_CHANGED, MODEL_NO_SPACE
 */
export async function installBackend(options: InstallOptions): Promise<void> {
  const { packages, backend, base, onPackage } = options;
  const wanted = packages.filter((one) => one.backend === backend);
  if (wanted.length === 0) throw new EngineError('ENGINE_BACKEND_UNKNOWN', backend, { backend });
  const own =
    options.dispatcher === undefined
      ? new OutboundDispatcher({ policy: environmentPolicy(), agent: { bodyTimeout: STALL_MS } })
      : null;
  try {
    for (const one of wanted) {
      if (existsSync(folderOf(one, base))) continue;
      onPackage?.(one);
      await installPackage(one, { ...options, dispatcher: options.dispatcher ?? own ?? undefined });
    }
  } finally {
    await own?.destroy();
  }
}

async function installPackage(
  backendPackage: BackendPackage,
  { base, signal, dispatcher }: Pick<InstallOptions, 'base' | 'signal'> & { readonly dispatcher: Dispatcher | undefined },
): Promise<void> {
  const folder = folderOf(backendPackage, base);
  const [archive, fresh] = [`${folder}.tgz`, `${folder}.new`];
  await mkdir(base, { recursive: true, mode: 0o700 });
  // Space for the archive and its contents, which briefly exist together.
  await requireSpace({ folder: base, bytes: 2 * backendPackage.bytes });
  try {
    await download(backendPackage, archive, { signal, dispatcher });
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    await promisify(execFile)(SYSTEM.processes.tar, ['-xzf', archive, '-C', fresh, '--strip-components=1']);
    await checkBackend(backendPackage, fresh);
    await rename(fresh, folder);
  } finally {
    await rm(archive, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
}

async function download(
  one: BackendPackage,
  archive: string,
  { signal, dispatcher }: { readonly signal: AbortSignal | undefined; readonly dispatcher: Dispatcher | undefined },
): Promise<void> {
  const refused = (why: string, cause?: unknown) =>
    new EngineError('ENGINE_BACKEND_DOWNLOAD', `${one.url}: ${why}`, { url: one.url }, { cause });
  const hash = createHash('sha512');
  try {
    const response = await fetch(one.url, { signal: signal ?? null, ...(dispatcher === undefined ? {} : { dispatcher }) });
    if (!response.ok || response.body === null) throw refused(`answered with ${response.status}`);
    await pipeline(
      Readable.fromWeb(response.body),
      // The archive is compressed; if more bytes arrive than its contents have, it is something else.
      limitBytes(one.bytes, () => refused('more than was announced')),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(archive, { mode: 0o600 }),
      ...((signal === undefined ? [] : [{ signal }]) as []),
    );
  } catch (error) {
    throw error instanceof EngineError ? error : refused(error instanceof Error ? error.message : String(error), error);
  }
  if (`sha512-${hash.digest('base64')}` !== one.integrity) throw refused('not the expected SHA-512');
}

/** @throws EngineError ENGINE_BACKEND_UNKNOWN */
export async function removeBackend({
  packages,
  backend,
  base,
}: Pick<InstallOptions, 'packages' | 'backend' | 'base'>): Promise<void> {
  const wanted = packages.filter((one) => one.backend === backend);
  if (wanted.length === 0) throw new EngineError('ENGINE_BACKEND_UNKNOWN', backend, { backend });
  for (const one of wanted) await rm(folderOf(one, base), { recursive: true, force: true });
}

export function isInstalled(packages: readonly BackendPackage[], backend: BackendName, base: string): boolean {
  const wanted = packages.filter((one) => one.backend === backend);
  return wanted.length > 0 && wanted.every((one) => existsSync(path.join(folderOf(one, base), 'package.json')));
}

/** The back ends for this system, each with its size and whether it is installed. */
export function backendViews(): BackendView[] {
  const packages = readBackends();
  const base = backendsFolder();
  return [...new Set(packages.map(({ backend }) => backend))].map((backend) => ({
    backend,
    bytes: packages.filter((one) => one.backend === backend).reduce((sum, { bytes }) => sum + bytes, 0),
    installed: isInstalled(packages, backend, base),
  }));
}
