import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { createKeychain, type Keytar } from './keychain.ts';

const KEY = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const ADDRESS = addressOf(KEY);

/** A keychain in memory that keeps something else than what it is given under some names. */
function keychain(keepsWell: (account: string) => boolean) {
  const kept = new Map<string, string>();
  const keytar: Keytar = {
    getPassword: async (_service, account) => kept.get(account) ?? null,
    setPassword: async (_service, account, secret) =>
      void kept.set(account, keepsWell(account) ? secret : `${secret.slice(0, -1)}?`),
    deletePassword: async (_service, account) => kept.delete(account),
    findCredentials: async () => [...kept.keys()].map((account) => ({ account })),
  };
  const clock = new ManualClock(1);
  const store = createKeychain({ clock, platform: 'linux', backendProblem: () => null, load: async () => keytar });
  return { kept, store };
}

describe('a key in the keychain', () => {
  it('leaves its place only when it is surely kept in the other one', async () => {
    const { kept, store } = keychain((account) => account === ADDRESS);
    await store.put({ address: ADDRESS, privateKey: KEY, passphrase: null });
    await expect(store.archive(ADDRESS)).rejects.toMatchObject({ code: 'KEYCHAIN_FAILED' });
    expect(kept.get(ADDRESS)).toBe(KEY);
  });

  it('moves whole where the keychain keeps what it is given', async () => {
    const { kept, store } = keychain(() => true);
    await store.put({ address: ADDRESS, privateKey: KEY, passphrase: null });
    const name = await store.archive(ADDRESS);
    expect([...kept]).toEqual([[name, KEY]]);
  });
});
