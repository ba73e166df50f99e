import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { channelSettingsSchema } from '../../contract/notify.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import type { HostClient, NodeClient } from '../../contract/rpc-client.ts';
import { settingsSchema } from '../../contract/settings.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { createAnnouncer } from './announcer.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const error = { code: 'WORKER_FATAL', message: 'planted task content', data: {} };
const view = (worker: ProfileView['worker']) => ({ profile: { id: 'attic', name: 'Attic' }, worker, node: null }) as ProfileView;

it('reports what happens to a node, and once a day what it earned, without a word about a task', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'announcer-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const clock = new ManualClock(new Date(2026, 5, 2, 8, 58).getTime());
  const sent: string[] = [];
  const settings = settingsSchema.parse({ elsewhere: channelSettingsSchema.parse({ webhook: { on: true } }) });
  const silent = () => {};
  const announcer = createAnnouncer({
    file: path.join(dir, 'notices.json'),
    settings: { get: () => settings, watch: () => silent },
    secrets: { get: async () => 'https://hooks.example/x' },
    send: async ({ body }) => {
      sent.push(body);
      return { kind: 'sent' };
    },
    clock,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    name: 'Crynux',
    language: 'en',
  });
  const slow = Promise.withResolvers<void>();
  async function* profiles() {
    yield { kind: 'snapshot', revision: 1, profiles: [view({ kind: 'running', pid: 1, sinceMs: 0 })] };
    await slow.promise;
    yield { kind: 'changed', revision: 2, profile: view({ kind: 'failed', error }) };
    await new Promise(silent);
  }
  async function* updates() {
    yield { kind: 'current', checkedMs: null };
    await new Promise(silent);
  }
  const host = { profiles: { watch: async () => profiles() }, updates: { watch: async () => updates() } };
  const closed: string[] = [];
  const earnings = async () => ({ rows: [{ netWei: '-1500000000000000000', payments: 3 }] });
  const records = { client: { money: { earnings } } as unknown as NodeClient, close: () => void closed.push('records') };
  announcer.start(
    host as unknown as HostClient,
    () => null,
    () => records,
  );
  await settle();
  expect(sent).toEqual([]);
  slow.resolve();
  await settle();
  await settle();
  expect(sent.map((body) => JSON.parse(body).text)).toEqual(['Attic: has stopped with an error.']);
  for (let minutes = 0; minutes < 20; minutes += 1) await clock.tick(60_000);
  expect(sent.slice(1).map((body) => JSON.parse(body).text)).toEqual([
    'Daily summary: Attic: yesterday (UTC) -1.5 CNX net, 3 payments',
  ]);
  expect(closed).toEqual(['records']);
  expect(sent.join()).not.toContain('planted');
  announcer.close();
});
