import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { systemRandom } from '../../worker/kit/system-random.ts';
import type { HostError } from '../errors.ts';
import { MAX_ACCESS_TOKENS, openAccessTokens } from './access-tokens.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'access-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = (onSetAside?: (problem: HostError) => void) =>
  openAccessTokens({
    file: path.join(dir, 'access.json'),
    clock: new ManualClock(7),
    random: systemRandom,
    ...(onSetAside === undefined ? {} : { onSetAside }),
  });
const allFiles = () => readdirSync(dir).map((name) => readFileSync(path.join(dir, name), 'utf8'));

describe('access tokens', () => {
  it('are shown once, and stored as digests that only the owner can read', () => {
    const tokens = open();
    const { token, ...view } = tokens.create({ name: 'phone', role: 'read' });
    expect(view).toEqual({ name: 'phone', role: 'read', createdMs: 7 });
    for (const text of allFiles()) expect(text).not.toContain(token.slice(4));
    for (const name of readdirSync(dir)) expect(statSync(path.join(dir, name)).mode & 0o077).toBe(0);
    const again = open();
    expect(again.find(token)).toEqual(view);
    expect(again.list()).toEqual([view]);
    for (const other of ['', token.slice(4), `${token}x`, 'cxa_']) expect(again.find(other)).toBeNull();
  });

  it('become invalid when revoked, even in the backup copy of the file', () => {
    const tokens = open();
    const { token } = tokens.create({ name: 'phone', role: 'operate' });
    const heard: string[] = [];
    tokens.watchRevoked((name) => heard.push(`${name}: ${String(tokens.find(token))}`));
    tokens.revoke('phone');
    expect(heard).toEqual(['phone: null']);
    // The backup copy replaces a damaged file.
    writeFileSync(path.join(dir, 'access.json'), 'damaged');
    expect(open().find(token)).toBeNull();
    expect(() => tokens.revoke('phone')).toThrow(expect.objectContaining({ code: 'ACCESS_UNKNOWN' }));
  });

  it('have unique names and a maximum number', () => {
    const tokens = open();
    for (let n = 0; n < MAX_ACCESS_TOKENS; n++) tokens.create({ name: `t${n}`, role: 'read' });
    expect(() => tokens.create({ name: 't1', role: 'read' })).toThrow(expect.objectContaining({ code: 'ACCESS_NAME_TAKEN' }));
    expect(() => tokens.create({ name: 'one-more', role: 'read' })).toThrow(expect.objectContaining({ code: 'ACCESS_TOO_MANY' }));
  });

  it('are all invalid, with a notice, if the file and its copy are damaged', () => {
    const { token } = open().create({ name: 'phone', role: 'read' });
    for (const name of readdirSync(dir)) writeFileSync(path.join(dir, name), '{');
    const said: string[] = [];
    expect(open((problem) => said.push(problem.code)).find(token)).toBeNull();
    expect(said).toEqual(['HOST_FILE_DAMAGED']);
  });
});
