import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decryptKeystoreJsonSync } from 'ethers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { createKeystore, decryptKey, encryptKey } from './keystore.ts';
import { parseKeystore } from './keystore-file.ts';
import { makeKeystore } from './testing/make-keystore.ts';

const KEY: Hex = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const OTHER: Hex = `0x${'11'.repeat(32)}`;
const PASSPHRASE = 'correct horse battery';

const opened = (file: object | string, passphrase = PASSPHRASE) =>
  decryptKey({ json: typeof file === 'string' ? file : JSON.stringify(file), passphrase });
const coded = (code: string) => expect.objectContaining({ code });
const made = (more: Partial<Parameters<typeof makeKeystore>[0]> = {}) =>
  makeKeystore({ privateKey: KEY, passphrase: PASSPHRASE, ...more });

describe('a keystore of this program', () => {
  it('opens with the scrypt of ethers, which is not the one that made it', async () => {
    const json = await encryptKey({ privateKey: KEY, passphrase: PASSPHRASE, scryptN: 16 });
    expect(decryptKeystoreJsonSync(json, PASSPHRASE).privateKey).toBe(KEY);
  });

  it('has the cost of wallets, and opens', async () => {
    const json = await encryptKey({ privateKey: KEY, passphrase: PASSPHRASE });
    expect(JSON.parse(json).Crypto.kdfparams).toMatchObject({ n: 131_072, r: 8, p: 1, dklen: 32 });
    expect(await opened(json)).toBe(KEY);
  });
});

describe('a keystore of another wallet', () => {
  it('opens as the format describes it', async () => {
    // Test vector of the Web3 Secret Storage Definition.
    const file = {
      crypto: {
        cipher: 'aes-128-ctr',
        cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
        ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
        kdf: 'pbkdf2',
        kdfparams: {
          c: 262_144,
          dklen: 32,
          prf: 'hmac-sha256',
          salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
        },
        mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
      },
      id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
      version: 3,
    };
    expect(await opened(file, 'testpassword')).toBe('0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d');
  });

  it.each([
    ['scrypt', made({ kdf: { n: 4096, r: 8, p: 6 } })],
    ["scrypt beyond OpenSSL's limit", made({ kdf: { n: 65_536, r: 1, p: 1 } })],
    ['PBKDF2', made({ kdf: { c: 10_240 } })],
    ['PBKDF2 with SHA-512', made({ kdf: { c: 1000, prf: 'hmac-sha512' } })],
    ['a version as a string', { ...made(), version: '3' }],
    ['no address', made({ address: null })],
    ['an address with 0x and capitals', made({ address: addressOf(KEY) })],
    ['an empty address', made({ address: '' })],
    [
      'field names in capitals',
      JSON.parse(JSON.stringify(made()).replace(/"(\w+)":/g, (_all, name) => `"${name.toUpperCase()}":`)),
    ],
    ['unused fields', { ...made(), 'x-ethers': { version: '0.1' }, __proto__: null, name: 'mine' }],
  ])('opens with %s', async (_what, file) => {
    expect(await opened(file)).toBe(KEY);
  });

  it('opens with a byte order mark before it', async () => {
    expect(await opened(`\ufeff${JSON.stringify(made())}\r\n`)).toBe(KEY);
  });

  it('opens with a key whose leading zeros were left out', async () => {
    const privateKey: Hex = `0x0000${'5a'.repeat(30)}`;
    expect(await opened(makeKeystore({ privateKey, passphrase: PASSPHRASE, short: true }))).toBe(privateKey);
  });

  it('opens with an empty passphrase', async () => {
    expect(await opened(made({ passphrase: '' }), '')).toBe(KEY);
    await expect(opened(made(), '')).rejects.toEqual(coded('KEY_WRONG_PASSPHRASE'));
  });

  const TYPED = 'Ｃafé ﬁancé \u212b Ünïcode';
  it.each([
    ['as typed', TYPED],
    ['composed', TYPED.normalize('NFC')],
    ['composed for compatibility', TYPED.normalize('NFKC')],
    ['decomposed', TYPED.normalize('NFD')],
    ['decomposed for compatibility', TYPED.normalize('NFKD')],
  ])('opens with a passphrase that its wallet normalised %s', async (_what, passphrase) => {
    expect(await opened(made({ passphrase }), TYPED)).toBe(KEY);
  });

  it('does not open with a passphrase that differs in more than its normalisation', async () => {
    await expect(opened(made({ passphrase: TYPED }), TYPED.toLowerCase())).rejects.toEqual(coded('KEY_WRONG_PASSPHRASE'));
    await expect(opened(made(), `${PASSPHRASE} `)).rejects.toEqual(coded('KEY_WRONG_PASSPHRASE'));
  });
});

describe('other formats are reported by name', () => {
  it.each([
    ['version 1', { address: '00', Crypto: { cipher: 'aes-128-cbc' }, version: '1' }, 'KEY_KEYSTORE_V1'],
    ['version 1 as a number', { version: 1, crypto: {} }, 'KEY_KEYSTORE_V1'],
    ['a presale wallet', { encseed: 'ab', ethaddr: 'cd', email: 'a@b', btcaddr: '1' }, 'KEY_KEYSTORE_PRESALE'],
    [
      "a validator's key",
      { crypto: { kdf: { function: 'scrypt' }, checksum: {}, cipher: {} }, pubkey: 'ab', path: '', version: 4 },
      'KEY_KEYSTORE_EIP2335',
    ],
    ['version 2', { ...made(), version: 2 }, 'KEY_BAD_KEYSTORE'],
    ['no version', { crypto: made().crypto }, 'KEY_BAD_KEYSTORE'],
    ['no crypto', { version: 3 }, 'KEY_BAD_KEYSTORE'],
    ['another cipher', { ...made(), crypto: { ...made().crypto, cipher: 'aes-256-cbc' } }, 'KEY_BAD_KEYSTORE'],
    ['the key of another address', made({ address: addressOf(OTHER) }), 'KEY_BAD_KEYSTORE'],
    [
      'an invalid key',
      makeKeystore({ privateKey: `0x${'0'.repeat(64)}`, passphrase: PASSPHRASE, address: null }),
      'KEY_BAD_KEYSTORE',
    ],
    ['an array', '[]', 'KEY_BAD_KEYSTORE'],
    ['not JSON', 'UTC--2020', 'KEY_BAD_KEYSTORE'],
    ['a truncated file', JSON.stringify(made()).slice(0, 200), 'KEY_BAD_KEYSTORE'],
  ])('%s', async (_what, file, code) => {
    await expect(opened(file)).rejects.toEqual(coded(code));
  });
});

/** Tests the check itself: without it the work would merely start, which a test could not tell from an error. */
describe('a file from a stranger cannot cause unlimited work', () => {
  const withParams = (params: string) => {
    const text = JSON.stringify(made({ kdf: { c: 1 } }));
    return text.replace(/"kdfparams":\{[^}]*\}/, `"kdfparams":{"dklen":32,"prf":"hmac-sha256","salt":"00",${params}}`);
  };
  const scryptOf = (n: number, r: number, p: number) => {
    const file = made();
    return JSON.stringify({ ...file, crypto: { ...file.crypto, kdfparams: { ...file.crypto.kdfparams, n, r, p } } });
  };

  it.each([
    ['too many rounds', withParams('"c":2000001')],
    ['too many rounds, given twice in different cases, the last one small', withParams('"c":2000000000,"C":1')],
    ['too many rounds, given twice in different cases, the last one large', withParams('"C":1,"c":2000000000')],
    ['few rounds, given twice in different cases', withParams('"c":1,"C":1')],
    ['two kinds of parameters', JSON.stringify(made()).replace('"kdfparams":', '"KdfParams":{"n":1073741824},"kdfparams":')],
    ['a fraction', withParams('"c":1.5')],
    ['a negative number', withParams('"c":-1')],
    ['a number of the wrong kind', withParams('"c":"1e9"')],
    ['no number', withParams('"c":null')],
    ['much memory through n', scryptOf(2 ** 20, 8, 1)],
    ['much memory through r', scryptOf(2, 2 ** 30, 1)],
    ['much work through p', scryptOf(2 ** 18, 8, 16)],
    ['not a power of two', scryptOf(1000, 8, 1)],
    ['nothing', scryptOf(0, 8, 1)],
  ])('%s is refused before any work', (_what, json) => {
    expect(() => parseKeystore(json)).toThrow(coded('KEY_BAD_KEYSTORE'));
  });

  it('and if a field is repeated in one spelling, the same value is checked and used', async () => {
    expect(() => parseKeystore(withParams('"c":1,"c":2000000000'))).toThrow(coded('KEY_BAD_KEYSTORE'));
    expect(parseKeystore(withParams('"c":2000000000,"c":1')).crypto.kdfparams).toMatchObject({ c: 1 });
  });

  it('and what wallets use is allowed', () => {
    for (const json of [scryptOf(2 ** 18, 8, 1), scryptOf(2 ** 17, 8, 1), scryptOf(2 ** 18, 1, 8), withParams('"c":1000000')]) {
      expect(() => parseKeystore(json)).not.toThrow();
    }
  });

  it("and only one file's memory is used at a time", async () => {
    const order: string[] = [];
    const slow = opened(made({ kdf: { c: 300_000 } })).then(() => order.push('first'));
    await Promise.all([slow, opened(made({ kdf: { c: 1 } })).then(() => order.push('second'))]);
    expect(order).toEqual(['first', 'second']);
  });

  it('and the work does not block the event loop', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    try {
      await opened(made({ kdf: { c: 400_000 } }));
      await opened(made({ kdf: { n: 65_536, r: 1, p: 1 } }));
    } finally {
      clearInterval(timer);
    }
    expect(turns).toBeGreaterThan(3);
  });
});

describe('the folder of keystores', () => {
  const NOW = 1_700_000_000_000;
  function keystore() {
    const base = mkdtempSync(path.join(tmpdir(), 'keystore-'));
    onTestFinished(() => rmSync(base, { recursive: true }));
    const folder = path.join(base, 'keys');
    return { folder, store: createKeystore({ folder, clock: new ManualClock(NOW), scryptN: 2 }) };
  }
  const address = addressOf(KEY);

  it('returns no key that does not belong to the address', async () => {
    const { folder, store } = keystore();
    mkdirSync(folder);
    // The file does not state its address; its name does.
    writeFileSync(path.join(folder, `${address}.json`), JSON.stringify(made({ privateKey: OTHER, address: null })));
    await expect(store.get({ address, passphrase: PASSPHRASE })).rejects.toEqual(coded('KEY_DAMAGED'));
  });

  it('archives the previous file of the same name before it stores a key', async () => {
    const { folder, store } = keystore();
    await store.put({ address, privateKey: KEY, passphrase: 'the first one' });
    const first = readFileSync(path.join(folder, `${address}.json`), 'utf8');
    await store.put({ address, privateKey: KEY, passphrase: 'the second one' });
    expect(readdirSync(folder)).toHaveLength(2);
    const kept = readdirSync(folder).find((name) => name.includes('archived')) ?? '';
    expect(readFileSync(path.join(folder, kept), 'utf8')).toBe(first);
    expect(await store.get({ address, passphrase: 'the second one' })).toBe(KEY);
  });

  it('lists the keys in use only: no archived one, nor other files', async () => {
    const { folder, store } = keystore();
    expect(await store.addresses()).toEqual([]);
    for (const privateKey of [KEY, OTHER])
      await store.put({ address: addressOf(privateKey), privateKey, passphrase: PASSPHRASE });
    const archived = await store.archive(address);
    for (const name of ['notes.txt', `${address}.json.new`, `old ${address}.json`]) writeFileSync(path.join(folder, name), '');
    expect(await store.addresses()).toEqual([addressOf(OTHER)]);
    expect(readdirSync(folder)).toContain(archived);
    await expect(store.get({ address, passphrase: PASSPHRASE })).rejects.toEqual(coded('KEY_UNKNOWN'));
    await expect(store.archive(address)).rejects.toEqual(coded('KEY_UNKNOWN'));
  });

  it.runIf(process.platform !== 'win32')('is readable only by its owner, and so is each file', async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { folder, store } = keystore();
    await store.put({ address, privateKey: KEY, passphrase: PASSPHRASE });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(folder, `${address}.json`)).mode & 0o777).toBe(0o600);
  });

  it('reads a file that an editor saved with a byte order mark or as UTF-16', async () => {
    const { folder, store } = keystore();
    mkdirSync(folder);
    const json = await encryptKey({ privateKey: KEY, passphrase: PASSPHRASE, scryptN: 2 });
    for (const bytes of [Buffer.from(`\ufeff${json}`), Buffer.from(`\ufeff${json}`, 'utf16le')]) {
      writeFileSync(path.join(folder, `${address}.json`), bytes);
      expect(await store.get({ address, passphrase: PASSPHRASE })).toBe(KEY);
    }
  });
});
