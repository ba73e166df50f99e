import { expect, it } from 'vitest';
import { type Profile, profileSchema, type WorkerState } from '../../contract/profiles.ts';
import { type NodeView, nodeViewSchema } from '../../contract/worker-channel.ts';
import { createProfileViews } from './profile-views.ts';

const ADDRESS = `0x${'11'.repeat(20)}`;
const PROFILE: Profile = profileSchema.parse({
  ...{ id: 'heron', createdMs: 0, name: 'Heron', networkId: 'lab', address: ADDRESS, engine: { kind: 'embedded' } },
  ...{ gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 }, modelIds: ['base:a'], stakeWei: '400' },
});
const RUNNING: WorkerState = { kind: 'running', pid: 1, sinceMs: 0 };

/** A node that was started with {@link PROFILE} and has this much staked. */
function viewsWith(balanceWei: string, status: 'Staked' | 'Unstaked' = 'Staked') {
  const node: NodeView = nodeViewSchema.parse({
    ...{ revision: 1, address: ADDRESS, state: 'running', message: '', engine: 'ready', currentTask: null },
    ...{ relay: 'reachable', relayBalanceWei: null, error: null },
    stake: { status, balanceWei, creditsWei: '0', readMs: 0, doubt: null },
  });
  const view = () => ({ profileId: 'heron', revision: 1, worker: RUNNING, node });
  const views = createProfileViews({
    profiles: { list: () => [PROFILE], watch: () => () => {} },
    supervisor: { view, watch: () => () => {}, active: () => ['heron'] },
    networks: { presets: () => [] },
  } as unknown as Parameters<typeof createProfileViews>[0]);
  views.started(PROFILE);
  return views;
}

const waits = (views: ReturnType<typeof viewsWith>, change: Partial<Profile>) =>
  views.view({ ...PROFILE, ...change }).pendingRestart;

it('a stake that the node already has waits for no restart; another one does', () => {
  expect(waits(viewsWith('450'), { stakeWei: '450' })).toBe(false);
  expect(waits(viewsWith('400'), { stakeWei: '450' })).toBe(true);
  expect(waits(viewsWith('450', 'Unstaked'), { stakeWei: '450' })).toBe(true);
});

it('every other difference waits, whatever is staked; a new name never does', () => {
  expect(waits(viewsWith('450'), { stakeWei: '450', modelIds: ['base:b'] })).toBe(true);
  expect(waits(viewsWith('400'), { name: 'Crane', autoStart: true })).toBe(false);
});
