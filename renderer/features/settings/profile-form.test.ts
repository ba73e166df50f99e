import { describe, expect, it } from 'vitest';
import { type Profile, profileSchema } from '../../../contract/profiles.ts';
import { formOf, readForm } from './profile-form.ts';

const profile: Profile = profileSchema.parse({
  id: 'attic',
  createdMs: 1,
  name: 'Attic',
  networkId: 'devnet',
  address: `0x${'1a'.repeat(20)}`,
  engine: { kind: 'embedded' },
  gpu: { kind: 'stated', name: 'RTX+Linux', vramGib: 24 },
  models: { directory: '/models', proxy: { host: 'proxy', port: 8080, username: 'me', password: 'secret' } },
  modelIds: ['base:a', 'base:b'],
  stakeWei: '400000000000000000001',
});
const form = formOf(profile);

describe('the form of a profile', () => {
  it('gives back what it was made from, to the wei, with the secrets it never shows', () => {
    expect(JSON.stringify(form)).not.toContain('secret');
    const { id, createdMs, ...draft } = profile;
    expect([id, createdMs, readForm(profile, form)]).toEqual(['attic', 1, { kind: 'draft', draft }]);
  });

  it('drops the name and password of a proxy that is another', () => {
    const read = readForm(profile, { ...form, proxy: 'other:3128', directory: ' ' });
    expect(read).toMatchObject({ kind: 'draft', draft: { models: { proxy: { host: 'other', username: '', password: '' } } } });
    expect(read.kind === 'draft' && 'directory' in read.draft.models).toBe(false);
  });

  it('names the field that cannot be used', () => {
    const fieldOf = (part: Partial<typeof form>) => {
      const read = readForm(profile, { ...form, ...part });
      return read.kind === 'problem' ? read.field : null;
    };
    expect(fieldOf({ name: ' ' })).toBe('name');
    expect(fieldOf({ stake: 'much' })).toBe('stake');
    expect(fieldOf({ modelIds: '' })).toBe('modelIds');
    expect(fieldOf({ proxy: 'nowhere' })).toBe('proxy');
    expect(fieldOf({ keepDays: '0' })).toBe('keepDays');
    expect(fieldOf({ keepGib: 'all' })).toBe('keepGib');
    expect(fieldOf({ mirrors: 'ftp://x' })).toBe('mirrors');
    expect(fieldOf({ reserveGib: '-1' })).toBe('reserveGib');
  });
});
