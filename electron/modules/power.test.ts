import type { EventEmitter } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import type { ProfilesUpdate, ProfileView } from '../../contract/profiles.ts';
import type { Shell, ShellHost } from '../module.ts';
import { powerModule } from './power.ts';

const electron = vi.hoisted(() => ({ monitor: null as EventEmitter | null, quits: 0 }));
vi.mock('electron', async () => {
  const { EventEmitter } = await import('node:events');
  electron.monitor = new EventEmitter();
  return {
    app: {
      quit: () => {
        electron.quits += 1;
      },
    },
    powerMonitor: electron.monitor,
    powerSaveBlocker: { start: () => 1, stop: () => {} },
  };
});

afterEach(() => electron.monitor?.removeAllListeners());

const profile = (id: string) => ({ profile: { id }, worker: { kind: 'running' }, node: null }) as unknown as ProfileView;

function shellWith(living: readonly string[], run: () => Promise<unknown>): Shell {
  async function* watch(): AsyncGenerator<ProfilesUpdate> {
    yield { kind: 'snapshot', revision: 1, profiles: [profile('heron'), profile('owl')] };
    await new Promise(() => {});
  }
  const host = {
    client: { profiles: { watch: () => Promise.resolve(watch()) } },
    node: (id: string) => (living.includes(id) ? { checks: { run } } : null),
  };
  const silent = () => {};
  const log = { info: silent, warn: silent, error: silent };
  return { host: host as unknown as ShellHost, log, window: null, isQuitting: false } as unknown as Shell;
}

it('after sleep, every running node repeats its checks, including the clock', async () => {
  const run = vi.fn(() => Promise.resolve({}));
  await powerModule().load?.(shellWith(['heron'], run));
  const resumed = () => {
    electron.monitor?.emit('resume');
    expect(run).toHaveBeenCalledWith({});
  };
  await vi.waitFor(resumed, { timeout: 90_000 });
});

it('when the machine shuts down, the program ends in order', async () => {
  await powerModule().load?.(shellWith([], () => Promise.resolve()));
  electron.monitor?.emit('shutdown');
  expect(electron.quits).toBe(1);
});
