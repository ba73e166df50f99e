import { describe, expect, it } from 'vitest';
import { type Profile, profileSchema } from '../../../contract/profiles.ts';
import { keepsLess, parseForm, profileToForm, retentionProblems } from './profile-form.ts';

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
const form = profileToForm(profile);

describe('the limits for closed tasks', () => {
  it('are checked separately, field by field, with a point or a comma', () => {
    const wrong = (keepDays: string, keepGib: string) => retentionProblems({ keepDays, keepGib });
    expect(wrong('7', '0,5')).toEqual({ days: false, gib: false });
    expect(wrong('3650', '0.1')).toEqual({ days: false, gib: false });
    for (const days of ['', '0', '1.5', '3651', 'week']) expect(wrong(days, '2'), days).toEqual({ days: true, gib: false });
    // In one country 1,500 means a thousand times what it means in another.
    for (const gib of ['', '0', '0.05', '100001', '1,500', '1e3'])
      expect(wrong('0', gib), gib).toEqual({ days: true, gib: true });
    expect(parseForm(profile, { ...form, keepGib: '0,5' })).toMatchObject({ draft: { retention: { days: 7, resultsGib: 0.5 } } });
  });

  it('warns that less is kept than before, only if it can be saved', () => {
    const less = (keepDays: string, keepGib: string) => keepsLess({ ...form, keepDays, keepGib }, profile.retention);
    expect([less('7', '2'), less('8', '3'), less('0', '2'), less('6', '3'), less('7', '1,5')]).toEqual([
      ...[false, false, false],
      ...[true, true],
    ]);
  });
});

describe('the profile form', () => {
  it('returns what it was made from, to the wei, including the secrets it never shows', () => {
    expect(JSON.stringify(form)).not.toContain('secret');
    const { id, createdMs, stakeWord, ...draft } = profile;
    expect([id, createdMs, stakeWord, parseForm(profile, form)]).toEqual(['attic', 1, null, { kind: 'draft', draft }]);
  });

  it('drops a proxy’s user name and password if the proxy changes', () => {
    const read = parseForm(profile, { ...form, proxy: 'other:3128', directory: ' ' });
    expect(read).toMatchObject({ kind: 'draft', draft: { models: { proxy: { host: 'other', username: '', password: '' } } } });
    expect(read.kind === 'draft' && 'directory' in read.draft.models).toBe(false);
  });

  it('names the invalid field', () => {
    const fieldOf = (part: Partial<typeof form>) => {
      const read = parseForm(profile, { ...form, ...part });
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
