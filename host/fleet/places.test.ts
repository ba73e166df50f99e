import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeDraftSchema } from '../../contract/fleet.ts';
import { HostError } from '../errors.ts';
import type { AskKeychain } from '../keys/keychain-access.ts';
import { openPlaces, readPlaceUrl } from './places.ts';

const TOKEN = `cxa_${'t'.repeat(43)}`;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'places-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const without: AskKeychain = async () => {
  throw new HostError('KEYCHAIN_NO_SERVICE', 'none here');
};
function withKeychain() {
  const entries = new Map<string, string>();
  const ask: AskKeychain = (question) =>
    question({
      getPassword: async (_service, account) => entries.get(account) ?? null,
      setPassword: async (_service, account, password) => void entries.set(account, password),
      deletePassword: async (_service, account) => entries.delete(account),
      findCredentials: async () => [],
    });
  return { entries, ask };
}
const open = (askKeychain: AskKeychain = without) => openPlaces({ file: path.join(dir, 'places.json'), askKeychain });
const draft = (change: object = {}) =>
  placeDraftSchema.parse({ name: 'cellar', url: 'http://127.0.0.1:7421', token: TOKEN, ...change });
const code = (act: Promise<unknown>) =>
  act.then(
    () => 'done',
    (error: HostError) => error.code,
  );

describe('the address of a place', () => {
  it.each([
    ['http://127.0.0.1:7421', null],
    ['http://localhost:7421/', null],
    ['http://[::1]:7421', null],
    ['https://node.example/crynux', null],
    ['http://node.example', 'FLEET_PLACE_PLAIN'],
    // Names and numbers that only look like this machine.
    ['http://127.0.0.1.evil.example', 'FLEET_PLACE_PLAIN'],
    ['http://localhost.evil.example', 'FLEET_PLACE_PLAIN'],
    ['http://10.0.0.1:7421', 'FLEET_PLACE_PLAIN'],
    ['http://127.0.0.1@evil.example', 'FLEET_PLACE_ADDRESS'],
    ['https://me:secret@node.example', 'FLEET_PLACE_ADDRESS'],
    ['https://node.example/?a=1', 'FLEET_PLACE_ADDRESS'],
    ['file:///etc/passwd', 'FLEET_PLACE_ADDRESS'],
    ['cellar', 'FLEET_PLACE_ADDRESS'],
  ])('%s: %s', async (url, expected) => {
    if (expected === null) expect(readPlaceUrl(url)).toBeInstanceOf(URL);
    else expect(() => readPlaceUrl(url)).toThrow(expect.objectContaining({ code: expected }));
    expect(await code(open().add(draft({ url })))).toBe(expected ?? 'done');
  });
});

describe('the places', () => {
  it('keep a token in the keychain if there is one, and delete it along with the place', async () => {
    const { entries, ask } = withKeychain();
    const places = open(ask);
    expect(await places.add(draft())).not.toHaveProperty('token');
    expect([...entries]).toEqual([['place-token-cellar', TOKEN]]);
    for (const name of readdirSync(dir)) expect(readFileSync(path.join(dir, name), 'utf8')).not.toContain(TOKEN);
    expect(await open(ask).keysOf('cellar')).toMatchObject({ token: TOKEN, ca: null });
    await places.remove('cellar');
    expect(entries.size).toBe(0);
    expect(await code(places.keysOf('cellar'))).toBe('FLEET_PLACE_UNKNOWN');
  });

  it('otherwise keep it in a file for the owner only, and leave no copy when it is removed', async () => {
    const places = open();
    await places.add(draft());
    for (const name of readdirSync(dir)) expect(statSync(path.join(dir, name)).mode & 0o077).toBe(0);
    expect((await open().keysOf('cellar')).token).toBe(TOKEN);
    await places.remove('cellar');
    for (const name of readdirSync(dir)) expect(readFileSync(path.join(dir, name), 'utf8')).not.toContain(TOKEN);
  });

  it('have unique names, and files in PEM format', async () => {
    const places = open();
    await places.add(draft());
    expect(await code(places.add(draft()))).toBe('FLEET_PLACE_TAKEN');
    expect(placeDraftSchema.safeParse({ ...draft(), name: 'here' }).success).toBe(false);
    const file = path.join(dir, 'ca.pem');
    const other = draft({ name: 'attic', caFile: file });
    expect(await code(places.add(other))).toBe('FLEET_PLACE_FILE');
    writeFileSync(file, 'no certificate');
    expect(await code(places.add(other))).toBe('FLEET_PLACE_FILE');
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\n');
    expect(await code(places.add({ ...other, certFile: file }))).toBe('FLEET_PLACE_FILE');
    expect(await code(places.add(other))).toBe('done');
    // The file may also disappear later.
    rmSync(file);
    expect(await code(places.keysOf('attic'))).toBe('FLEET_PLACE_FILE');
  });
});
