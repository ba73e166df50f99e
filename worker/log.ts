/** The worker's log: JSON lines, with everything that looks like a secret cut out where it is written. */
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
/** `"privateKey":"…"`, also where the quotes are escaped because it stands inside a string. It ends at a quote of its own depth. */
const QUOTED_SECRET = new RegExp(`(${NAMES}(\\\\*)"\\s*:\\s*\\2")(?:(?!(?<!\\\\)\\2")[^\\n])+`, 'gi');
/** `private_key=…`, `Authorization: Bearer …` in running text. */
const WRITTEN_SECRET = new RegExp(`(${NAMES}\\s*[:=]\\s*)(?:Bearer\\s+)?[^\\s"'\\\\,}]+`, 'gi');

/** A shorter one would be cut out of ordinary words. */
const SHORTEST_WORD = 4;

export interface LogOptions {
  readonly level: string;
  /** Values that must never appear, whatever stands around them: the node's key. */
  readonly secrets: readonly string[];
  /** Default: standard error. */
  readonly stream?: DestinationStream;
  /** Gets every line as well. */
  readonly file?: { write(line: string): void };
}

/** @param options `secrets` are cut out in any case and with or without 0x. */
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
  // The reader may be gone while we are still closing down.
  stream.on('error', () => {});
  return stream;
}

/** Works on the finished line, so that no field, message or stack can slip past it. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const exact = exactRedactor(secrets);
  return (text) => exact(text.replace(QUOTED_SECRET, '$1[redacted]').replace(WRITTEN_SECRET, '$1[redacted]'));
}

/** Cuts out the secrets themselves and leaves alone what only looks like one: for text that others have written. */
export function exactRedactor(secrets: readonly string[]): (text: string) => string {
  const bare = secrets.map((secret) => secret.replace(/^0x/i, '')).filter((secret) => /^[0-9a-fA-F]{16,}$/.test(secret));
  const keys = bare.length === 0 ? null : new RegExp(`(?:0x)?(?:${bare.join('|')})`, 'gi');
  // Passwords and tokens count as they are written, as they stand in JSON, and as they stand in an address.
  const words = secrets.filter((secret) => secret.length >= SHORTEST_WORD && !/^(?:0x)?[0-9a-fA-F]{16,}$/i.test(secret));
  const forms = [...new Set(words.flatMap((word) => [word, JSON.stringify(word).slice(1, -1), encodeURIComponent(word)]))];
  // Longest first: one may be a part of another.
  forms.sort((a, b) => b.length - a.length);
  return (text) => {
    const withoutKeys = keys === null ? text : text.replace(keys, '[redacted]');
    return forms.reduce((result, form) => result.replaceAll(form, '[redacted]'), withoutKeys);
  };
}
