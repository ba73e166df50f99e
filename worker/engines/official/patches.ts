/** The official worker's own patch mechanism: displayed here, carried out by the worker. Source: RELAY_PROTOCOL 9.4. */
import { fetch } from 'undici';
import { environmentPolicy, OutboundDispatcher } from '../../outbound/outbound-dispatcher.ts';
import type { ProxyPolicy } from '../../outbound/proxy-policy.ts';
import { EngineError } from '../errors.ts';

/** Where the worker looks by default. */
export const OFFICIAL_PATCH_URL = 'https://raw.githubusercontent.com/crynux-network/crynux-worker/main';
/** Where earlier versions of this program and of the official node looked: the project has moved. */
const FORMER_PATCH_URLS = ['https://raw.githubusercontent.com/crynux-ai/crynux-worker/main'];

/** Profiles store the URL from when they were created; code is downloaded from where the project is now. */
export function presentPatchUrl(patchUrl: string): string {
  const bare = patchUrl.trim().replace(/\/+$/, '');
  return FORMER_PATCH_URLS.includes(bare) ? OFFICIAL_PATCH_URL : bare;
}

const TIMEOUT_MS = 10_000;
const MAX_LIST = 64 * 1024;

/**
 * Versions to which the worker would patch itself, in order.
 * @param list text of `patches.txt`: versions separated by white space. There are none for a version that is not in the
 * list.
 */
export function patchesFor(list: string, version: string): readonly string[] {
  const versions = list.split(/\s+/).filter((one) => one !== '');
  const at = versions.indexOf(version);
  return at < 0 ? [] : versions.slice(at + 1).filter((later) => majorOf(later) === majorOf(version));
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}

/** @throws EngineError OFFICIAL_NO_PATCH_LIST */
export async function readPatchList(patchUrl: string, policy: ProxyPolicy = environmentPolicy()): Promise<string> {
  const url = `${patchUrl}/patches.txt`;
  const dispatcher = new OutboundDispatcher({ policy });
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), dispatcher });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    const text = await response.text();
    if (text.length > MAX_LIST) throw new Error(`more than ${MAX_LIST} characters`);
    return text;
  } catch (cause) {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const reason = inner instanceof Error ? inner.message : String(inner);
    throw new EngineError('OFFICIAL_NO_PATCH_LIST', `${url}: ${reason}`, { url }, { cause });
  } finally {
    await dispatcher.destroy();
  }
}
