import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { settingsSchema } from '../../contract/settings.ts';
import { HostError } from '../errors.ts';
import type { AskKeychain, Keytar } from '../keys/keychain-access.ts';
import { isOtherProxy, outboundSettings, routeOf } from './outbound.ts';
import { openSecretSettings } from './secrets.ts';
import { openSettings } from './settings.ts';

const SECRET = 'pa55 "wörd"/@#';
const TOKEN = 'hf_planted_token';

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'outbound-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

const noKeychain: AskKeychain = async () => {
  throw new HostError('KEYCHAIN_NO_SERVICE', 'no Secret Service answers');
};

function keychain() {
  const kept = new Map<string, string>();
  const keytar: Keytar = {
    getPassword: async (_, account) => kept.get(account) ?? null,
    setPassword: async (_, account, password) => void kept.set(account, password),
    deletePassword: async (_, account) => kept.delete(account),
    findCredentials: async () => [...kept.keys()].map((account) => ({ account })),
  };
  const ask: AskKeychain = (question) => question(keytar);
  return { kept, ask };
}

function open(dir: string, askKeychain: AskKeychain, environment: Record<string, string> = {}) {
  const settings = openSettings({ file: path.join(dir, 'settings.json') });
  const secrets = openSecretSettings({ file: path.join(dir, 'secrets.json'), askKeychain });
  const warned: string[] = [];
  const silent = () => {};
  const log = { debug: silent, info: silent, error: silent, warn: (_: unknown, text: string) => void warned.push(text) };
  return { settings, secrets, warned, outbound: outboundSettings({ settings, secrets, environment, log: log as never }) };
}

const everything = (dir: string) =>
  ['settings.json', 'settings.json.bak', 'secrets.json', 'secrets.json.bak']
    .flatMap((name) => {
      try {
        return [readFileSync(path.join(dir, name), 'utf8')];
      } catch {
        return [];
      }
    })
    .join('\n');

describe('secret settings', () => {
  it('are stored in the keychain if there is one, and in no file', async () => {
    const dir = folder();
    const { kept, ask } = keychain();
    const { secrets } = open(dir, ask);
    expect(await secrets.set({ name: 'proxyPassword', value: SECRET })).toMatchObject({
      proxyPassword: 'keychain',
      hubToken: null,
    });
    await secrets.set({ name: 'hubToken', value: TOKEN });
    expect(everything(dir)).not.toContain('pa55');
    expect(everything(dir)).not.toContain(TOKEN);
    expect([...kept.values()]).toEqual([SECRET, TOKEN]);
    const again = open(dir, ask).secrets;
    expect(await again.get('proxyPassword')).toBe(SECRET);
    await again.set({ name: 'proxyPassword', value: null });
    expect([...kept.values()]).toEqual([TOKEN]);
    expect(await again.get('proxyPassword')).toBeNull();
  });

  it('without a keychain are stored in a file for the user only; once removed, they are in no copy either', async () => {
    const dir = folder();
    const { secrets } = open(dir, noKeychain);
    expect(await secrets.set({ name: 'hubToken', value: TOKEN })).toMatchObject({ proxyPassword: null, hubToken: 'file' });
    if (process.platform !== 'win32') expect(statSync(path.join(dir, 'secrets.json')).mode & 0o077).toBe(0);
    expect(await open(dir, noKeychain).secrets.get('hubToken')).toBe(TOKEN);
    await secrets.set({ name: 'hubToken', value: 'another_token' });
    expect(everything(dir)).not.toContain(TOKEN);
    await secrets.set({ name: 'hubToken', value: null });
    expect(everything(dir)).not.toContain('another_token');
  });

  it('ask no keychain for what was never set', async () => {
    const asked: AskKeychain = async () => expect.fail('asked');
    expect(await open(folder(), asked).outbound.forWorker()).toMatchObject({ proxyPassword: '', hubToken: null });
  });

  it('in a locked keychain do not stop a node, and are reported', async () => {
    const dir = folder();
    const { ask } = keychain();
    await open(dir, ask).secrets.set({ name: 'hubToken', value: TOKEN });
    const { outbound, warned } = open(dir, noKeychain);
    expect(await outbound.forWorker()).toMatchObject({ hubToken: null });
    expect(warned).toHaveLength(1);
  });
});

describe('the proxy of the settings', () => {
  it('is passed to workers with its password, and also applies to the program itself', async () => {
    const { settings, secrets, outbound } = open(folder(), keychain().ask, { HTTPS_PROXY: 'http://other:1' });
    await secrets.set({ name: 'proxyPassword', value: SECRET });
    expect(await outbound.forWorker()).toMatchObject({ proxy: { kind: 'environment' }, proxyPassword: '' });
    const proxy = { kind: 'address' as const, address: 'me@proxy.example:3128', noProxy: '10.0.0.0/8' };
    settings.change({ proxy });
    expect(await outbound.forWorker()).toEqual({ proxy, proxyPassword: SECRET, hubToken: null });
    const policy = await outbound.policy();
    expect(policy.choose(new URL('https://relay.example/'))).toMatchObject({
      kind: 'proxy',
      source: 'settings',
      address: { host: 'proxy.example', port: 3128, username: 'me', password: SECRET },
    });
    expect(policy.choose(new URL('http://10.1.2.3/'))).toMatchObject({ kind: 'direct', why: 'excepted' });
    settings.change({ proxy: { kind: 'none' } });
    expect((await outbound.policy()).choose(new URL('https://relay.example/'))).toMatchObject({ kind: 'direct' });
  });

  it.each([
    ['http://me@a:1', 'me@a:1', false],
    ['http://me@a:1', 'http://me@b:1', true],
    ['http://me@a:1', 'http://me@a:2', true],
    ['http://me@a:1', 'http://you@a:1', true],
    ['https://me@a:1', 'http://me@a:1', true],
    [null, 'http://a:1', true],
    ['http://a:1', null, false],
  ])('%s, then %s: the password has to be entered again: %s', (before, after, isOther) => {
    const setting = (address: string | null) =>
      address === null ? { kind: 'none' as const } : { kind: 'address' as const, address, noProxy: '' };
    expect(isOtherProxy(setting(before), setting(after))).toBe(isOther);
  });

  it('never contains a password, and is not affected by other changes', () => {
    const { settings } = open(folder(), noKeychain);
    const proxy = { kind: 'address' as const, address: 'http://me:secret@proxy.example:3128' };
    expect(() => settings.change({ proxy })).toThrow(/apart from the address/);
    settings.change({ proxy: { kind: 'none' } });
    settings.change({ railCollapsed: true });
    expect(settings.get().proxy).toEqual({ kind: 'none' });
    expect(settingsSchema.parse({}).proxy).toEqual({ kind: 'environment' });
  });

  it.each([
    [{ https_proxy: 'me:pa55word@proxy:8080' }, { kind: 'proxy', proxy: 'http://***@proxy:8080', source: 'https_proxy' }],
    [{ ALL_PROXY: 'socks5://proxy' }, { kind: 'proxy', proxy: 'socks5://proxy:1080', source: 'ALL_PROXY' }],
    [{ HTTPS_PROXY: 'ftp://me:pa55word@proxy' }, { kind: 'unusable', source: 'HTTPS_PROXY', code: 'PROXY_UNSUPPORTED' }],
    [
      { HTTPS_PROXY: 'http://proxy', NO_PROXY: '.example' },
      { kind: 'direct', why: 'excepted' },
    ],
    [{}, { kind: 'direct', why: 'none' }],
  ])('%j is shown as %j, without credentials', async (environment, way) => {
    const { outbound } = open(folder(), noKeychain, environment);
    const to = { target: 'relay' as const, networkId: 'n', url: new URL('https://relay.example/') };
    const route = routeOf(to, await outbound.policy());
    expect(route).toMatchObject({ target: 'relay', networkId: 'n', host: 'relay.example', way });
    expect(JSON.stringify(route)).not.toContain('pa55word');
  });
});
