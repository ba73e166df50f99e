import { expect, it } from 'vitest';
import { proxySchema } from '../../../contract/model-settings.ts';
import { proxyPolicy } from '../../outbound/proxy-policy.ts';
import { downloadPolicy, proxyEnvironment, proxyUrl } from './proxy.ts';

const proxy = (settings: object) => proxySchema.parse({ host: 'proxy.lan', port: 3128, ...settings });

it.each([
  [{}, 'http://proxy.lan:3128'],
  [{ username: 'me' }, 'http://me@proxy.lan:3128'],
  [{ username: 'me', password: 'a:b@c/d' }, 'http://me:a%3Ab%40c%2Fd@proxy.lan:3128'],
  [{ host: '[::1]', password: 'lost without a name' }, 'http://[::1]:3128'],
])('%j is %s', (settings, url) => {
  expect(proxyUrl(proxy(settings))).toBe(url);
});

it.each([{ host: 'a b' }, { host: 'user@host' }, { host: 'http://proxy' }, { host: '' }, { port: 0 }, { port: 65_536 }])(
  '%j is not a valid proxy',
  (settings) => {
    expect(proxySchema.safeParse({ host: 'proxy.lan', port: 3128, ...settings }).success).toBe(false);
  },
);

it("is passed to an engine program in the official worker's format", () => {
  const direct = proxyPolicy({ environment: {} });
  const hub = 'https://hub.example';
  expect(proxyEnvironment(direct, hub)).not.toHaveProperty('cw_proxy');
  expect(proxyEnvironment(direct, hub)).toMatchObject({ HTTPS_PROXY: '', https_proxy: '', NO_PROXY: 'localhost,127.0.0.1,::1' });
  const own = downloadPolicy(proxy({ username: 'me', password: 'a:b@c' }), direct);
  expect(proxyEnvironment(own, hub)).toMatchObject({
    // The worker concatenates the parts as they are, so they must be encoded.
    cw_proxy: '{"host":"http://proxy.lan","port":3128,"username":"me","password":"a%3Ab%40c"}',
    HTTP_PROXY: 'http://me:a%3Ab%40c@proxy.lan:3128',
    https_proxy: 'http://me:a%3Ab%40c@proxy.lan:3128',
  });
  expect(proxyEnvironment(own, 'http://127.0.0.1:8000')).not.toHaveProperty('cw_proxy');
});

it('of the program applies if models have none of their own, and its exceptions apply to both', () => {
  const program = proxyPolicy({ environment: { https_proxy: 'http://company:1', no_proxy: 'hub.lan' } });
  const hub = new URL('https://hub.example/');
  expect(downloadPolicy(null, program).choose(hub)).toMatchObject({ kind: 'proxy', address: { host: 'company' } });
  const own = downloadPolicy(proxy({}), program);
  expect(own.choose(hub)).toMatchObject({ kind: 'proxy', address: { host: 'proxy.lan' } });
  expect(own.choose(new URL('https://hub.lan/'))).toEqual({ kind: 'direct', why: 'excepted' });
});
