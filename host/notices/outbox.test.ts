import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ChannelSettings, channelSettingsSchema, isHeldBack } from '../../contract/notify.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { openOutbox } from './outbox.ts';
import type { NoticeRequest } from './requests.ts';
import type { SendOutcome } from './send.ts';

const NOON = new Date(2026, 5, 1, 12, 0).getTime();
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOOK = 'https://hooks.example/planted-secret';

function rig(answers: readonly SendOutcome[], part: object = {}, startMs = NOON, folder?: string) {
  const dir = folder ?? mkdtempSync(path.join(tmpdir(), 'outbox-'));
  if (folder === undefined) onTestFinished(() => rmSync(dir, { recursive: true }));
  const clock = new ManualClock(startMs);
  const sent: NoticeRequest[] = [];
  let settings: ChannelSettings = channelSettingsSchema.parse({ webhook: { on: true }, ...part });
  const file = path.join(dir, 'notices.json');
  const left = [...answers];
  const outbox = openOutbox({
    file,
    clock,
    settings: () => settings,
    target: async (channel) => (channel === 'webhook' ? { secret: HOOK, chatId: '' } : null),
    send: async (request) => {
      sent.push(request);
      return left.shift() ?? { kind: 'sent' };
    },
  });
  const ending = new AbortController();
  const ended = outbox.run(ending.signal).catch(() => {});
  onTestFinished(async () => {
    ending.abort();
    await ended;
  });
  const tell = (told: 'slashed' | 'payment' | 'invalidated', title = 'Attic') =>
    outbox.enqueue({ told, title, text: 'what happened', atMs: clock.now() });
  const set = (next: object) => {
    settings = channelSettingsSchema.parse(next);
    outbox.wake();
  };
  return { outbox, clock, sent, file, dir, tell, set };
}
const later: SendOutcome = { kind: 'later', status: 503, retryAfterMs: 0 };
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a queued notification', () => {
  it('is sent once through every channel that is on and reports such events, then deleted from disk', async () => {
    const { outbox, sent, file, tell } = rig([]);
    tell('slashed');
    tell('payment');
    await settle();
    expect(sent).toHaveLength(1);
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ event: 'slashed', text: 'Attic: what happened', urgent: true });
    expect(JSON.parse(readFileSync(file, 'utf8')).content.entries).toEqual([]);
    expect(outbox.states().webhook).toMatchObject({ kind: 'ready', waiting: 0, lastSentMs: NOON, failure: null });
  });

  it('is retried with growing delays, and no sooner than requested', async () => {
    const { clock, outbox, sent, tell } = rig([later, later, { ...later, status: 429, retryAfterMs: 5 * MINUTE }]);
    tell('slashed');
    await settle();
    await clock.tick(10 * SECOND);
    await settle();
    expect(sent).toHaveLength(2);
    await clock.tick(19 * SECOND);
    expect(sent).toHaveLength(2);
    await clock.tick(1 * SECOND);
    await settle();
    expect(sent).toHaveLength(3);
    expect(outbox.states().webhook).toMatchObject({
      waiting: 1,
      failure: { code: 'NOTIFY_UNREACHABLE', status: 429, again: true },
    });
    await clock.tick(5 * MINUTE - 1);
    expect(sent).toHaveLength(3);
    await clock.tick(1);
    await settle();
    expect(sent).toHaveLength(4);
    expect(outbox.states().webhook).toMatchObject({ waiting: 0, failure: null });
  });

  it('that was refused is not retried, and is dropped after a day of attempts', async () => {
    const refused = rig([{ kind: 'refused', status: 404 }]);
    refused.tell('slashed');
    await settle();
    expect(refused.outbox.states().webhook).toMatchObject({ waiting: 0, failure: { code: 'NOTIFY_REFUSED', again: false } });
    const silent = rig(Array.from({ length: 40 }, () => later));
    silent.tell('slashed');
    for (let hours = 0; hours < 40; hours += 1) {
      await settle();
      await silent.clock.tick(60 * MINUTE);
    }
    expect(silent.sent).toHaveLength(32);
    expect(silent.outbox.states().webhook.waiting).toBe(0);
  });

  it('survives the end of the program', async () => {
    const first = rig([later]);
    first.tell('slashed');
    await settle();
    const again = rig([], {}, NOON, first.dir);
    await settle();
    expect(again.sent).toHaveLength(1);
  });

  it('waits for the end of the quiet hours, unless it is urgent', async () => {
    const quiet = { quiet: { on: true, from: '22:00', to: '08:00' } };
    const night = new Date(2026, 5, 1, 23, 0).getTime();
    const { clock, sent, tell, set } = rig([], quiet, night);
    tell('invalidated');
    tell('slashed');
    await settle();
    expect(sent.map(({ body }) => JSON.parse(body).event)).toEqual(['slashed']);
    set({ webhook: { on: true }, quiet: { ...quiet.quiet, urgentAnyway: false } });
    tell('slashed');
    await settle();
    expect(sent).toHaveLength(1);
    for (let minutes = 0; minutes <= 9 * 60; minutes += 1) await clock.tick(MINUTE);
    await settle();
    expect(sent).toHaveLength(3);
  });

  it('waits if a channel lacks its address, and is sent once it has one', async () => {
    const { outbox, sent, tell, set } = rig([], { webhook: { on: false }, ntfy: { on: true } });
    await settle();
    expect(outbox.states().ntfy).toMatchObject({ kind: 'incomplete', waiting: 0 });
    tell('slashed');
    await settle();
    expect([sent, outbox.states().ntfy]).toMatchObject([[], { kind: 'incomplete', waiting: 1 }]);
    set({ webhook: { on: true }, ntfy: { on: false } });
    expect(outbox.states().ntfy.kind).toBe('off');
  });
});

describe('a test of a channel', () => {
  const message = { told: 'test', title: 'Crynux', text: 'a test', urgent: false, atMs: NOON } as const;

  it('returns only the code of the outcome, and is sent at most once in five seconds', async () => {
    const { outbox, clock } = rig([{ kind: 'refused', status: 401 }]);
    await expect(outbox.test('webhook', message)).rejects.toMatchObject({ code: 'NOTIFY_REFUSED', data: { status: 401 } });
    await expect(outbox.test('webhook', message)).rejects.toMatchObject({ code: 'NOTIFY_TOO_SOON' });
    await clock.tick(5 * SECOND);
    await outbox.test('webhook', message);
    await expect(outbox.test('telegram', message)).rejects.toMatchObject({ code: 'NOTIFY_INCOMPLETE' });
  });

  it('tells nobody the address', async () => {
    const { outbox } = rig([later]);
    const failed = await outbox.test('webhook', message).catch((error: { serialise(): object }) => error.serialise());
    expect(JSON.stringify([failed, outbox.states()])).not.toContain('planted');
  });
});

it.each([
  ['22:00', '08:00', 22 * 60, true],
  ['22:00', '08:00', 8 * 60, false],
  ['22:00', '08:00', 21 * 60 + 59, false],
  ['08:00', '22:00', 12 * 60, true],
  ['08:00', '08:00', 8 * 60, false],
])('quiet from %s to %s applies at minute %i: %s', (from, to, minute, held) => {
  expect(isHeldBack('payment', channelSettingsSchema.parse({ quiet: { on: true, from, to } }), minute)).toBe(held);
});
