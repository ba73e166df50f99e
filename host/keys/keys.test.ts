import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HDNodeWallet } from 'ethers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CodedError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import { ManualClock, type Random } from '../../protocol/ports.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { HostError } from '../errors.ts';
import { createKeychain, type Keytar } from './keychain.ts';
import { keychainBackendProblem } from './keychain-backend.ts';
import { type Keys, openKeys } from './keys.ts';
import { createKeystore, decryptKey, encryptKey } from './keystore.ts';

const PLANTED: Hex = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const ADDRESS = addressOf(PLANTED);
const PASSPHRASE = 'correct horse battery';
/** Cheap to compute; the format is the same. */
const SCRYPT = 2;

let folder: string;
let clock: ManualClock;
let vault: Map<string, string>;
let user: string | null;
/** Unlocked keys in memory. */
let unlocked: Map<Hex, Hex>;

/** A keychain in memory; the real one is tested against a real Secret Service. */
const keytar: Keytar = {
  getPassword: async (service, account) => vault.get(`${service}/${account}`) ?? null,
  setPassword: async (service, account, password) => void vault.set(`${service}/${account}`, password),
  deletePassword: async (service, account) => vault.delete(`${service}/${account}`),
  findCredentials: async (service) =>
    [...vault.keys()].filter((key) => key.startsWith(`${service}/`)).map((key) => ({ account: key.slice(service.length + 1) })),
};

let seed = 0;
const random: Random = {
  bytes: (length) => Uint8Array.from({ length }, (_, i) => (seed++ * 31 + i * 7) & 0xff),
  fraction: () => (seed++ % 10) / 10,
};

function open(load: () => Promise<Keytar> = async () => keytar): Promise<Keys> {
  const keystore = createKeystore({ folder: path.join(folder, 'keystore'), clock, scryptN: SCRYPT });
  const keychain = createKeychain({ clock, name: 'Secret Service', backendProblem: () => null, load });
  const indexFile = path.join(folder, 'keys.json');
  unlocked = new Map();
  const stores = [keychain, keystore];
  return openKeys({ indexFile, stores, clock, random, usedBy: () => user, scryptN: SCRYPT, unlocked });
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'host-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  clock = new ManualClock(1_700_000_000_000);
  vault = new Map();
  user = null;
});

const coded = (code: string) => expect.objectContaining({ code });
const planted = { kind: 'privateKey', privateKey: PLANTED, store: 'keychain', passphrase: null } as const;

describe.each([
  ['keychain', null],
  ['keystore', PASSPHRASE],
] as const)('a key in the %s', (store, passphrase) => {
  it('is created, counts as backed up only after confirmation, and survives a restart', async () => {
    const keys = await open();
    const { key, words, ask } = await keys.create({ store, passphrase });
    expect(HDNodeWallet.fromPhrase(words.join(' ')).address).toBe(key.address);
    expect(key).toMatchObject({ backedUp: false, archived: false, unlocked: true });
    expect(new Set(ask).size).toBe(4);
    const answer = ask.map((position) => words[position] ?? '');
    const { address } = key;
    await expect(keys.proveBackup({ address, words: answer.toReversed() })).rejects.toEqual(coded('KEY_BACKUP_WRONG'));
    await expect(keys.proveBackup({ address, words: [] })).rejects.toEqual(coded('KEY_BACKUP_WRONG'));
    expect((await keys.list())[0]?.backedUp).toBe(false);
    expect((await keys.proveBackup({ address, words: answer })).backedUp).toBe(true);

    const later = await open();
    expect(await later.list()).toEqual([{ ...key, backedUp: true, unlocked: store === 'keychain' }]);
    if (passphrase !== null) {
      await expect(later.privateKeyOf(address)).rejects.toEqual(coded('KEY_LOCKED'));
      await expect(later.unlock({ address, passphrase: 'wrong passphrase' })).rejects.toEqual(coded('KEY_WRONG_PASSPHRASE'));
      await later.unlock({ address, passphrase });
    }
    expect(addressOf(await later.privateKeyOf(address))).toBe(address);
  });

  it('is confirmed by the words however they are typed', async () => {
    const keys = await open();
    const { key, words, ask } = await keys.create({ store, passphrase });
    const typed = ask.map((position) => ` ${words[position]?.toUpperCase()}\u00a0\n`);
    expect((await keys.proveBackup({ address: key.address, words: typed })).backedUp).toBe(true);
  });

  it('is also confirmed by all its words once the questions are gone', async () => {
    const { key, words } = await (await open()).create({ store, passphrase });
    const later = await open();
    expect((await later.proveBackup({ address: key.address, words })).backedUp).toBe(true);
  });

  it('is archived, never deleted, and can be restored', async () => {
    const keys = await open();
    await keys.import({ ...planted, store, passphrase });
    await expect(keys.import({ ...planted, store, passphrase })).rejects.toEqual(coded('KEY_EXISTS'));
    user = 'Rig one';
    await expect(keys.archive(ADDRESS)).rejects.toEqual(coded('KEY_IN_USE'));
    user = null;
    await keys.archive(ADDRESS.toLowerCase());
    expect(unlocked.size).toBe(0);
    expect(await keys.list()).toMatchObject([{ address: ADDRESS, archived: true, unlocked: false }]);
    await expect(keys.privateKeyOf(ADDRESS)).rejects.toEqual(coded('KEY_UNKNOWN'));
    const kept = store === 'keychain' ? [...vault.keys()] : readdirSync(path.join(folder, 'keystore'));
    expect(kept).toEqual([expect.stringContaining(`${ADDRESS}.archived-2023-11-14T22-13-20.000Z`)]);
    await keys.import({ ...planted, store, passphrase });
    expect(await keys.privateKeyOf(ADDRESS)).toBe(PLANTED);
  });

  it('is found again if the index is missing', async () => {
    await (await open()).import({ ...planted, store, passphrase });
    for (const name of ['keys.json', 'keys.json.bak']) rmSync(path.join(folder, name), { force: true });
    expect(await (await open()).list()).toMatchObject([{ address: ADDRESS, store, backedUp: false }]);
  });
});

describe('an import', () => {
  const lines = PLANTED.replace(/(.{16})/g, '$1\n\t');
  it.each([
    ['plainly', PLANTED],
    ['without 0x, in capitals', PLANTED.slice(2).toUpperCase()],
    ['with a capital X', `0X${PLANTED.slice(2)}`],
    ['with spaces around it', ` ${PLANTED}\n`],
    ['with tabs and line breaks in it', lines],
    ['with non-breaking spaces', `\u00a0${PLANTED.slice(0, 20)}\u202f${PLANTED.slice(20)}\u3000`],
    ['with invisible characters', `\ufeff${PLANTED.slice(0, 9)}\u200b${PLANTED.slice(9)}\u200e`],
    ['with full-width letters', PLANTED.replace(/[0-9a-fx]/g, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0))],
  ])('accepts a private key however it is written: %s', async (_how, key) => {
    expect((await (await open()).import({ ...planted, privateKey: key })).address).toBe(ADDRESS);
  });

  const TWELVE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
  const TWENTY_FOUR = `${'abandon '.repeat(23)}art`;
  it.each([
    ['twelve', TWELVE],
    ['twelve, in capitals', TWELVE.toUpperCase()],
    ['twelve, on a line each', `${TWELVE.replaceAll(' ', '\r\n')}\r\n`],
    ['twelve, with tabs and non-breaking spaces', `\ufeff${TWELVE.replace(' ', '\t').replace(' ', '\u00a0 ')}`],
    ['twenty-four', TWENTY_FOUR],
  ])('accepts words however they are written: %s', async (_how, words) => {
    const key = await (await open()).import({ kind: 'words', words, store: 'keychain', passphrase: null });
    expect(key.address).toBe(HDNodeWallet.fromPhrase(words.includes('abandon') ? TWENTY_FOUR : TWELVE).address);
  });

  it.each([
    ['twenty-four words in another order', `art ${'abandon '.repeat(23)}`],
    ['twenty-three words', 'abandon '.repeat(23)],
    ['an unknown word', `${TWELVE.slice(0, -6)}yellov`],
  ])('refuses %s', async (_what, words) => {
    const order = { kind: 'words', words, store: 'keychain', passphrase: null } as const;
    await expect((await open()).import(order)).rejects.toEqual(coded('KEY_BAD_WORDS'));
  });

  it('accepts a keystore with its own passphrase', async () => {
    const json = await encryptKey({ privateKey: PLANTED, passphrase: PASSPHRASE, scryptN: SCRYPT });
    const file = { kind: 'keystoreFile', json, store: 'keychain', passphrase: null } as const;
    const keys = await open();
    await expect(keys.import({ ...file, filePassphrase: 'x' })).rejects.toEqual(coded('KEY_WRONG_PASSPHRASE'));
    expect(await keys.import({ ...file, filePassphrase: PASSPHRASE })).toMatchObject({ address: ADDRESS });
  });

  it('counts as imported, and as backed up only once a copy of this same key was provided', async () => {
    const keys = await open();
    expect(await keys.import(planted)).toMatchObject({ imported: true, backedUp: false });
    const other = { kind: 'privateKey', privateKey: `0x${'11'.repeat(32)}` } as const;
    await expect(keys.proveBackup({ address: ADDRESS, copy: other })).rejects.toEqual(coded('KEY_COPY_OTHER'));
    const broken = { kind: 'words', words: 'legal winner' } as const;
    await expect(keys.proveBackup({ address: ADDRESS, copy: broken })).rejects.toEqual(coded('KEY_BAD_WORDS'));
    expect(await keys.list()).toMatchObject([{ imported: true, backedUp: false }]);
    const json = await encryptKey({ privateKey: PLANTED, passphrase: PASSPHRASE, scryptN: SCRYPT });
    const copy = { kind: 'keystoreFile', json, filePassphrase: PASSPHRASE } as const;
    expect(await keys.proveBackup({ address: ADDRESS, copy })).toMatchObject({ imported: true, backedUp: true });
    expect(await (await open()).list()).toMatchObject([{ imported: true, backedUp: true }]);
  });
});

describe('an export', () => {
  it('needs its own confirmation, which expires and works once, and is encrypted', async () => {
    const keys = await open();
    await keys.import(planted);
    const order = { address: ADDRESS, passphrase: PASSPHRASE };
    const refused = coded('KEY_CONFIRMATION_INVALID');
    await expect(keys.confirmExport({ ...order, confirmation: 'guess' })).rejects.toEqual(refused);
    const { confirmation, expiresMs } = await keys.prepareExport(ADDRESS);
    await clock.tick(expiresMs - clock.now());
    await expect(keys.confirmExport({ ...order, confirmation })).rejects.toEqual(refused);
    const second = (await keys.prepareExport(ADDRESS)).confirmation;
    const { json } = await keys.confirmExport({ ...order, confirmation: second });
    expect(json).not.toContain(PLANTED.slice(2));
    expect(await decryptKey({ json, passphrase: PASSPHRASE })).toBe(PLANTED);
    await expect(keys.confirmExport({ ...order, confirmation: second })).rejects.toEqual(refused);
  });

  it('is only of the key that was confirmed', async () => {
    const keys = await open();
    await keys.import(planted);
    const other = (await keys.import({ ...planted, privateKey: `0x${'11'.repeat(32)}` })).address;
    const { confirmation } = await keys.prepareExport(ADDRESS);
    const order = { confirmation, passphrase: PASSPHRASE };
    const refused = coded('KEY_CONFIRMATION_INVALID');
    await expect(keys.confirmExport({ ...order, address: other })).rejects.toEqual(refused);
    // An attempt with another key does not make it valid for the first one either.
    await expect(keys.confirmExport({ ...order, address: ADDRESS })).rejects.toEqual(refused);
  });
});

it('no error, and nothing on disk, contains a key, a phrase or a passphrase', async () => {
  const phrase = 'legal winner thank year wave sausage worth useful legal winner thank zebra';
  const leaky: Keytar = {
    ...keytar,
    setPassword: async (...given) => Promise.reject(new Error(`failed with ${given.join(' ')}`)),
  };
  const keys = await open();
  const broken = await openKeys({
    indexFile: path.join(folder, 'other.json'),
    stores: [createKeychain({ clock, name: 'Secret Service', backendProblem: () => null, load: async () => leaky })],
    clock,
    random,
    usedBy: () => null,
  });
  await keys.import({ ...planted, store: 'keystore', passphrase: PASSPHRASE });
  const failures = [
    () => broken.import(planted),
    () => keys.import({ ...planted, privateKey: `${PLANTED}00` }),
    () => keys.import({ ...planted, privateKey: `0x${'f'.repeat(64)}` }),
    () => keys.import({ ...planted, passphrase: PASSPHRASE, privateKey: PLANTED.replace('42', '41') }),
    () => keys.import({ kind: 'words', words: phrase, store: 'keychain', passphrase: null }),
    () => keys.import({ kind: 'keystoreFile', json: PLANTED, filePassphrase: PASSPHRASE, store: 'keychain', passphrase: null }),
    () => keys.proveBackup({ address: ADDRESS, words: phrase.split(' ') }),
    () => keys.unlock({ address: ADDRESS, passphrase: `${PASSPHRASE}!` }),
  ];
  for (const fail of failures) {
    const error: unknown = await fail().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof CodedError)) return expect.fail('not a coded error');
    const text = JSON.stringify([error.serialise(), error.stack, error.cause ?? null]).toLowerCase();
    for (const secret of [PLANTED.slice(4), PASSPHRASE, 'winner', 'f'.repeat(64)]) expect(text).not.toContain(secret);
  }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(1);
  for (const entry of files) {
    const file = path.join(entry.parentPath, entry.name);
    expect(readFileSync(file, 'utf8').toLowerCase()).not.toContain(PLANTED.slice(2));
    expect(readFileSync(file, 'utf8')).not.toContain(PASSPHRASE);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0);
  }
});

describe('a keychain that cannot be used reports why', () => {
  const facts = {
    alwaysEncrypts: false,
    env: { DBUS_SESSION_BUS_ADDRESS: 'unix:' },
    homeDir: '/nowhere',
    electronBackend: null,
  } as const;

  it.each([
    ['Electron would only obfuscate', { ...facts, electronBackend: 'basic_text' }, 'KEYCHAIN_OBFUSCATES'],
    ['libsecret writes a file', { ...facts, env: { ...facts.env, SECRET_BACKEND: 'file' } }, 'KEYCHAIN_OBFUSCATES'],
    ['there is no bus', { ...facts, env: {} }, 'KEYCHAIN_NO_SERVICE'],
  ])('%s', (_what, given, code) => {
    expect(keychainBackendProblem(given)).toEqual(coded(code));
  });

  it.each([
    ['the default one, named by the desktop', 'default', 'open', 'open.keyring', 'KEYCHAIN_OBFUSCATES'],
    ['the login one, without a default', null, null, 'login.keyring', 'KEYCHAIN_OBFUSCATES'],
    ['another than the default', 'default', 'closed', 'open.keyring', null],
  ])('a keyring without a password is stored as plain text: %s', (_what, file, named, keyring, code) => {
    const keyrings = path.join(folder, 'keyrings');
    mkdirSync(keyrings);
    if (file !== null) writeFileSync(path.join(keyrings, file), `${named}\n`);
    writeFileSync(path.join(keyrings, keyring), '[keyring]\ndisplay-name=x\n');
    writeFileSync(path.join(keyrings, 'closed.keyring'), 'GnomeKeyring\n\r\0\n');
    const given = { ...facts, env: { ...facts.env, XDG_DATA_HOME: folder } };
    expect(keychainBackendProblem(given)?.code ?? null).toBe(code);
  });

  it('a working backend has no problem, nor do other systems', () => {
    expect(keychainBackendProblem(facts)).toBeNull();
    expect(keychainBackendProblem({ ...facts, alwaysEncrypts: true, env: {} })).toBeNull();
  });

  it.each([
    ['The name org.freedesktop.secrets was not provided by any .service files', 'KEYCHAIN_NO_SERVICE'],
    ['Cannot create an item in a locked collection', 'KEYCHAIN_LOCKED'],
    ['something else', 'KEYCHAIN_FAILED'],
  ])('%s', async (message, code) => {
    const keys = await open(async () => ({ ...keytar, setPassword: async () => Promise.reject(new Error(message)) }));
    expect((await keys.stores()).stores).toMatchObject([{ problem: { code } }, { kind: 'keystore', problem: null }]);
  });

  it('its library is missing, and the keystore still works', async () => {
    const keys = await open(async () => Promise.reject(new Error('libsecret-1.so.0: cannot open shared object file')));
    expect((await keys.stores()).stores).toMatchObject([{ problem: { code: 'KEYCHAIN_LIBRARY_MISSING' } }, { problem: null }]);
    await expect(keys.import(planted)).rejects.toEqual(coded('KEYCHAIN_LIBRARY_MISSING'));
    expect(existsSync(path.join(folder, 'keys.json'))).toBe(false);
  });

  it('it does not answer for too long', async () => {
    const keychain = createKeychain({
      clock,
      name: 'Secret Service',
      backendProblem: () => null,
      load: async () => ({ ...keytar, setPassword: () => new Promise(() => {}) }),
      patienceMs: 5_000,
    });
    const problem = keychain.problem();
    await clock.tick(5_000);
    expect(await problem).toBeInstanceOf(HostError);
    expect(await problem).toEqual(coded('KEYCHAIN_LOCKED'));
  });
});
