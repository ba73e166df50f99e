import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNoProxy } from './no-proxy.ts';
import { officialProxy, programProxyEnvironment } from './program-proxy.ts';
import { type Environment, type ProxyOrigin, proxyPolicy } from './proxy-policy.ts';

function via(url: string, environment: Environment, more: Partial<ProxyOrigin> = {}): string {
  const choice = proxyPolicy({ environment, ...more }).choose(new URL(url));
  if (choice.kind === 'proxy')
    return `${choice.address.scheme}://${choice.address.host}:${choice.address.port} by ${choice.source}`;
  return choice.kind === 'direct' ? choice.why : `${choice.error.code} by ${choice.source}`;
}

describe('the proxy of a request', () => {
  it.each<[string, string, Environment]>([
    ['https://relay.example/v1', 'none', {}],
    ['https://relay.example/v1', 'http://s:1 by HTTPS_PROXY', { HTTPS_PROXY: 's:1', HTTP_PROXY: 'h:1', ALL_PROXY: 'a:1' }],
    ['http://relay.example/v1', 'http://h:1 by HTTP_PROXY', { HTTPS_PROXY: 's:1', HTTP_PROXY: 'h:1', ALL_PROXY: 'a:1' }],
    ['https://relay.example/v1', 'http://l:1 by https_proxy', { https_proxy: 'l:1', HTTPS_PROXY: 'u:1' }],
    ['https://relay.example/v1', 'http://u:1 by HTTPS_PROXY', { https_proxy: ' ', HTTPS_PROXY: 'u:1' }],
    ['https://relay.example/v1', 'socks5://a:1080 by ALL_PROXY', { ALL_PROXY: 'socks5://a' }],
    ['http://relay.example/v1', 'socks5://a:1080 by all_proxy', { all_proxy: 'socks5h://a' }],
    ['https://relay.example/v1', 'none', { HTTP_PROXY: 'h:1' }],
    ['https://relay.example/v1', 'excepted', { HTTPS_PROXY: 's:1', NO_PROXY: 'relay.example' }],
    ['https://relay.example/v1', 'excepted', { HTTPS_PROXY: 's:1', no_proxy: '*' }],
    ['https://relay.example/v1', 'PROXY_BAD_ADDRESS by HTTPS_PROXY', { HTTPS_PROXY: 'not a proxy' }],
    ['https://relay.example/v1', 'PROXY_UNSUPPORTED by ALL_PROXY', { ALL_PROXY: 'socks4://a:1' }],
    ['http://relay.example/v1', 'none', { HTTPS_PROXY: 'not a proxy' }],
    ['http://127.0.0.1:8545', 'loopback', { HTTP_PROXY: 'h:1' }],
    ['http://127.9.9.9', 'loopback', { HTTP_PROXY: 'h:1' }],
    ['http://localhost:1', 'loopback', { ALL_PROXY: 'nonsense nonsense' }],
    ['http://node.localhost.:1', 'loopback', { HTTP_PROXY: 'h:1' }],
    ['http://[::1]:1', 'loopback', { HTTP_PROXY: 'h:1' }],
    ['http://[::ffff:127.0.0.1]:1', 'loopback', { HTTP_PROXY: 'h:1' }],
  ])('%s: %s', (url, expected, environment) => {
    expect(via(url, environment)).toBe(expected);
  });

  it('prefers the settings to the environment', () => {
    const environment = { HTTPS_PROXY: 'env:1', NO_PROXY: 'relay.example' };
    const setting = { kind: 'address' as const, address: 'own:2', noProxy: '*.lan' };
    expect(via('https://relay.example', environment, { setting })).toBe('http://own:2 by settings');
    expect(via('https://hub.lan', environment, { setting })).toBe('excepted');
    expect(via('https://other.example', environment, { setting: { kind: 'none' } })).toBe('none');
    expect(via('https://other.example', environment, { setting: { kind: 'environment' } })).toBe('http://env:1 by HTTPS_PROXY');
  });

  it('uses the password from the settings', () => {
    const setting = { kind: 'address' as const, address: 'http://me@own:2', noProxy: '' };
    const choice = proxyPolicy({ setting, password: 'p@ss', environment: {} }).choose(new URL('https://a.example'));
    expect(choice).toMatchObject({ address: { username: 'me', password: 'p@ss' } });
  });

  it('that cannot be used is named, but its credentials are not', () => {
    for (const value of ['http://me:s3cr3t@proxy.lan:port', 'ftp://me:s3cr3t@proxy.lan', 'me:s3cr3t@ /']) {
      const choice = proxyPolicy({ environment: { HTTPS_PROXY: value } }).choose(new URL('https://a.example'));
      expect(choice).toMatchObject({ kind: 'unusable', error: { data: { source: 'HTTPS_PROXY' } } });
      const { error } = choice as Extract<typeof choice, { kind: 'unusable' }>;
      expect(error.message).toContain('HTTPS_PROXY');
      expect(JSON.stringify(error.serialise())).not.toMatch(/s3cr3t|me:/);
    }
  });

  it('is never used for this machine, whatever is set, and no environment is too strange', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const local = fc.constantFrom('http://localhost:1', 'https://127.0.0.1', 'http://[::1]:8080', 'http://x.localhost');
    fc.assert(
      fc.property(text, text, text, local, fc.webUrl(), (all, https, no, own, other) => {
        const environment = { ALL_PROXY: all, https_proxy: https, NO_PROXY: no };
        expect(via(own, environment)).toBe('loopback');
        expect(typeof via(other, environment)).toBe('string');
        expect(() => programProxyEnvironment(proxyPolicy({ environment }))).not.toThrow();
      }),
      { numRuns: 40 },
    );
  });
});

describe('NO_PROXY', () => {
  const covers = (list: string, host: string, port = 443) => readNoProxy(list).covers({ host, port });

  it.each([
    ['example.com', 'example.com', true],
    ['example.com', 'relay.example.com', true],
    ['example.com', 'badexample.com', false],
    ['.example.com', 'relay.example.com', true],
    ['.example.com', 'example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['EXAMPLE.com.', 'example.com', true],
    ['a.com, example.com;b.com c.com', 'c.com', true],
    ['10.0.0.0/8', '10.200.3.4', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', 'ten.example', false],
    ['192.168.1.7', '192.168.1.7', true],
    ['192.168.1.7', '192.168.1.70', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['fd00::/8', 'fd12:3456::1', true],
    ['[fd00::]/8', 'fd12:3456::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['2001:db8::7', '2001:db8:0:0:0:0:0:7', true],
    ['192.168.*', '192.168.3.4', true],
    ['relay*.example.com', 'relay7.example.com', true],
    ['<local>', 'printer', true],
    ['<local>', 'relay.example', false],
    ['http://relay.example/', 'relay.example', true],
    ['bücher.example', 'xn--bcher-kva.example', true],
    ['168.1.7', '192.168.1.7', false],
  ])('%s and %s: %s', (list, host, expected) => {
    expect(covers(list, host)).toBe(expected);
  });

  it('may include a port', () => {
    expect(covers('relay.example:8443', 'relay.example', 8443)).toBe(true);
    expect(covers('relay.example:8443', 'relay.example', 443)).toBe(false);
    expect(covers('[fd00::7]:80', 'fd00::7', 80)).toBe(true);
    expect(covers('[fd00::7]:80', 'fd00::7', 81)).toBe(false);
    expect(covers('10.0.0.1:80', '10.0.0.1', 81)).toBe(false);
  });

  it('reports invalid entries, and uses the others', () => {
    const read = readNoProxy('10.0.0.0/99, a.com, b.com:99999, c$d');
    expect(read.unread).toEqual(['10.0.0.0/99', 'b.com:99999', 'c$d']);
    expect(read.covers({ host: 'a.com', port: 1 })).toBe(true);
  });

  it('agrees with the bits of the address', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.tuple(byte, byte, byte, byte),
        fc.tuple(byte, byte, byte, byte),
        fc.integer({ min: 0, max: 32 }),
        (a, b, bits) => {
          const value = (bytes: readonly number[]) => bytes.reduce((sum, one) => sum * 256 + one, 0);
          const same = Math.floor(value(a) / 2 ** (32 - bits)) === Math.floor(value(b) / 2 ** (32 - bits));
          expect(covers(`${a.join('.')}/${bits}`, b.join('.'))).toBe(same);
        },
      ),
    );
  });
});

describe('a program that accesses the internet itself', () => {
  it('gets the same proxies in both spellings, and uses none for this machine', () => {
    const policy = proxyPolicy({
      environment: { https_proxy: 'proxy.lan:1', ALL_PROXY: 'socks5://s', no_proxy: 'a.com 10.0.0.0/8' },
    });
    expect(programProxyEnvironment(policy)).toEqual({
      http_proxy: 'socks5h://s:1080',
      HTTP_PROXY: 'socks5h://s:1080',
      https_proxy: 'http://proxy.lan:1',
      HTTPS_PROXY: 'http://proxy.lan:1',
      all_proxy: '',
      ALL_PROXY: '',
      no_proxy: 'a.com,10.0.0.0/8,localhost,127.0.0.1,::1',
      NO_PROXY: 'a.com,10.0.0.0/8,localhost,127.0.0.1,::1',
    });
  });

  it('does not bypass a proxy that cannot be used', () => {
    const environment = programProxyEnvironment(proxyPolicy({ environment: { HTTPS_PROXY: 'ftp://x:1' } }));
    expect(environment).toMatchObject({ https_proxy: 'ftp://x:1', HTTP_PROXY: '' });
  });

  it('gets the parts that the official worker concatenates', () => {
    const policy = proxyPolicy({ environment: { https_proxy: 'http://a:b%40c@[fd00::7]:3128', no_proxy: 'hub.lan' } });
    const told = officialProxy(policy, new URL('https://huggingface.co'));
    expect(told).toEqual({ host: 'http://[fd00::7]', port: 3128, username: 'a', password: 'b%40c' });
    expect(officialProxy(policy, new URL('https://hub.lan'))).toBeNull();
  });
});
