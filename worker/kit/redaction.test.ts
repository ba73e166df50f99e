import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redaction } from './redaction.ts';

const KEY = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const linux = redaction({ secrets: [KEY], homeDir: '/home/mara', userName: 'mara' });
const windows = redaction({ secrets: [KEY], homeDir: 'C:\\Users\\Mara Lind', userName: 'Mara Lind' });
const service = redaction({ secrets: [KEY], homeDir: '/var/lib/crynux', userName: 'crynux' });

describe('names of home directories', () => {
  const table: readonly [string, (text: string) => string, string, string][] = [
    ["the user's own home", linux.text, 'open /home/mara/node/x failed', 'open ~/node/x failed'],
    ["another user's home", linux.text, 'at /home/tom/a and /Users/ann/b', 'at /home/[user]/a and /Users/[user]/b'],
    ['the user elsewhere', linux.text, '/media/mara/disk', '/media/[user]/disk'],
    ['a longer name', linux.text, '/home/mara-test/x', '/home/[user]/x'],
    ['Windows', windows.text, 'C:\\Users\\Mara Lind\\AppData', '~\\AppData'],
    ['Windows, another user', windows.text, 'D:\\Users\\tom cat\\x', 'D:\\Users\\[user]\\x'],
    ['Windows with slashes', windows.text, 'C:/Users/Mara Lind/x', '~/x'],
    ['Windows in JSON', windows.text, JSON.stringify({ p: 'C:\\Users\\Mara Lind\\x' }), '{"p":"~\\\\x"}'],
    ['the home of a service', service.text, '/var/lib/crynux/results', '~/results'],
    ['nothing to redact', linux.text, 'https://relay.crynux.io/home of 3/4', 'https://relay.crynux.io/home of 3/4'],
  ];
  it.each(table)('%s', (_, redact, text, expected) => expect(redact(text)).toBe(expected));

  it('in JSON inside JSON', () => {
    const nested = JSON.stringify({ args: JSON.stringify({ path: 'C:\\Users\\Mara Lind\\x' }) });
    const redacted = windows.text(nested);
    expect(redacted).not.toContain('Mara');
    expect(JSON.parse(JSON.parse(redacted).args)).toEqual({ path: '~\\x' });
  });
});

describe('tokens', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJhZGRyZXNzIjoiMHgxIn0.c2lnbmF0dXJlLXBhcnQ';
  const planted = [
    `Authorization: Bearer ${jwt}`,
    `{"headers":"Bearer abcdefghijklmnop"}`,
    `got ${jwt} back`,
    'https://user:hunter2@proxy.example:8080/',
    'https://host/x?a=1&api_key=abcdef123456&b=2',
    'https://base.provider.io/v3/0123456789abcdef0123456789abcdef',
    'token hf_AbCdEfGhIjKlMnOpQrSt',
    `key ${KEY}`,
    KEY.slice(2).toUpperCase(),
  ];
  const secrets = [
    jwt,
    'abcdefghijklmnop',
    'hunter2',
    'abcdef123456',
    '0123456789abcdef0123456789abcdef',
    'hf_AbC',
    KEY.slice(2),
  ];
  it.each(planted)('cut out of %s', (text) => {
    const redacted = linux.text(text).toLowerCase();
    for (const secret of secrets) expect(redacted).not.toContain(secret.toLowerCase());
    expect(redacted).toContain('[redacted]');
  });

  it('keeps commitments, scores, addresses and hashes', () => {
    const text = JSON.stringify({
      commitment: `0x${'11'.repeat(32)}`,
      score: `0x${'ab'.repeat(64)}`,
      sha256: 'c'.repeat(64),
      tokens: 12,
      url: 'https://relay.crynux.io/v2/node/0xd075aB490857256e6fc85d75d8315e7c9914e008',
    });
    const without = text.replace(/,"url".*/, '}');
    expect(linux.text(without)).toBe(without);
  });
});

it('keeps JSON valid, and removes planted values wherever they are', () => {
  const place = fc.constantFrom(KEY, KEY.slice(2), `/home/mara/${KEY}`, 'Bearer abcdefghijklmnop', '/home/mara');
  fc.assert(
    fc.property(fc.json(), place, fc.string(), fc.nat(2), (json, secret, around, depth) => {
      let value: unknown = { json, text: `${around} ${secret} ${around}` };
      for (let i = 0; i < depth; i++) value = { inner: JSON.stringify(value) };
      const redacted = linux.text(JSON.stringify(value));
      expect(() => JSON.parse(redacted)).not.toThrow();
      expect(redacted).not.toContain(KEY.slice(2));
      expect(redacted).not.toContain('abcdefghijklmnop');
      expect(redacted).not.toMatch(/\/home\/mara/);
    }),
  );
});

describe('files, which are left out rather than changed', () => {
  const bytes = (text: string) => Buffer.from(text);
  it('if they contain a key as text or as bytes, or the home directory', () => {
    expect(linux.isTainted(bytes(`xx${KEY.toUpperCase()}xx`))).toBe(true);
    expect(linux.isTainted(Buffer.concat([bytes('png'), Buffer.from(KEY.slice(2), 'hex'), bytes('end')]))).toBe(true);
    expect(linux.isTainted(bytes('"file": "/home/mara/x"'))).toBe(true);
    expect(windows.isTainted(bytes(JSON.stringify({ p: 'C:\\Users\\Mara Lind' })))).toBe(true);
  });
  it('but not if they only mention keys and passwords', () => {
    expect(linux.isTainted(bytes('The password: swordfish. /home/tom'))).toBe(false);
  });
});
