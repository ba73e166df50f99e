/** The newest release of the official node from its page's API, and its files for one system. */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fetch } from 'undici';
import { z } from 'zod';
import { OFFICIAL_PLACES, type OfficialFile, type OfficialRelease } from '../../contract/first-run.ts';
import { limitBytes } from '../../worker/kit/limit-bytes.ts';
import { OutboundDispatcher } from '../../worker/outbound/outbound-dispatcher.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';
import { HostError } from '../errors.ts';

const LATEST_URL = 'https://api.github.com/repos/crynux-network/crynux-node/releases/latest';
const DOWNLOADS = `${OFFICIAL_PLACES.releases}/download/`;
const WITHIN_MS = 15_000;
const MAX_ANSWER = 2_000_000;

const answerSchema = z.object({
  tag_name: z.string().min(1).max(100),
  html_url: z.string(),
  published_at: z.string().nullish(),
  assets: z.array(
    z.object({
      name: z.string().regex(/^[\w.+-]{1,200}$/),
      size: z.number().int().nonnegative(),
      /** Set by the page when the file was uploaded, and immutable. */
      digest: z.string().nullish(),
      browser_download_url: z.string(),
    }),
  ),
});

/** How packages are named; NETWORK_2026 3. */
const NAMES: Readonly<Record<string, RegExp>> = {
  win32: /-windows-x64\.zip$/,
  darwin: /-mac-arm64[\w.-]*\.dmg$/,
  linux: /-linux-bin-x64\.tar\.gz$/,
};

interface ReleaseFile extends OfficialFile {
  readonly url: string;
}

export interface Release extends Omit<OfficialRelease, 'files'> {
  readonly files: readonly ReleaseFile[];
}

/** @throws HostError OFFICIAL_RELEASE_UNREADABLE if the text is not such an answer */
export function releaseOf(text: string, platform: string): Release {
  const answer = answerSchema.safeParse(parsed(text));
  if (!answer.success) throw unreadable("the page's answer is not a release");
  const { tag_name, html_url, published_at, assets } = answer.data;
  const published = Date.parse(published_at ?? '');
  return {
    version: tag_name.replace(/^v/, ''),
    pageUrl: html_url.startsWith(OFFICIAL_PLACES.releases) ? html_url : OFFICIAL_PLACES.releases,
    publishedMs: Number.isFinite(published) ? published : null,
    files: assets
      .filter(
        ({ name, browser_download_url }) => NAMES[platform]?.test(name) === true && browser_download_url.startsWith(DOWNLOADS),
      )
      .map(({ name, size, digest, browser_download_url: url }) => ({
        ...{ name, url, sizeBytes: size },
        sha256: /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1] ?? null,
      })),
  };
}

/** @throws HostError OFFICIAL_RELEASE_UNREADABLE */
export async function readRelease(policy: ProxyPolicy, platform: string, url = LATEST_URL): Promise<Release> {
  const dispatcher = new OutboundDispatcher({ policy });
  try {
    const headers = { accept: 'application/vnd.github+json', 'user-agent': 'crynux-node-desktop' };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(WITHIN_MS), dispatcher });
    if (!response.ok) throw unreadable(`HTTP status ${response.status}`);
    const limit = limitBytes(MAX_ANSWER, () => unreadable(`more than ${MAX_ANSWER} bytes`));
    const body = Readable.fromWeb(response.body ?? new ReadableStream());
    return releaseOf(await pipeline(body, limit, text), platform);
  } catch (cause) {
    if (cause instanceof HostError) throw cause;
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw unreadable(inner instanceof Error ? inner.message : String(inner), cause);
  } finally {
    await dispatcher.destroy();
  }
}

function unreadable(reason: string, cause?: unknown): HostError {
  return new HostError('OFFICIAL_RELEASE_UNREADABLE', `${LATEST_URL}: ${reason}`, { reason }, { cause });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
