/** Sends notifications about the nodes, and a daily summary. */
import type { Channel, ChannelStates, Notice } from '../../contract/notify.ts';
import { minuteOf } from '../../contract/notify.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import type { HostClient, NodeClient } from '../../contract/rpc-client.ts';
import type { Language, SecretSetting } from '../../contract/settings.ts';
import { formatCnx } from '../../protocol/money/wei.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Log } from '../../worker/log.ts';
import type { SecretSettings } from '../settings/secrets.ts';
import type { SettingsStore } from '../settings/settings.ts';
import { followNodes } from './live-nodes.ts';
import { noticesBetween, taskFollower } from './node-notices.ts';
import { NOTICE_TEXTS } from './notice-texts.ts';
import { openOutbox } from './outbox.ts';
import type { Send } from './send.ts';

const DAY = 86_400_000;
const CHECK_EVERY_MS = 60_000;

export const CHANNEL_SECRETS = {
  webhook: 'webhookUrl',
  telegram: 'telegramToken',
  ntfy: 'ntfyUrl',
} as const satisfies Record<Channel, SecretSetting>;

export interface AnnouncerParts {
  readonly file: string;
  readonly settings: Pick<SettingsStore, 'get' | 'watch'>;
  readonly secrets: Pick<SecretSettings, 'get'>;
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Log;
  /** For events of the program itself. */
  readonly name: string;
  /** If the host has not chosen a language. */
  readonly language: Language;
}

export interface Announcer {
  test(channel: Channel): Promise<void>;
  states(): ChannelStates;
  watch(listener: (states: ChannelStates) => void): () => void;
  /** Call when secrets have changed. */
  wake(): void;
  /**
   * Follows the program until {@link close}. `recordsOf` provides the records of a node that is not running; the reader
   * closes them.
   */
  start(
    host: HostClient,
    node: (profileId: string) => NodeClient | null,
    recordsOf: (profileId: string) => NodeRecords | null,
  ): void;
  close(): void;
}

interface NodeRecords {
  readonly client: NodeClient;
  close(): void;
}

export function createAnnouncer(parts: AnnouncerParts): Announcer {
  const { settings, secrets, send, clock, log, name } = parts;
  const ending = new AbortController();
  const { signal } = ending;
  const texts = () => NOTICE_TEXTS[settings.get().language ?? parts.language];
  const outbox = openOutbox({
    ...{ file: parts.file, send, clock },
    settings: () => settings.get().elsewhere,
    async target(channel) {
      const secret = await secrets.get(CHANNEL_SECRETS[channel]).catch((error: unknown) => {
        log.warn({ err: error, channel }, 'the address of a notification cannot be read');
        return null;
      });
      const { chatId } = settings.get().elsewhere.telegram;
      return secret === null || (channel === 'telegram' && chatId === '') ? null : { secret, chatId };
    },
  });
  const unwatch = settings.watch(() => outbox.wake());

  function announce(notice: Notice, title: string): void {
    outbox.enqueue({ told: notice, title, text: texts().notice[notice], atMs: clock.now() });
  }

  function runInBackground(run: () => Promise<void>): void {
    run().catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, 'notifications no longer follow the program');
    });
  }

  let nodes: readonly ProfileView[] = [];

  /** Sends the summary of yesterday once its time has come, even if the program was not running at that minute. */
  async function sendSummaries(lineOf: (view: ProfileView, from: number, to: number) => Promise<string>): Promise<void> {
    for (;;) {
      await clock.sleep(CHECK_EVERY_MS, signal);
      const now = new Date(clock.now());
      const day = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
      const isTime = now.getHours() * 60 + now.getMinutes() >= minuteOf(settings.get().elsewhere.summaryAt);
      if (!isTime || outbox.summaryDay() === day) continue;
      outbox.markSummarySent(day);
      const today = Math.floor(clock.now() / DAY) * DAY;
      const lines = await Promise.all(nodes.map((view) => lineOf(view, today - DAY, today)));
      const text = lines.length === 0 ? texts().noNodes : lines.join('\n');
      outbox.enqueue({ told: 'summary', title: texts().summary, text, atMs: clock.now() });
    }
  }

  return {
    test: (channel) => outbox.test(channel, { told: 'test', title: name, text: texts().test, urgent: false, atMs: clock.now() }),
    states: outbox.states,
    watch: outbox.watch,
    wake: outbox.wake,
    start(host, node, recordsOf) {
      const followTasks = taskFollower(node, signal, ({ profile }, notice) => announce(notice, profile.name));
      runInBackground(() =>
        followNodes(host, signal, ({ all, changed }) => {
          nodes = all;
          if (changed !== null)
            for (const notice of noticesBetween(changed.before, changed.after)) announce(notice, changed.after.profile.name);
          for (const view of all) followTasks(view);
        }),
      );
      runInBackground(async () => {
        for await (const { kind } of await host.updates.watch({}, { signal }))
          if (kind === 'available') announce('updateReady', name);
      });
      runInBackground(() => outbox.run(signal));
      runInBackground(() =>
        sendSummaries(async ({ profile }, fromMs, toMs) => {
          const records = node(profile.id) === null ? recordsOf(profile.id) : null;
          const client = records?.client ?? node(profile.id);
          try {
            const range = { bucket: null, fromMs, toMs: toMs - 1 };
            const sums = client === null ? undefined : (await client.money.earnings(range, { signal })).rows[0];
            const said =
              sums === undefined ? texts().noRecords : texts().yesterday(formatCnx(BigInt(sums.netWei)), sums.payments);
            return `${profile.name}: ${said}`;
          } catch {
            return `${profile.name}: ${texts().noRecords}`;
          } finally {
            records?.close();
          }
        }),
      );
    },
    close() {
      unwatch();
      ending.abort();
    },
  };
}
