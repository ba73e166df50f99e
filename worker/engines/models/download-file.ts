/**
 * Downloads one large file whose length and SHA-256 are known: continues where an earlier attempt stopped, trusts none
 * of the server's statements about lengths, and puts the file in place only if it is the right one.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, fetch, type Response } from 'undici';
import { decodedEscapes } from '../../../contract/proxy.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { environmentPolicy, OutboundDispatcher } from '../../outbound/outbound-dispatcher.ts';
import { EngineError, isEngineError } from '../errors.ts';
import { partOf, sizeOf } from './files.ts';
import { createSpeedometer } from './speedometer.ts';

/** Left free for everything else on the disk by default. */
const RESERVE_BYTES = 512 * 1024 * 1024;
export const STALL_MS = 60_000;
const BACKOFF_MS = 1000;
const BACKOFF_MAX_MS = 30_000;
const FRUITLESS_ATTEMPTS = 5;
/** If a hub asks for a longer wait, it is asked again sooner. */
const RETRY_AFTER_MAX_MS = 300_000;

export interface DownloadProgress {
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
}

interface HubAccess {
  readonly hubUrl: string;
  readonly token: string;
}

export interface DownloadFileInput {
  readonly url: string;
  readonly target: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly clock: Clock;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Everything has arrived; its SHA-256 is being computed. */
  readonly onVerifying?: () => void;
  readonly signal?: AbortSignal;
  /** Default: direct, or through the proxy in the environment. */
  readonly dispatcher?: Dispatcher;
  /** Sent only to this hub's own address, never to a mirror and never after a redirect to another host. */
  readonly hubAccess?: HubAccess | null;
  /** Free bytes on a folder's disk. */
  readonly freeBytes?: FreeBytes;
  /** What must stay free. */
  readonly reserveBytes?: number;
}

export type FreeBytes = (folder: string) => Promise<number>;

/**
 * Resolves when `target` is the complete, correct file; at once if it already is.
 * @throws EngineError MODEL_REFUSED, MODEL_CORRUPT, MODEL_INTERRUPTED, MODEL_NO_SPACE, MODEL_CANCELLED
 */
export async function downloadFile(input: DownloadFileInput): Promise<void> {
  const { target, sizeBytes, clock, signal } = input;
  if ((await sizeOf(target)) === sizeBytes) return;
  const part = partOf(target);
  await mkdir(dirname(target), { recursive: true });
  // Left by a larger file with that name: it cannot be continued.
  if ((await sizeOf(part)) > sizeBytes) await rm(part, { force: true });
  await requireSpace({ ...input, folder: dirname(target), bytes: sizeBytes - (await sizeOf(part)) });
  const own = { policy: environmentPolicy(), agent: { bodyTimeout: STALL_MS } };
  const ownDispatcher = input.dispatcher === undefined ? new OutboundDispatcher(own) : undefined;
  const dispatcher = input.dispatcher ?? ownDispatcher;
  let fromScratch = (await sizeOf(part)) === 0;
  const version: Version = { etag: null };
  try {
    for (let fruitless = 0; ; ) {
      const before = await sizeOf(part);
      const failure = before === sizeBytes ? null : await attempt({ input, part, dispatcher, version });
      if (failure === null) {
        input.onVerifying?.();
        if (await isRight(input, part)) break;
        await rm(part, { force: true });
        if (fromScratch) throw new EngineError('MODEL_CORRUPT', `${displayUrl(input.url)}: not the expected SHA-256`);
        fromScratch = true;
        continue;
      }
      // A server that cannot continue is asked for the whole file; what it then sends is kept like any other beginning.
      if (failure.fromStart) {
        await rm(part, { force: true });
        fromScratch = true;
      }
      fruitless = (await sizeOf(part)) > before ? 1 : fruitless + 1;
      if (fruitless > FRUITLESS_ATTEMPTS) throw failure.error;
      const backoffMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** (fruitless - 1));
      await clock.sleep(Math.max(backoffMs, Math.min(failure.retryAfterMs, RETRY_AFTER_MAX_MS)), signal);
    }
  } catch (error) {
    if (signal?.aborted && !isEngineError(error)) throw new EngineError('MODEL_CANCELLED', `${displayUrl(input.url)}: cancelled`);
    throw error;
  } finally {
    await ownDispatcher?.destroy();
  }
  await rename(part, target);
}

/** Why an attempt did not get everything, and how to continue. */
interface Failure {
  readonly error: EngineError;
  /** The part on disk is useless. */
  readonly fromStart: boolean;
  /** 0 = the hub did not say. */
  readonly retryAfterMs: number;
}

/** This answer is useless; another one may not be. */
class UnusableDownload extends Error {
  readonly fromStart: boolean;
  readonly retryAfterMs: number;

  constructor(message: string, { fromStart = false, retryAfterMs = 0 }: { fromStart?: boolean; retryAfterMs?: number } = {}) {
    super(message);
    this.fromStart = fromStart;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The version of the file that the part is from, as named by the hub; for an earlier run, only the SHA-256 is known. */
interface Version {
  etag: string | null;
}

const isWeak = (etag: string) => etag.startsWith('W/');

/** One request. @returns null if `part` has its full length, otherwise why it may be tried again. */
async function attempt(job: {
  input: DownloadFileInput;
  part: string;
  dispatcher: Dispatcher | undefined;
  version: Version;
}): Promise<Failure | null> {
  const { input, part, dispatcher, version } = job;
  const { url, sizeBytes, signal } = input;
  // A weak tag does not guarantee the same bytes.
  if (version.etag !== null && isWeak(version.etag)) await rm(part, { force: true });
  const offset = await sizeOf(part);
  try {
    const { address, authorization } = withoutCredentials(url, input.hubAccess ?? null);
    const response = await fetch(address, {
      headers: {
        'accept-encoding': 'identity',
        ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
        ...(offset > 0 && version.etag !== null ? { 'if-range': version.etag } : {}),
        ...(authorization === null ? {} : { authorization }),
      },
      ...(signal === undefined ? {} : { signal }),
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });
    const start = startOf(response, { offset, sizeBytes, url, nowMs: input.clock.now() });
    const etag = response.headers.get('etag');
    const isOther = start > 0 && version.etag !== null && etag !== null && etag !== version.etag;
    version.etag = etag ?? (start > 0 ? version.etag : null);
    if (isOther) throw new UnusableDownload('the file has changed at the hub meanwhile', { fromStart: true });
    await receive({ input, part, response, start });
  } catch (cause) {
    if (isEngineError(cause) || signal?.aborted) throw cause;
    if (isNoSpace(cause)) throw new EngineError('MODEL_NO_SPACE', `${input.target}: the disk is full`, {}, { cause });
    const reason = innermost(cause);
    const error = new EngineError('MODEL_INTERRUPTED', `${displayUrl(url)}: ${reason}`, {}, { cause });
    if (cause instanceof UnusableDownload) return { error, fromStart: cause.fromStart, retryAfterMs: cause.retryAfterMs };
    return { error, fromStart: false, retryAfterMs: 0 };
  }
  const received = await sizeOf(part);
  if (received === sizeBytes) return null;
  const why = `${displayUrl(url)}: ended after ${received} of ${sizeBytes} bytes`;
  return { error: new EngineError('MODEL_INTERRUPTED', why, { received }), fromStart: false, retryAfterMs: 0 };
}

/** Where in the file the answer starts. @throws Unusable, EngineError MODEL_REFUSED */
function startOf(
  response: Response,
  { offset, sizeBytes, url, nowMs }: { offset: number; sizeBytes: number; url: string; nowMs: number },
): number {
  const { status, headers } = response;
  // No file of a model is a web page, but a network's log-in page is one.
  if (status < 300 && /^text\/html\b|^application\/xhtml/i.test(headers.get('content-type') ?? '')) {
    throw new UnusableDownload('a web page came instead of the file: something on the way requires a log-in');
  }
  if (status === 200) return 0;
  if (status === 206) {
    const [, first, last] = /^bytes (\d+)-(\d+)/.exec(headers.get('content-range') ?? '') ?? [];
    if (first !== undefined && Number(first) === offset) return offset;
    // It sends the whole file and calls it a part.
    const length = Number(headers.get('content-length'));
    if ((first === '0' && Number(last) === sizeBytes - 1) || (first === undefined && length === sizeBytes)) return 0;
    throw new UnusableDownload('the hub sent a different part of the file than requested', { fromStart: true });
  }
  if (status === 416 && offset > 0) throw new UnusableDownload('the hub cannot continue inside the file', { fromStart: true });
  if (status === 408 || status === 416 || status === 425 || status === 429 || status >= 500) {
    throw new UnusableDownload(`the hub answered ${status}`, { retryAfterMs: retryAfter(headers.get('retry-after'), nowMs) });
  }
  throw new EngineError('MODEL_REFUSED', `${displayUrl(url)}: the hub answered ${status}`, { status });
}

/** Seconds, or a date; 0 = not stated. */
function retryAfter(text: string | null, nowMs: number): number {
  if (text === null) return 0;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

async function receive(job: { input: DownloadFileInput; part: string; response: Response; start: number }): Promise<void> {
  const { input, part, response, start } = job;
  const { sizeBytes, clock, onProgress } = input;
  const speed = createSpeedometer(clock);
  const file = await open(part, start === 0 ? 'w' : 'r+');
  let received = start;
  try {
    for await (const chunk of response.body ?? []) {
      if (received + chunk.length > sizeBytes) throw await tooLongError(file, input.url);
      await file.write(chunk, 0, chunk.length, received);
      received += chunk.length;
      onProgress?.({ receivedBytes: received, totalBytes: sizeBytes, bytesPerSecond: speed.add(chunk.length) });
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function tooLongError(file: FileHandle, url: string): Promise<EngineError> {
  await file.truncate(0);
  return new EngineError('MODEL_CORRUPT', `${displayUrl(url)}: longer than expected`);
}

async function isRight({ sha256 }: DownloadFileInput, part: string): Promise<boolean> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(part), hash);
  return hash.digest('hex') === sha256;
}

/** @throws EngineError MODEL_NO_SPACE if the disk would not keep its reserve after `bytes` more. */
export async function requireSpace(input: {
  readonly folder: string;
  readonly bytes: number;
  readonly freeBytes?: FreeBytes;
  readonly reserveBytes?: number;
}): Promise<void> {
  const { folder, bytes, freeBytes = diskFreeBytes, reserveBytes = RESERVE_BYTES } = input;
  await mkdir(folder, { recursive: true });
  const free = await freeBytes(folder);
  const needed = bytes + reserveBytes;
  if (free < needed) {
    throw new EngineError('MODEL_NO_SPACE', `${folder}: ${needed} bytes needed, ${free} free`, { folder, needed, free });
  }
}

export async function diskFreeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** `fetch` accepts a mirror's user name and password only as a header, and drops it if redirected to another host. */
function withoutCredentials(url: string, hub: HubAccess | null): { address: URL; authorization: string | null } {
  const address = new URL(url);
  const { username, password } = address;
  address.username = '';
  address.password = '';
  if (username === '' && password === '') {
    const isHub = hub !== null && address.origin === new URL(hub.hubUrl).origin;
    return { address, authorization: isHub ? `Bearer ${hub.token}` : null };
  }
  const credentials = `${decodedEscapes(username)}:${decodedEscapes(password)}`;
  return { address, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** `fetch failed` says nothing; its cause does. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}

/** The URL without parts that may be secret: a mirror's user name, password or query. */
function displayUrl(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
