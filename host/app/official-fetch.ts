/** Downloads the official node's package into the data directory: one at a time, verified, never opened. */
import path from 'node:path';
import type { OfficialDownload, OfficialRelease } from '../../contract/first-run.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { Clock } from '../../protocol/ports.ts';
import { isEngineError } from '../../worker/engines/errors.ts';
import { downloadFile } from '../../worker/engines/models/download-file.ts';
import { OutboundDispatcher } from '../../worker/outbound/outbound-dispatcher.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';
import { HostError, type HostErrorCode } from '../errors.ts';
import { type Release, readRelease } from './official-release.ts';

export interface OfficialFetch {
  /** @throws HostError OFFICIAL_RELEASE_UNREADABLE */
  release(): Promise<OfficialRelease>;
  /**
   * Starts or resumes; `state` shows the progress. @throws HostError OFFICIAL_FILE_UNKNOWN, OFFICIAL_RELEASE_UNREADABLE
   */
  start(name: string): Promise<void>;
  /** Resolves when it has stopped; what was downloaded is kept. */
  stop(): Promise<void>;
  state(): OfficialDownload;
  watch(listener: (state: OfficialDownload) => void): () => void;
}

export interface OfficialFetchOptions {
  readonly folder: string;
  readonly policy: () => Promise<ProxyPolicy>;
  readonly clock: Clock;
  readonly platform?: string;
  readonly read?: (policy: ProxyPolicy, platform: string) => Promise<Release>;
  readonly download?: typeof downloadFile;
}

export function createOfficialFetch(options: OfficialFetchOptions): OfficialFetch {
  const { folder, policy, clock, platform = SYSTEM.name, read = readRelease, download = downloadFile } = options;
  const listeners = new Set<(state: OfficialDownload) => void>();
  let state: OfficialDownload = { kind: 'none' };
  let running: { readonly stop: AbortController; readonly ended: Promise<void> } | null = null;

  function become(next: OfficialDownload): void {
    state = next;
    for (const listener of listeners) listener(next);
  }

  async function run(file: Release['files'][number] & { readonly sha256: string }, signal: AbortSignal): Promise<void> {
    const { name, url, sizeBytes: total, sha256 } = file;
    const target = path.join(folder, name);
    const dispatcher = new OutboundDispatcher({ policy: await policy() });
    try {
      await download({
        ...{ url, target, sizeBytes: total, sha256, clock, signal, dispatcher },
        onProgress: ({ receivedBytes, bytesPerSecond }) =>
          become({ kind: 'downloading', name, bytes: receivedBytes, total, bytesPerSecond }),
        onVerifying: () => become({ kind: 'verifying', name, bytes: total, total }),
      });
      become({ kind: 'done', name, path: target, sha256 });
    } catch (error) {
      if (signal.aborted) become({ kind: 'cancelled', name });
      else become({ kind: 'failed', name, error: failure(error) });
    } finally {
      await dispatcher.destroy();
    }
  }

  return {
    async release() {
      const { files, ...rest } = await read(await policy(), platform);
      return { ...rest, files: files.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })) };
    },
    async start(name) {
      if (running !== null) return;
      // Read the page again: the file's address and hash are never taken from the caller.
      const { files } = await read(await policy(), platform);
      const file = files.find((one) => one.name === name);
      if (file === undefined || file.sha256 === null) {
        throw new HostError('OFFICIAL_FILE_UNKNOWN', `${name} is not in the newest release, or has no checksum`, { name });
      }
      if (running !== null) return;
      const stop = new AbortController();
      become({ kind: 'downloading', name, bytes: 0, total: file.sizeBytes, bytesPerSecond: 0 });
      const ended = run({ ...file, sha256: file.sha256 }, stop.signal).finally(() => {
        running = null;
      });
      running = { stop, ended };
    },
    async stop() {
      running?.stop.abort();
      await running?.ended;
    },
    state: () => state,
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function failure(error: unknown) {
  const code: HostErrorCode = isEngineError(error, 'MODEL_CORRUPT') ? 'OFFICIAL_FETCH_WRONG' : 'OFFICIAL_FETCH_FAILED';
  const reason = error instanceof Error ? error.message : String(error);
  const { message, data } = new HostError(code, reason, { reason }).serialise();
  return { code, message, data: { ...data } };
}
