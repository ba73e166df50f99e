/** The worker's log: JSON lines. Everything that looks like a secret is removed before a line is written. */
import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

const SECRET_KEYS = [
  'privateKey',
  'private_key',
  'key',
  'secret',
  'password',
  'passphrase',
  'token',
  'authorization',
  'mnemonic',
];

const NAMES = `(?:${SECRET_KEYS.join('|')})`;
/**
 * `"privateKey":"…"`, also if its quotes are escaped because it is inside a string. It ends at a quote with the same
 * escaping.
 */
const QUOTED_SECRET = new RegExp(`(${NAMES}(\\\\*)"\\s*:\\s*\\2")(?:(?!(?<!\\\\)\\2")[^\\n])+`, 'gi');
/** `private_key=…`, `Authorization: Bearer …` in plain text. */
const WRITTEN_SECRET = new RegExp(`(${NAMES}\\s*[:=]\\s*)(?:Bearer\\s+)?[^\\s"'\\\\,}]+`, 'gi');

/** Shorter secrets would also be removed from ordinary words. */
const SHORTEST_WORD = 4;

export interface LogOptions {
  readonly level: string;
  /** Values that must never appear, whatever surrounds them: the node's key. */
  readonly secrets: readonly string[];
  /** Default: standard error. */
  readonly stream?: DestinationStream;
  /** Receives every line as well. */
  readonly file?: { write(line: string): void };
}

/** @param options `secrets` are removed in any case and with or without 0x. */
export function createLog({ level, secrets, stream, file }: LogOptions): Logger {
  const target = stream ?? standardError();
  const redact = redactor(secrets);
  const write = (line: string) => {
    const clean = redact(line);
    target.write(clean);
    file?.write(clean);
  };
  return pino({ level, base: null }, { write });
}

function standardError(): DestinationStream {
  const stream = destination({ fd: 2, sync: true });
  // The reader may be gone while we are still shutting down.
  stream.on('error', () => {});
  return stream;
}

/** Redacts the finished line, so no field, message or stack can be missed. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const exact = exactRedactor(secrets);
  return (text) => exact(text.replace(QUOTED_SECRET, '$1[redacted]').replace(WRITTEN_SECRET, '$1[redacted]'));
}

/** Removes only the secrets themselves, not what merely looks like one: for text written by others. */
export function exactRedactor(secrets: readonly string[]): (text: string) => string {
  const bare = secrets.map((secret) => secret.replace(/^0x/i, '')).filter((secret) => /^[0-9a-fA-F]{16,}$/.test(secret));
  const keys = bare.length === 0 ? null : new RegExp(`(?:0x)?(?:${bare.join('|')})`, 'gi');
  // Passwords and tokens are removed as written, as escaped in JSON, and as encoded in a URL.
  const words = secrets.filter((secret) => secret.length >= SHORTEST_WORD && !/^(?:0x)?[0-9a-fA-F]{16,}$/i.test(secret));
  const forms = [...new Set(words.flatMap((word) => [word, JSON.stringify(word).slice(1, -1), encodeURIComponent(word)]))];
  // Longest first, because one may be part of another.
  forms.sort((a, b) => b.length - a.length);
  return (text) => {
    const withoutKeys = keys === null ? text : text.replace(keys, '[redacted]');
    return forms.reduce((result, form) => result.replaceAll(form, '[redacted]'), withoutKeys);
  };
}
