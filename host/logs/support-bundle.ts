/** What a host may give to others when something is wrong: logs, configuration and versions, without any secret. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as others } from 'node:timers/promises';
import { wordlists } from 'ethers';
import { strToU8, zipSync } from 'fflate';
import type { Profile } from '../../contract/profiles.ts';
import { redaction } from '../../worker/kit/redaction.ts';
import { logSegments } from './log-segments.ts';

export interface BundleOptions {
  readonly profile: Profile;
  readonly logFolder: string;
  /** Program, runtime, system, engine: whatever the caller knows. */
  readonly versions: Readonly<Record<string, string>>;
  /** Counts and states from the node's store. */
  readonly store: Readonly<Record<string, unknown>>;
  /** Everything known to be secret: unlocked keys and this session's tokens. */
  readonly secrets: readonly string[];
  readonly homeDir: string;
  readonly userName: string;
  readonly nowMs: number;
}

export interface Bundle {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** Bytes of each log file, from its end. */
const LOG_BYTES = 4 * 1024 * 1024;

/** Works file by file, so that the process can answer other calls in between. @throws the signal's reason */
export async function supportBundle(options: BundleOptions, signal?: AbortSignal): Promise<Bundle> {
  const { profile, logFolder, versions, store, nowMs } = options;
  const clean = cleaner(options);
  const data = (value: unknown) => strToU8(clean(JSON.stringify(value, null, 2)));
  const logs: Record<string, Uint8Array> = {};
  for (const segment of logSegments(logFolder)) {
    await others();
    signal?.throwIfAborted();
    // The oldest may have been removed in the meantime.
    if (!existsSync(segment.path)) continue;
    const text = readFileSync(segment.path).subarray(-LOG_BYTES).toString('utf8');
    logs[`logs/${path.basename(segment.path)}`] = strToU8(clean(text));
  }
  const files: Record<string, Uint8Array> = {
    'profile.json': data(withoutSecrets(profile)),
    'versions.json': data(versions),
    'store.json': data(store),
    ...logs,
  };
  const time = new Date(nowMs).toISOString();
  const manifest = data({ format: 'crynux-support/1', createdAt: time, files: Object.keys(files) });
  const bytes = zipSync({ 'manifest.json': manifest, ...files }, { mtime: new Date(1980, 0, 1) });
  return { fileName: `crynux-support-${profile.id}-${time.replaceAll(':', '-')}.zip`, bytes };
}

/** An engine's environment, arguments and addresses may contain tokens of any form; their names are enough to help. */
function withoutSecrets(profile: Profile): unknown {
  const { engine, models } = profile;
  const env = 'env' in engine ? { env: Object.keys(engine.env) } : {};
  const args = 'args' in engine ? { args: engine.args.length } : {};
  const proxy = models.proxy === null ? null : { host: models.proxy.host, port: models.proxy.port };
  return { ...profile, engine: { ...engine, ...env, ...args }, models: { ...models, proxy } };
}

function cleaner({ profile, secrets, homeDir, userName }: BundleOptions): (text: string) => string {
  const { engine, models } = profile;
  const configured = [...('env' in engine ? Object.values(engine.env) : []), models.proxy?.password ?? ''];
  const { text: redact } = redaction({ secrets, homeDir, userName });
  // Longest first, because one secret may be part of another.
  const exact = [...secrets, ...configured.filter((value) => value.length >= 8)]
    .flatMap((secret) => [secret, inJson(secret), inJson(inJson(secret))])
    .filter((secret) => secret.length >= 6)
    .sort((a, b) => b.length - a.length);
  return (text) => withoutPhrases(redact(exact.reduce((result, secret) => result.replaceAll(secret, '[redacted]'), text)));
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const ENGLISH = wordlists.en;

/** Twelve words of the recovery word list in a row are treated as a phrase, wherever they appear. */
function withoutPhrases(text: string): string {
  return text.replace(/\b[a-z]{3,8}(?:[ \t]+[a-z]{3,8}){11,23}\b/g, (words) =>
    words.split(/[ \t]+/).every((word) => (ENGLISH?.getWordIndex(word) ?? -1) >= 0) ? '[redacted]' : words,
  );
}
