/** Removes from bundles what must not leave this machine: keys, tokens, and names of home directories. */
import { redactor } from '../log.ts';

export interface RedactionOptions {
  /** Values that must never appear: the node's key. */
  readonly secrets: readonly string[];
  readonly homeDir: string;
  readonly userName: string;
}

export interface Redaction {
  /** Redacts text; JSON text stays valid JSON. */
  readonly text: (text: string) => string;
  /** Whether bytes contain a key or the home directory. Files are evidence: they are included unchanged or not at all. */
  readonly isTainted: (bytes: Uint8Array) => boolean;
}

const TOKENS: readonly (readonly [RegExp, string])[] = [
  // JSON web tokens, bearer tokens, hub tokens.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [/\b(Bearer\s+)[\w.~+/=-]{8,}/gi, '$1[redacted]'],
  [/\bhf_[A-Za-z0-9]{16,}/g, '[redacted]'],
  // User and password in a URL, a token in its query, and the access key that RPC providers put into the path.
  [/(:\/\/)[^\s/@"'\\]+@/g, '$1[redacted]@'],
  [/([?&](?:access_?token|api_?key|auth|token|key|secret|password)=)[^&\s"'\\]+/gi, '$1[redacted]'],
  [/(\/v[23]\/)[A-Za-z0-9_-]{20,}/g, '$1[redacted]'],
];

const HOMES: readonly (readonly [RegExp, string])[] = [
  [/\/(home|Users)\/[^/\s"'\\:;,)\]}]+/g, '/$1/[user]'],
  // A separator is one backslash, or several inside JSON strings; names may contain spaces.
  [/([A-Za-z]:)(\\+|\/)Users(?:\\+|\/)(?:[^\\/"'\r\n]+(?=[\\/])|[^\\/"'\s]+)/gi, '$1$2Users$2[user]'],
];

/** Names too common to identify anybody. */
const PUBLIC_NAMES = new Set(['root', 'user', 'node', 'home', 'app', 'ubuntu', 'admin', 'docker', 'runner']);

export function redaction({ secrets, homeDir, userName }: RedactionOptions): Redaction {
  const named = redactor(secrets);
  const rules = [...homeRules(homeDir), ...HOMES, ...userRules(userName), ...TOKENS];
  const bare = secrets.map((secret) => secret.replace(/^0x/i, '').toLowerCase()).filter((secret) => secret.length >= 16);
  const raw = bare.filter((secret) => /^(?:[0-9a-f]{2})+$/.test(secret)).map((secret) => Buffer.from(secret, 'hex'));
  const homes = homeDir.length < 3 ? [] : separators(homeDir);
  return {
    text: (text) => rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), named(text)),
    isTainted: (bytes) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const text = buffer.toString('latin1');
      const lower = text.toLowerCase();
      return (
        bare.some((secret) => lower.includes(secret)) ||
        raw.some((secret) => buffer.includes(secret)) ||
        homes.some((home) => text.includes(Buffer.from(home).toString('latin1')))
      );
    },
  };
}

/** The home directory itself, wherever it is, with separators in any notation. */
function homeRules(homeDir: string): (readonly [RegExp, string])[] {
  if (homeDir.length < 3) return [];
  return separators(homeDir).map((home) => [new RegExp(`${escapeRegExp(home)}(?![\\w-])`, 'g'), '~'] as const);
}

/** As it is, and with the backslashes escaped as in JSON, in JSON inside JSON, and in URLs. */
function separators(path: string): string[] {
  return [...new Set([path, ...['\\\\', '\\\\\\\\', '/'].map((separator) => path.replaceAll('\\', separator))])];
}

/** The user's name as a part of any path. */
function userRules(userName: string): (readonly [RegExp, string])[] {
  if (userName.length < 3 || PUBLIC_NAMES.has(userName.toLowerCase())) return [];
  return [[new RegExp(`([\\\\/])${escapeRegExp(userName)}(?=[\\\\/"'\\s:;,]|$)`, 'g'), '$1[user]']];
}

export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
