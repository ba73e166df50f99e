import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outboundSchema, proxyProblemText, proxySettingSchema, proxyUrlOf, readProxyAddress, shownProxy } from './proxy.ts';

const address = (text: string) => {
  const reading = readProxyAddress(text);
  return reading.kind === 'address' ? reading.address : reading.problem;
};
const plain = { username: '', password: '' };

describe('a proxy address', () => {
  it.each([
    ['127.0.0.1:8080', { scheme: 'http', host: '127.0.0.1', port: 8080, ...plain }],
    ['proxy.lan', { scheme: 'http', host: 'proxy.lan', port: 80, ...plain }],
    ['proxy.corp.example:8080', { scheme: 'http', host: 'proxy.corp.example', port: 8080, ...plain }],
    ['http://proxy.lan:3128/', { scheme: 'http', host: 'proxy.lan', port: 3128, ...plain }],
    ['HTTPS://Proxy.LAN', { scheme: 'https', host: 'proxy.lan', port: 443, ...plain }],
    ['socks5h://127.0.0.1:1080', { scheme: 'socks5', host: '127.0.0.1', port: 1080, ...plain }],
    ['socks://gate', { scheme: 'socks5', host: 'gate', port: 1080, ...plain }],
    ['[::1]:3128', { scheme: 'http', host: '::1', port: 3128, ...plain }],
    ['http://[fd00::7]', { scheme: 'http', host: 'fd00::7', port: 80, ...plain }],
    ['fd00::7', { scheme: 'http', host: 'fd00::7', port: 80, ...plain }],
    ['  "http://proxy.lan:8080"  ', { scheme: 'http', host: 'proxy.lan', port: 8080, ...plain }],
    ['me@proxy.lan', { scheme: 'http', host: 'proxy.lan', port: 80, username: 'me', password: '' }],
    [
      'http://DOM%5Cuser:p#ss@proxy.example:8080',
      { scheme: 'http', host: 'proxy.example', port: 8080, username: 'DOM\\user', password: 'p#ss' },
    ],
    ['http://me:a@b/c?d%@proxy.lan:1', { scheme: 'http', host: 'proxy.lan', port: 1, username: 'me', password: 'a@b/c?d%' }],
    [
      'http://m%C3%BCller:100%25:x@proxy.lan',
      { scheme: 'http', host: 'proxy.lan', port: 80, username: 'müller', password: '100%:x' },
    ],
    ['http://bücher.example:81', { scheme: 'http', host: 'xn--bcher-kva.example', port: 81, ...plain }],
  ])('%j is accepted', (text, expected) => {
    expect(address(text)).toEqual(expected);
  });

  it.each([
    ['', { kind: 'malformed', part: 'text' }],
    ['a\nb', { kind: 'malformed', part: 'text' }],
    ['://', { kind: 'malformed', part: 'host' }],
    ['http://', { kind: 'malformed', part: 'host' }],
    ['not a proxy', { kind: 'malformed', part: 'host' }],
    ['http://[nonsense]:1', { kind: 'malformed', part: 'host' }],
    ['proxy.lan:port', { kind: 'malformed', part: 'port' }],
    ['proxy.lan:0', { kind: 'malformed', part: 'port' }],
    ['proxy.lan:65536', { kind: 'malformed', part: 'port' }],
    ['http:8080', { scheme: 'http', host: 'http', port: 8080, ...plain }],
    ['socks4://proxy.lan:1', { kind: 'scheme', scheme: 'socks4' }],
    ['ftp://proxy.lan', { kind: 'scheme', scheme: 'ftp' }],
    ['http://proxy.lan/wpad.pac', { kind: 'script' }],
  ])('%j is reported as what it is', (text, expected) => {
    expect(address(text)).toEqual(expected);
  });

  it('is either parsed or refused, and no refusal repeats it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const reading = readProxyAddress(`http://me:s3cr3t-${text}`);
        if (reading.kind === 'problem') expect(proxyProblemText(reading.problem)).not.toContain('s3cr3t');
        else expect(() => new URL(proxyUrlOf(reading.address))).not.toThrow();
      }),
      { numRuns: 50 },
    );
  });

  it('can be parsed back from the URL that is made of it', () => {
    const part = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/\p{C}|\p{Cs}/u.test(text));
    fc.assert(
      fc.property(part, part, fc.constantFrom('proxy.lan', '10.0.0.1', 'fd00::7'), (username, password, host) => {
        const made = { scheme: 'http' as const, host, port: 3128, username, password };
        expect(address(proxyUrlOf(made))).toEqual(made);
        expect(shownProxy(made)).toBe(
          `http://${username === '' && password === '' ? '' : '***@'}${host.includes(':') ? `[${host}]` : host}:3128`,
        );
      }),
    );
  });
});

describe('the setting', () => {
  it('accepts no password, which is stored separately, and no nonsense', () => {
    const accepts = (text: string) => proxySettingSchema.safeParse({ kind: 'address', address: text }).success;
    expect(accepts('http://me@proxy.lan:3128')).toBe(true);
    expect(accepts('http://me:secret@proxy.lan:3128')).toBe(false);
    expect(accepts('ftp://proxy.lan')).toBe(false);
    expect(
      JSON.stringify(proxySettingSchema.safeParse({ kind: 'address', address: 'http://me:secret@proxy.lan:x' }).error),
    ).not.toContain('secret');
  });

  it('defaults to the environment', () => {
    expect(outboundSchema.parse({})).toEqual({ proxy: { kind: 'environment' }, proxyPassword: '', hubToken: null });
  });
});
