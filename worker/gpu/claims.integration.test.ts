/** Claims of real processes, which are killed without a chance to clean up. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClaimOutcome, claimGpus, ownerOf } from './claims.ts';
import { composedUuid } from './testing/compose.ts';

const [A, B, C] = [composedUuid(0), composedUuid(1), composedUuid(2)];
const PROGRAM = path.join(import.meta.dirname, 'testing', 'claim-program.ts');

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gpu-claims-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await rm(folder, { recursive: true, force: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function profile(): Promise<ChildProcess> {
  const child = fork(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'] });
  children.push(child);
  await once(child, 'message');
  return child;
}

async function requestClaim(child: ChildProcess, name: string, ids: readonly string[]): Promise<ClaimOutcome> {
  const answer = once(child, 'message');
  child.send({ folder, ids, profile: name });
  return (await answer)[0] as ClaimOutcome;
}

function claimHere(ids: readonly string[]): ClaimOutcome {
  return claimGpus(ids, { folder, profile: 'here', pid: process.pid, nowMs: 2 });
}

describe('claims', () => {
  it('a card has one owner, whose name the others are told', async () => {
    const child = await profile();
    expect(await requestClaim(child, 'alice', [A, B])).toEqual({ kind: 'claimed' });
    const alice = { profile: 'alice', pid: child.pid, sinceMs: 1 };
    expect(ownerOf(A, folder)).toEqual({ id: A, label: alice });
    expect(ownerOf(C, folder)).toBeNull();
    expect(claimHere([B, C])).toEqual({
      kind: 'taken',
      problem: expect.objectContaining({ code: 'GPU_TAKEN', detail: `${B}: alice (process ${child.pid})` }),
      by: [{ id: B, label: alice }],
    });
    // All or nothing: the free one was not kept.
    expect(ownerOf(C, folder)).toBeNull();
  });

  it('SIGKILL frees the cards', async () => {
    const child = await profile();
    await requestClaim(child, 'alice', [A]);
    expect(claimHere([A]).kind).toBe('taken');
    await kill(child);
    const mine = claimHere([A]);
    expect(mine.kind).toBe('claimed');
    expect(ownerOf(A, folder)?.label).toEqual({ profile: 'here', pid: process.pid, sinceMs: 2 });
    if (mine.kind === 'claimed') mine.claim.release();
    expect(ownerOf(A, folder)).toBeNull();
  });

  it('of many that ask at once for overlapping groups, owners never share a card', async () => {
    const wishes = [[A], [A, B], [B, C], [C, A], [C]];
    const racers = await Promise.all(wishes.map(profile));
    const outcomes = await Promise.all(racers.map((child, i) => requestClaim(child, `racer ${i}`, wishes[i] ?? [])));
    const owned = wishes.filter((_, i) => outcomes[i]?.kind === 'claimed').flat();
    expect(owned.length).toBeGreaterThan(0);
    expect(new Set(owned).size).toBe(owned.length);
    for (const id of owned) expect(claimHere([id]).kind).toBe('taken');
  });

  it('excludes the same process too, and looking up the owner does not release it', async () => {
    const mine = claimHere([A]);
    expect(claimHere([A]).kind).toBe('taken');
    expect(ownerOf(A, folder)?.label?.profile).toBe('here');
    expect((await requestClaim(await profile(), 'bob', [A])).kind).toBe('taken');
    if (mine.kind === 'claimed') {
      mine.claim.release();
      mine.claim.release();
    }
    expect((await requestClaim(await profile(), 'bob', [A])).kind).toBe('claimed');
  });
});
