/**
 * Notifications waiting to be sent: kept on disk until sent, in order for each channel, retried with growing delays,
 * held back during quiet hours, and dropped after a day of attempts.
 */
import { z } from 'zod';
import {
  CHANNEL_NOTICES,
  CHANNELS,
  type Channel,
  type ChannelSettings,
  type ChannelState,
  type ChannelStates,
  isHeldBack,
  URGENT,
} from '../../contract/notify.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { createDataFile } from '../data-file.ts';
import { HOST_ERRORS, HostError, isHostError } from '../errors.ts';
import { type ChannelTarget, type Message, requestFor } from './requests.ts';
import type { Send } from './send.ts';

const FIRST_WAIT_MS = 10_000;
const MAX_WAIT_MS = 60 * 60_000;
/** About a day of them. */
const MAX_TRIES = 32;
const CHECK_EVERY_MS = 60_000;
const BETWEEN_TESTS_MS = 5_000;
/** If a channel does not answer for long, the oldest are dropped. */
const MAX_WAITING = 100;

const entrySchema = z.object({
  channel: z.enum(CHANNELS),
  told: z.enum(CHANNEL_NOTICES),
  ...{ title: z.string(), text: z.string(), urgent: z.boolean(), atMs: z.number(), tries: z.number().int() },
});
type Entry = z.output<typeof entrySchema>;
const fileSchema = z.object({ entries: z.array(entrySchema), summaryDay: z.string().nullable() });

export interface OutboxParts {
  readonly file: string;
  readonly settings: () => ChannelSettings;
  /** Null = incomplete. */
  readonly target: (channel: Channel) => Promise<ChannelTarget | null>;
  readonly send: Send;
  readonly clock: Clock;
}

export interface Outbox {
  /**
   * Queues a message for every channel that is on and reports such events. Never throws: notifications matter less than
   * the nodes.
   */
  enqueue(message: Omit<Message, 'urgent'> & { readonly told: Entry['told'] }): void;
  /**
   * Sends at once, even in quiet hours. @throws HostError NOTIFY_INCOMPLETE, NOTIFY_REFUSED, NOTIFY_UNREACHABLE,
   * NOTIFY_TOO_SOON
   */
  test(channel: Channel, message: Message): Promise<void>;
  states(): ChannelStates;
  watch(listener: (states: ChannelStates) => void): () => void;
  /** The last day whose summary was sent, `YYYY-MM-DD`; null = none yet. */
  summaryDay(): string | null;
  markSummarySent(day: string): void;
  /** Checks again, because settings or secrets have changed. */
  wake(): void;
  /** Sends until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export function openOutbox({ file, settings, target, send, clock }: OutboxParts): Outbox {
  const data = createDataFile({ path: file, schema: fileSchema });
  let kept = data.readOrSetAside() ?? { entries: [], summaryDay: null };
  const listeners = new Set<(states: ChannelStates) => void>();
  const channelStates = Object.fromEntries(
    CHANNELS.map((channel) => [channel, { lastSentMs: null, failure: null, complete: true }]),
  ) as unknown as Record<Channel, Pick<ChannelState, 'lastSentMs' | 'failure'> & { complete: boolean }>;
  const sinceTest = new Map<Channel, () => number>();
  let wakes: (() => void)[] = [];

  function save(next: Partial<z.output<typeof fileSchema>>): void {
    kept = { ...kept, ...next };
    try {
      data.write(kept);
    } catch (error) {
      // If the disk is full, it is still sent, unless the program ends first.
      if (!isHostError(error)) throw error;
    }
  }

  const waitingFor = (channel: Channel) => kept.entries.filter((entry) => entry.channel === channel);

  function states(): ChannelStates {
    const stateOf = (channel: Channel): ChannelState => {
      const { complete, ...rest } = channelStates[channel];
      const kind = !settings()[channel].on ? 'off' : complete ? 'ready' : 'incomplete';
      return { kind, waiting: waitingFor(channel).length, ...rest };
    };
    return { webhook: stateOf('webhook'), telegram: stateOf('telegram'), ntfy: stateOf('ntfy') };
  }

  function changed(): void {
    for (const listener of listeners) listener(states());
  }

  function wake(): void {
    const waking = wakes;
    wakes = [];
    for (const go of waking) go();
  }

  /** Waits until something changes or the time is up; rejects when the signal aborts. */
  async function waitForChange(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const woken = Promise.withResolvers<void>();
    wakes.push(woken.resolve);
    const late = clock.sleep(ms, AbortSignal.any([signal, over.signal]));
    late.catch(() => {});
    try {
      await Promise.race([woken.promise, late]);
    } finally {
      over.abort();
      wakes = wakes.filter((one) => one !== woken.resolve);
    }
    signal.throwIfAborted();
  }

  /** Checks whether the channels that are on have all they need, before there is anything to send. */
  async function checkChannels(): Promise<void> {
    for (const channel of CHANNELS.filter((one) => settings()[one].on))
      channelStates[channel].complete = (await target(channel)) !== null;
    changed();
  }

  async function attempt(channel: Channel, message: Message, signal: AbortSignal) {
    const to = await target(channel);
    const request = to === null ? null : requestFor(channel, to, message);
    channelStates[channel].complete = request !== null;
    if (request === null) return { kind: 'incomplete' as const };
    const outcome = await send(request, signal);
    if (outcome.kind === 'sent') Object.assign(channelStates[channel], { lastSentMs: clock.now(), failure: null });
    else {
      const code = outcome.kind === 'refused' ? 'NOTIFY_REFUSED' : 'NOTIFY_UNREACHABLE';
      const failure = { atMs: clock.now(), code, message: HOST_ERRORS[code].meaning, status: outcome.status };
      channelStates[channel].failure = { ...failure, again: outcome.kind === 'later' };
    }
    return outcome;
  }

  async function runChannel(channel: Channel, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const now = new Date(clock.now());
      const minute = now.getHours() * 60 + now.getMinutes();
      const entry = settings()[channel].on
        ? waitingFor(channel).find((one) => !isHeldBack(one.told, settings(), minute))
        : undefined;
      if (entry === undefined) {
        await waitForChange(CHECK_EVERY_MS, signal);
        continue;
      }
      const outcome = await attempt(channel, entry, signal);
      const others = kept.entries.filter((one) => one !== entry);
      if (outcome.kind === 'sent' || outcome.kind === 'refused' || entry.tries + 1 >= MAX_TRIES) {
        if (outcome.kind === 'sent') failures = 0;
        save({ entries: others });
        changed();
        continue;
      }
      failures += 1;
      if (outcome.kind === 'later')
        save({ entries: kept.entries.map((one) => (one === entry ? { ...one, tries: one.tries + 1 } : one)) });
      changed();
      const asked = outcome.kind === 'later' ? outcome.retryAfterMs : 0;
      await waitForChange(Math.min(MAX_WAIT_MS, Math.max(asked, FIRST_WAIT_MS * 2 ** (failures - 1))), signal);
    }
  }

  return {
    enqueue(message) {
      const wanted = CHANNELS.filter((channel) => settings()[channel].on && settings()[channel].tells[message.told]);
      if (wanted.length === 0) return;
      const added = wanted.map((channel): Entry => ({ ...message, channel, urgent: URGENT.has(message.told), tries: 0 }));
      const entries = [...kept.entries, ...added];
      save({ entries: CHANNELS.flatMap((channel) => entries.filter((one) => one.channel === channel).slice(-MAX_WAITING)) });
      changed();
      wake();
    },
    async test(channel, message) {
      if ((sinceTest.get(channel)?.() ?? BETWEEN_TESTS_MS) < BETWEEN_TESTS_MS) {
        throw new HostError('NOTIFY_TOO_SOON', `${channel} was tested a moment ago`);
      }
      sinceTest.set(channel, startStopwatch(clock));
      const outcome = await attempt(channel, message, new AbortController().signal);
      changed();
      if (outcome.kind === 'sent') return;
      if (outcome.kind === 'incomplete') throw new HostError('NOTIFY_INCOMPLETE', `${channel} is not complete`, { channel });
      const code = outcome.kind === 'refused' ? 'NOTIFY_REFUSED' : 'NOTIFY_UNREACHABLE';
      throw new HostError(code, `${channel}: HTTP status ${outcome.status ?? 'none'}`, { channel, status: outcome.status });
    },
    states,
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    summaryDay: () => kept.summaryDay,
    markSummarySent: (day) => save({ summaryDay: day }),
    wake() {
      wake();
      void checkChannels();
    },
    async run(signal) {
      void checkChannels();
      await Promise.all(CHANNELS.map((channel) => runChannel(channel, signal).catch(() => signal.throwIfAborted())));
    },
  };
}
