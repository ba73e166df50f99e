/** The request for each channel, from its secrets and a message. Pure. */
import type { Channel, ChannelNotice } from '../../contract/notify.ts';
import { httpUrlOf } from '../../contract/settings.ts';

/** Names of nodes, and what has happened to them. Never a key, a secret, or anything about a task. */
export interface Message {
  readonly told: ChannelNotice | 'test';
  readonly title: string;
  readonly text: string;
  readonly urgent: boolean;
  readonly atMs: number;
}

export interface ChannelTarget {
  /** The webhook's or ntfy's address, or Telegram's token. */
  readonly secret: string;
  readonly chatId: string;
}

export interface NoticeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const TELEGRAM = 'https://api.telegram.org';
const JSON_TYPE = { 'content-type': 'application/json' };

/** Where a channel sends to, for display: without path, token or password. Null = not an address. */
export function originOf(channel: Channel, secret: string): string | null {
  return channel === 'telegram' ? TELEGRAM : (httpUrlOf(secret)?.origin ?? null);
}

/** Null = the setting is not an address. */
export function requestFor(channel: Channel, { secret, chatId }: ChannelTarget, message: Message): NoticeRequest | null {
  const { told, title, text, urgent, atMs } = message;
  if (channel === 'telegram') {
    const body = JSON.stringify({ chat_id: chatId, text: `${title}\n${text}`, disable_notification: !urgent });
    return { url: `${TELEGRAM}/bot${secret}/sendMessage`, headers: JSON_TYPE, body };
  }
  const url = httpUrlOf(secret);
  if (url === null) return null;
  const headers = { ...JSON_TYPE, ...authorization(url) };
  if (channel === 'ntfy') {
    const topic = url.pathname.split('/').at(-1) ?? '';
    // Published as JSON to the server's root, because a header cannot carry every name.
    url.pathname = url.pathname.slice(0, -topic.length);
    return { url: url.href, headers, body: JSON.stringify({ topic, title, message: text, priority: urgent ? 5 : 3 }) };
  }
  // Slack and Mattermost read `text`, Discord reads `content`.
  const line = `${title}: ${text}`;
  const body = JSON.stringify({ source: 'crynux-node-desktop', event: told, title, text: line, content: line, urgent, atMs });
  return { url: url.href, headers, body };
}

/**
 * A name and password in the address are sent as a header, because `fetch` refuses them in a URL. Removes them from
 * `url`.
 */
function authorization(url: URL): { readonly authorization?: string } {
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
