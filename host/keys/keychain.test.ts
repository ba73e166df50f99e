import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { HostError } from '../errors.ts';
import type { KeyStore } from './key-store.ts';
import { createKeychain, type Keytar } from './keychain.ts';

const KEY = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const ADDRESS = addressOf(KEY);

/** A keychain in memory that stores something else than it was given under some names. */
function keychain(keepsWell: (account: string) => boolean, backendProblem: () => HostError | null = () => null) {
  const kept = new Map<string, string>();
  const keytar: Keytar = {
    getPassword: async (_service, account) => kept.get(account) ?? null,
    setPassword: async (_service, account, secret) =>
      void kept.set(account, keepsWell(account) ? secret : `${secret.slice(0, -1)}?`),
    deletePassword: async (_service, account) => kept.delete(account),
    findCredentials: async () => [...kept.keys()].map((account) => ({ account })),
  };
  const clock = new ManualClock(1);
  let loads = 0;
  const load = async () => {
    loads++;
    return keytar;
  };
  const store = createKeychain({ clock, name: 'Secret Service', backendProblem, load });
  return { kept, store, loads: () => loads };
}

describe('a key in the keychain', () => {
  it('leaves its old name only once it is safely stored under the new one', async () => {
    const { kept, store } = keychain((account) => account === ADDRESS);
    await store.put({ address: ADDRESS, privateKey: KEY, passphrase: null });
    await expect(store.archive(ADDRESS)).rejects.toMatchObject({ code: 'KEYCHAIN_FAILED' });
    expect(kept.get(ADDRESS)).toBe(KEY);
  });

  it('is archived unchanged if the keychain works', async () => {
    const { kept, store } = keychain(() => true);
    await store.put({ address: ADDRESS, privateKey: KEY, passphrase: null });
    const name = await store.archive(ADDRESS);
    expect([...kept]).toEqual([[name, KEY]]);
  });

  it.each([
    ['the key of another address', `0x${'11'.repeat(32)}`],
    ['no key at all', 'hunter2'],
    ['a truncated key', KEY.slice(0, -2)],
  ])('is returned only if it is the key of the address: %s', async (_what, secret) => {
    const { kept, store } = keychain(() => true);
    kept.set(ADDRESS, secret);
    await expect(store.get({ address: ADDRESS, passphrase: null })).rejects.toMatchObject({ code: 'KEY_DAMAGED' });
    expect(kept.get(ADDRESS)).toBe(secret);
  });

  it('is not overwritten by another key under its name', async () => {
    const { kept, store } = keychain(() => true);
    kept.set(ADDRESS, 'what was there');
    await store.put({ address: ADDRESS, privateKey: KEY, passphrase: null });
    expect([...kept.values()].sort()).toEqual([KEY, 'what was there'].sort());
  });

  it('counts as stored only if it can be read back', async () => {
    const { store } = keychain(() => false);
    await expect(store.put({ address: ADDRESS, privateKey: KEY, passphrase: null })).rejects.toMatchObject({
      code: 'KEYCHAIN_FAILED',
    });
  });
});

describe('a keychain that would only obfuscate', () => {
  it.each([
    ['put', (store: KeyStore) => store.put({ address: ADDRESS, privateKey: KEY, passphrase: null })],
    ['get', (store: KeyStore) => store.get({ address: ADDRESS, passphrase: null })],
    ['list', (store: KeyStore) => store.addresses()],
    ['archive', (store: KeyStore) => store.archive(ADDRESS)],
  ])('is never called: %s', async (_what, act) => {
    const { kept, store, loads } = keychain(
      () => true,
      () => new HostError('KEYCHAIN_OBFUSCATES', 'a plain-text file'),
    );
    await expect(act(store)).rejects.toMatchObject({ code: 'KEYCHAIN_OBFUSCATES' });
    expect([loads(), kept.size]).toEqual([0, 0]);
    expect(await store.problem()).toMatchObject({ code: 'KEYCHAIN_OBFUSCATES' });
  });

  it('is no longer called once it has become one', async () => {
    let problem: HostError | null = null;
    const { kept, store } = keychain(
      () => true,
      () => problem,
    );
    await store.put({ address: ADDRESS, privateKey: KEY, passphrase: null });
    problem = new HostError('KEYCHAIN_OBFUSCATES', 'the keyring lost its password');
    await expect(store.archive(ADDRESS)).rejects.toMatchObject({ code: 'KEYCHAIN_OBFUSCATES' });
    expect([...kept]).toEqual([[ADDRESS, KEY]]);
  });
});
