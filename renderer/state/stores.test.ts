import { describe, expect, it } from 'vitest';
import type { ProfileView } from '../../contract/profiles.ts';
import type { TaskRow } from '../../contract/tasks.ts';
import { afterProfilesUpdate, type ProfilesState } from './profiles.ts';
import { afterTasksUpdate, openTasks, type TasksState } from './tasks.ts';
import { connectionOf, type LinkStatus } from './truth.ts';

const profile = (id: string, createdMs: number, gpuName = '') => ({ profile: { id, createdMs }, gpuName }) as ProfileView;
const row = (commitment: string, sequence: number, status: TaskRow['status']) => ({ commitment, sequence, status }) as TaskRow;

describe('profiles', () => {
  const start: ProfilesState = { revision: null, profiles: [] };
  const loaded = afterProfilesUpdate(start, { kind: 'snapshot', revision: 4, profiles: [profile('b', 2), profile('a', 1)] });

  it('are in order of creation, and change in place', () => {
    expect(loaded?.profiles.map((view) => view.profile.id)).toEqual(['a', 'b']);
    const next = loaded && afterProfilesUpdate(loaded, { kind: 'changed', revision: 5, profile: profile('a', 1, 'RTX') });
    expect(next?.profiles.map((view) => view.gpuName)).toEqual(['RTX', '']);
    expect(next && afterProfilesUpdate(next, { kind: 'removed', revision: 6, id: 'a' })?.profiles).toHaveLength(1);
  });

  it('apply nothing twice, and nothing after a gap', () => {
    if (loaded === null) throw new Error('no snapshot');
    expect(afterProfilesUpdate(loaded, { kind: 'removed', revision: 4, id: 'a' })).toBe(loaded);
    expect(afterProfilesUpdate(loaded, { kind: 'removed', revision: 6, id: 'a' })).toBeNull();
    expect(afterProfilesUpdate(start, { kind: 'removed', revision: 1, id: 'a' })).toBeNull();
  });
});

describe('tasks', () => {
  const start: TasksState = { revision: null, upTo: 0, rows: new Map() };
  const loaded = afterTasksUpdate(start, { kind: 'snapshot', revision: 1, upTo: 7, open: [row('x', 7, 'Started')] });

  it('are open until the network no longer moves them', () => {
    if (loaded === null) throw new Error('no snapshot');
    expect(openTasks(loaded)).toHaveLength(1);
    const ended = afterTasksUpdate(loaded, { kind: 'task', revision: 2, task: row('x', 7, 'EndSuccess') });
    expect(ended && openTasks(ended)).toEqual([]);
    expect(afterTasksUpdate(loaded, { kind: 'task', revision: 3, task: row('y', 8, 'Started') })).toBeNull();
  });

  it('are kept in a limited number, the open ones however long they take', () => {
    let state = loaded;
    for (let index = 0; index < 1_200 && state !== null; index += 1) {
      const task = row(`t${index}`, 8 + index, 'EndSuccess');
      state = afterTasksUpdate(state, { kind: 'task', revision: 2 + index, task });
    }
    expect([state?.rows.size, state?.upTo]).toEqual([50, 1_207]);
    expect(state && openTasks(state).map(({ commitment }) => commitment)).toEqual(['x']);
  });
});

describe('a connection', () => {
  const sight = (kind: LinkStatus['kind'], lostMs: number | null = null): LinkStatus => ({ kind, lostMs });

  it('that was never open is not lost; a lost program outweighs a lost node', () => {
    expect(connectionOf(sight('connecting'), sight('connecting'))).toEqual({ kind: 'here' });
    expect(connectionOf(sight('open'), sight('idle'))).toEqual({ kind: 'here' });
    expect(connectionOf(sight('open'), sight('waiting', 7))).toEqual({ kind: 'noNode', sinceMs: 7 });
    expect(connectionOf(sight('connecting', 5), sight('waiting', 7))).toEqual({ kind: 'noProgram', sinceMs: 5 });
    expect(connectionOf(sight('ended', 5), null)).toEqual({ kind: 'noProgram', sinceMs: 5 });
  });
});
