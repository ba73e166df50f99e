import { beforeEach, describe, expect, it } from 'vitest';
import type { WorkerState } from '../../contract/profiles.ts';
import { controlsOf } from '../../contract/truth/controls.ts';
import { lifeState } from '../../contract/truth/life-state.ts';
import { HERE } from '../../contract/truth/reach.ts';
import type { ToWorkerInput } from '../../contract/worker-channel.ts';
import type { WorkerExit } from '../../contract/worker-client.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { HostError } from '../errors.ts';
import type { NodeOrder, SupervisedChannel } from './supervised-node.ts';
import { createSupervisor, type SupervisionView, type Supervisor } from './supervisor.ts';

/** A worker process as seen through its channel. */
class FakeProcess implements SupervisedChannel {
  readonly pid: number;
  readonly sent: ToWorkerInput[] = [];
  readonly signals: string[] = [];
  #messages: ((message: unknown) => void)[] = [];
  #exits: ((exit: WorkerExit) => void)[] = [];

  constructor(pid: number) {
    this.pid = pid;
  }
  send(message: ToWorkerInput): void {
    this.sent.push(message);
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#messages.push(listener);
  }
  onExit(listener: (exit: WorkerExit) => void): void {
    this.#exits.push(listener);
  }
  end(): void {
    this.signals.push('end');
  }
  kill(): void {
    this.signals.push('kill');
    this.exit(null, 'SIGKILL');
  }
  say(message: unknown): void {
    for (const listener of this.#messages) listener(message);
  }
  exit(code: number | null, signal: string | null = null): void {
    for (const listener of this.#exits) listener({ code, signal });
  }
}

let clock: ManualClock;
let processes: FakeProcess[];
let views: SupervisionView[];
let order: () => Promise<NodeOrder>;
let supervisor: Supervisor;

const config = {} as NodeOrder['config'];

beforeEach(() => {
  clock = new ManualClock(1_000_000);
  processes = [];
  views = [];
  order = async () => ({ config, privateKey: '0x01' });
  supervisor = createSupervisor({
    clock,
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    order: () => order(),
    open: () => {
      const process = new FakeProcess(100 + processes.length);
      processes.push(process);
      return process;
    },
  });
  supervisor.watch((view) => views.push(view));
});

const kinds = () => views.map(({ worker }) => worker.kind);
const state = (): WorkerState => supervisor.view('a').worker;
const last = () => processes.at(-1) ?? expect.fail('no process');
const refusal = (code: string) => expect.objectContaining({ code });

async function startAlive(): Promise<FakeProcess> {
  await supervisor.start('a');
  last().say({ type: 'alive', pid: last().pid });
  return last();
}

/** Runs the promise callbacks of what has just happened. */
const settle = () => clock.tick(0);

describe('a profile', () => {
  it('starts, runs and stops; the revision of its views counts up by one', async () => {
    const process = await startAlive();
    expect(process.sent).toMatchObject([{ type: 'start', config, privateKey: '0x01' }]);
    expect(state()).toEqual({ kind: 'running', pid: 100, sinceMs: 1_000_000 });
    expect(supervisor.active()).toEqual(['a']);
    supervisor.client('a').lease(1_000);
    const stopped = supervisor.stop('a');
    expect(process.sent.slice(1)).toEqual([
      { type: 'lease', leftMs: 1_000 },
      { type: 'stop', quitNetwork: false },
    ]);
    process.exit(0);
    await stopped;
    expect(kinds()).toEqual(['starting', 'running', 'stopping', 'stopped']);
    expect(views.map(({ revision }) => revision)).toEqual([1, 2, 3, 4]);
    expect(supervisor.active()).toEqual([]);
  });

  it('ends at once, or in order within the time left, when its lease is lost; and is restarted', async () => {
    const lost = new HostError('LEASE_LOST', 'another has it').serialise();
    const first = await startAlive();
    supervisor.fence('a', lost, 0);
    expect(first.signals).toEqual(['kill']);
    await settle();
    expect(state()).toMatchObject({ kind: 'backoff', error: { code: 'LEASE_LOST' } });
    await clock.tick(10_000);
    const second = last();
    second.say({ type: 'alive', pid: second.pid });
    supervisor.fence('a', lost, 10_000);
    expect(second.signals).toEqual(['end']);
    await clock.tick(10_000);
    expect(second.signals).toEqual(['end', 'kill']);
    expect(processes).not.toHaveLength(1);
  });

  it('does not start if its lease is lost while it starts, and ends for good if it was being stopped', async () => {
    const ordered = Promise.withResolvers<NodeOrder>();
    order = () => ordered.promise;
    void supervisor.start('a');
    await settle();
    supervisor.fence('a', new HostError('LEASE_LOST', 'late').serialise(), 0);
    ordered.resolve({ config, privateKey: '0x01' });
    await settle();
    expect([processes.length, state().kind]).toEqual([0, 'backoff']);
    order = async () => ({ config, privateKey: '0x01' });
    await clock.tick(10_000);
    last().say({ type: 'alive', pid: last().pid });
    const stopped = supervisor.stop('a');
    supervisor.fence('a', new HostError('LEASE_LOST', 'late').serialise(), 0);
    await stopped;
    await clock.tick(60_000);
    expect([processes.length, state().kind]).toEqual([1, 'stopped']);
  });

  it('waits for a lease that another program has', async () => {
    order = async () => Promise.reject(new HostError('LEASE_HELD', 'another has it'));
    await supervisor.start('a');
    expect(state()).toMatchObject({ kind: 'backoff', error: { code: 'LEASE_HELD' } });
    order = async () => ({ config, privateKey: '0x01' });
    await clock.tick(10_000);
    expect(state().kind).toBe('starting');
  });

  it('is alive before it is ready', async () => {
    await startAlive();
    expect(supervisor.view('a')).toMatchObject({ worker: { kind: 'running' }, node: null });
  });

  it('is not started twice, and cannot be called when it is not running', async () => {
    expect(() => supervisor.client('a')).toThrow(refusal('PROFILE_NOT_RUNNING'));
    await startAlive();
    await expect(supervisor.start('a')).rejects.toEqual(refusal('PROFILE_RUNNING'));
    void supervisor.stop('a');
    await expect(supervisor.start('a')).rejects.toEqual(refusal('PROFILE_RUNNING'));
    expect(processes).toHaveLength(1);
  });

  it('accepts in each state the orders that the state offers', async () => {
    const offered = () => controlsOf({ life: lifeState(state(), null), alive: false, connection: HERE }).controls;
    const taken = async (orders: readonly string[]) => {
      expect(offered()).toEqual(orders);
      // Nothing here stops a process that never ends; this only tests that the order is accepted.
      if (orders.includes('stop')) void supervisor.stop('a');
      else if (orders.includes('start')) await supervisor.start('a');
    };
    await taken(['start']);
    await taken(['stop']);
    expect(offered()).toEqual([]);
    last().exit(0);
    await settle();
    (await startAlive()).exit(1);
    await settle();
    await taken(['start', 'stop']);
    order = async () => Promise.reject(new HostError('PROFILE_ENGINE_REFUSED', 'no'));
    await supervisor.start('a');
    order = async () => ({ config, privateKey: '0x01' });
    await taken(['start']);
    expect(offered()).toEqual(['stop']);
  });

  it('is restarted after a crash, with growing delays', async () => {
    for (const [crash, waits] of [500, 1_000, 2_000].entries()) {
      const process = crash === 0 ? await startAlive() : last();
      process.exit(null, 'SIGSEGV');
      await settle();
      expect(state()).toMatchObject({ kind: 'backoff', failures: crash + 1, retryAtMs: clock.now() + waits });
      await clock.tick(waits - 1);
      expect(processes).toHaveLength(crash + 1);
      await clock.tick(1);
      expect(processes).toHaveLength(crash + 2);
    }
  });

  it('that reports a permanent cause is not restarted', async () => {
    const process = await startAlive();
    const error = { code: 'STORE_OTHER_KEY', message: 'another key', data: {} };
    process.say({ type: 'fatal', error });
    process.exit(1);
    await settle();
    expect(state()).toEqual({ kind: 'failed', error });
    await clock.tick(3_600_000);
    expect(processes).toHaveLength(1);
  });

  it('waiting for its restart can be stopped, and started at once', async () => {
    (await startAlive()).exit(1);
    await settle();
    await supervisor.stop('a');
    expect(state()).toEqual({ kind: 'stopped' });
    await clock.tick(3_600_000);
    expect(processes).toHaveLength(1);
    (await startAlive()).exit(1);
    await settle();
    await supervisor.start('a');
    expect(processes).toHaveLength(3);
    await clock.tick(3_600_000);
    expect(processes).toHaveLength(3);
  });

  it('whose key is locked waits for the host; other refusals fail', async () => {
    order = async () => Promise.reject(new HostError('KEY_LOCKED', 'locked'));
    await supervisor.start('a');
    expect(state()).toEqual({ kind: 'locked' });
    order = async () => Promise.reject(new HostError('PROFILE_ENGINE_REFUSED', 'no'));
    await supervisor.start('a');
    expect(state()).toMatchObject({ kind: 'failed', error: { code: 'PROFILE_ENGINE_REFUSED' } });
    order = async () => Promise.reject(new HostError('KEYCHAIN_LOCKED', 'locked'));
    await supervisor.start('a');
    expect(state()).toMatchObject({ kind: 'backoff', error: { code: 'KEYCHAIN_LOCKED' } });
    expect(processes).toEqual([]);
  });

  it('stopped while its order is being made is not started after all', async () => {
    const { promise, resolve } = Promise.withResolvers<NodeOrder>();
    order = () => promise;
    const started = supervisor.start('a');
    await supervisor.stop('a');
    resolve({ config, privateKey: '0x01' });
    await started;
    expect(processes).toEqual([]);
    expect(state()).toEqual({ kind: 'stopped' });
  });
});

describe('the end of the program', () => {
  it('waits for tasks, then tells nodes to hurry, then kills', async () => {
    const process = await startAlive();
    const done = supervisor.stopAll({ patienceMs: 60_000, graceMs: 10_000 });
    expect(process.sent.at(-1)).toEqual({ type: 'stop', quitNetwork: false });
    await clock.tick(59_999);
    expect(process.signals).toEqual([]);
    await clock.tick(1);
    expect(process.signals).toEqual(['end']);
    await clock.tick(10_000);
    expect(process.signals).toEqual(['end', 'kill']);
    await done;
    expect(state()).toEqual({ kind: 'stopped' });
  });

  it('does not hurry a node that ends in time', async () => {
    const process = await startAlive();
    const done = supervisor.stopAll();
    process.exit(0);
    await done;
    expect(process.signals).toEqual([]);
    expect(clock.sleeping).toBe(0);
  });
});
