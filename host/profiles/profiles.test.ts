import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { networkPresetSchema, nodeConfigSchema } from '../../contract/node-config.ts';
import { type Profile, type ProfileDraft, type ProfileDraftInput, profileDraftSchema } from '../../contract/profiles.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { conflictWith, nodeConfigOf } from './node-config-of.ts';
import { openProfiles, type ProfileStore } from './profiles.ts';

const preset = (change: object = {}) =>
  networkPresetSchema.parse({
    id: 'devnet',
    title: 'Devnet',
    network: 'devnet',
    relayUrl: 'http://127.0.0.1:7411',
    acceptedEngines: ['embedded'],
    samplingModulus: 10,
    minStakeWei: '400',
    ...change,
  });

const cards = { kind: 'cards', ids: ['GPU-1'], confirmed: { name: 'Card+Linux', vramGib: 24 }, selfTestModel: null } as const;
const stated = { kind: 'stated', name: 'Made Up+Linux', vramGib: 24 } as const;
const address = (digit: string) => `0x${digit.repeat(40)}` as const;

function draft(change: Partial<ProfileDraftInput> = {}): ProfileDraft {
  const given = { name: 'Rig one', networkId: 'devnet', address: address('1'), engine: { kind: 'embedded' } as const };
  return profileDraftSchema.parse({ ...given, gpu: cards, modelIds: ['base:a/b'], stakeWei: '400', ...change });
}

const refusal = (code: string, data: object = {}) => expect.objectContaining({ code, data: expect.objectContaining(data) });

let folder: string;
const open = (): ProfileStore =>
  openProfiles({ file: path.join(folder, 'profiles.json'), folder: path.join(folder, 'nodes'), clock: new ManualClock(5) });

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'host-profiles-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

describe('profiles', () => {
  it('have a directory each, survive a restart, and report changes', () => {
    const profiles = open();
    const seen: string[] = [];
    profiles.watch(({ kind }) => seen.push(kind));
    const one = profiles.create(draft());
    const two = profiles.create(draft({ address: address('2') }));
    const three = profiles.create(draft({ address: address('3'), name: '../..' }));
    expect([one, two, three].map(({ id }) => id)).toEqual(['rig-one', 'rig-one-2', 'node']);
    for (const { id } of [one, two, three]) expect(existsSync(path.join(folder, 'nodes', id))).toBe(true);
    const renamed = profiles.update(one.id, draft({ name: 'Renamed' }));
    expect(renamed).toEqual({ ...one, name: 'Renamed' });
    profiles.remove(two.id);
    expect(open().list()).toEqual([renamed, three]);
    expect(seen).toEqual(['created', 'created', 'created', 'updated', 'removed']);
    expect(profiles.usedBy(address('1'))).toBe('Renamed');
    expect(profiles.usedBy(address('2'))).toBeNull();
  });

  it('law 3, law 4: a key that returns to its network finds what it has signed there', () => {
    const profiles = open();
    const { id } = profiles.create(draft());
    profiles.remove(id);
    const other = profiles.create(draft({ address: address('2') }));
    expect(other.id).not.toBe(id);
    expect(open().create(draft({ name: 'Another name' })).id).toBe(id);
  });

  it('never change their key and network, and share no key on one network', () => {
    const profiles = open();
    const { id } = profiles.create(draft());
    expect(() => profiles.create(draft({ name: 'Two' }))).toThrow(refusal('PROFILE_KEY_TAKEN', { by: id }));
    profiles.create(draft({ networkId: 'other' }));
    expect(() => profiles.update(id, draft({ address: address('2') }))).toThrow(refusal('PROFILE_FIXED'));
    expect(() => profiles.update(id, draft({ networkId: 'third' }))).toThrow(refusal('PROFILE_FIXED'));
    expect(() => profiles.update('none', draft())).toThrow(refusal('PROFILE_UNKNOWN'));
  });
});

const placed = (id: string, change: Partial<ProfileDraftInput> = {}, network = preset()) => {
  const profile: Profile = { ...draft(change), id, createdMs: 0, stakeWord: null };
  return { profile, preset: network };
};

describe("the worker's configuration", () => {
  const paths = { dataDir: '/data/a', claimsDir: '/data/claims' };

  it('fits its schema, with cards and with a made-up one', () => {
    const real = nodeConfigSchema.parse(nodeConfigOf({ ...placed('a'), ...paths }));
    expect(real).toMatchObject({ gpu: { kind: 'nvidia', uuids: ['GPU-1'], claimsDir: '/data/claims' }, stakeWei: 400n });
    const made = nodeConfigSchema.parse(nodeConfigOf({ ...placed('a', { gpu: stated }), ...paths }));
    expect(made.gpu).toMatchObject({ name: 'Made Up+Linux' });
  });

  it('law 7: is refused if the engine or the card is not allowed on the network', () => {
    const far = preset({ relayUrl: 'https://relay.example' });
    const official = { kind: 'official', command: '/engine' } as const;
    expect(() => nodeConfigOf({ ...placed('a', { engine: official }), ...paths })).toThrow(refusal('PROFILE_ENGINE_REFUSED'));
    expect(() => nodeConfigOf({ ...placed('a', { gpu: stated }, far), ...paths })).toThrow(refusal('PROFILE_STATED_CARD'));
    expect(() => nodeConfigOf({ ...placed('a', {}, far), ...paths })).not.toThrow();
  });
});

describe('at the same time', () => {
  const running = [placed('one', { name: 'First' })];
  const other = { address: address('2'), gpu: { ...cards, ids: ['GPU-2'] } };

  it.each([
    ['another key and card', placed('two', other), null],
    ['itself', placed('one'), null],
    ['the same card', placed('two', { ...other, gpu: { ...cards, ids: ['GPU-2', 'GPU-1'] } }), 'PROFILE_CARD_TAKEN'],
    ['the same key', placed('two', { gpu: other.gpu }), 'PROFILE_KEY_TAKEN'],
    [
      'the same key under another name of the network',
      placed('two', { gpu: other.gpu }, preset({ id: 'mine' })),
      'PROFILE_KEY_TAKEN',
    ],
    ['the same key elsewhere', placed('two', { gpu: other.gpu }, preset({ id: 'far', relayUrl: 'https://far.example' })), null],
  ])('%s', (_what, own, code) => {
    const clash = conflictWith(own, running);
    expect(clash?.code ?? null).toBe(code);
    if (clash !== null) expect(clash).toMatchObject({ data: { by: 'one' }, message: expect.stringContaining('First') });
  });
});
