import { expect, it } from 'vitest';
import { proxySchema } from '../../../contract/model-settings.ts';
import { proxyEnvironment, proxyUrl } from './proxy.ts';

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
  '%j is no proxy',
  (settings) => {
    expect(proxySchema.safeParse({ host: 'proxy.lan', port: 3128, ...settings }).success).toBe(false);
  },
);

it('tells an engine program in the words of the official worker', () => {
  expect(proxyEnvironment(null)).toEqual({});
  expect(proxyEnvironment(proxy({ username: 'me', password: 'x' }))).toEqual({
    cw_proxy: '{"host":"http://proxy.lan","port":3128,"username":"me","password":"x"}',
    HTTP_PROXY: 'http://me:x@proxy.lan:3128',
    HTTPS_PROXY: 'http://me:x@proxy.lan:3128',
  });
});
