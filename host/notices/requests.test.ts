import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { secretChangeSchema } from '../../contract/settings.ts';
import { environmentPolicy } from '../../worker/outbound/outbound-dispatcher.ts';
import { type Message, originOf, requestFor } from './requests.ts';
import { createSender } from './send.ts';

const message: Message = { told: 'slashed', title: '客厅', text: 'was slashed', urgent: true, atMs: 7 };
const TOKEN = '123456:planted_token_planted_token';

describe('a notification', () => {
  it.each([
    ['webhook', 'https://me:pa%2Fss@hooks.example/x/y?z=1', 'https://hooks.example/x/y?z=1', 'Basic bWU6cGEvc3M='],
    ['ntfy', 'https://:tk_abc@ntfy.example/base/mynode', 'https://ntfy.example/base/', 'Basic OnRrX2FiYw=='],
    ['ntfy', 'https://ntfy.sh/mynode', 'https://ntfy.sh/', undefined],
  ] as const)('through %s goes to the address, with its credentials in a header', (channel, secret, url, authorization) => {
    const request = requestFor(channel, { secret, chatId: '' }, message);
    expect(request).toMatchObject({ url });
    expect(request?.headers.authorization).toBe(authorization);
  });

  it('has the form that each channel expects', () => {
    const ntfy = requestFor('ntfy', { secret: 'https://ntfy.sh/mynode', chatId: '' }, message);
    expect(JSON.parse(ntfy?.body ?? '')).toEqual({ topic: 'mynode', title: '客厅', message: 'was slashed', priority: 5 });
    const telegram = requestFor('telegram', { secret: TOKEN, chatId: '-10' }, message);
    expect(telegram?.url).toBe(`https://api.telegram.org/bot${TOKEN}/sendMessage`);
    expect(JSON.parse(telegram?.body ?? '')).toEqual({ chat_id: '-10', text: '客厅\nwas slashed', disable_notification: false });
    const webhook = requestFor('webhook', { secret: 'http://10.0.0.2/hook', chatId: '' }, message);
    expect(JSON.parse(webhook?.body ?? '')).toMatchObject({
      event: 'slashed',
      text: '客厅: was slashed',
      content: '客厅: was slashed',
    });
  });

  it('shows only the origin of an address, and nothing of the secret', () => {
    expect(originOf('webhook', 'https://me:pass@hooks.example:8443/planted')).toBe('https://hooks.example:8443');
    expect(originOf('telegram', TOKEN)).toBe('https://api.telegram.org');
  });

  it.each([
    ['webhookUrl', 'file:///etc/passwd', false],
    ['webhookUrl', 'javascript:alert(1)', false],
    ['webhookUrl', 'https://hooks.example/x', true],
    ['ntfyUrl', 'https://ntfy.sh/', false],
    ['ntfyUrl', 'https://ntfy.sh/topic', true],
    ['telegramToken', 'x/../../evil', false],
    ['telegramToken', TOKEN, true],
  ] as const)('%s may be %s: %s', (name, value, may) => {
    expect(secretChangeSchema.safeParse({ name, value }).success).toBe(may);
  });
});

describe('sending', () => {
  async function server(status: number, headers: Record<string, string> = {}) {
    const paths: string[] = [];
    const http = createServer((request, response) => {
      paths.push(request.url ?? '');
      response.writeHead(status, headers).end('what the page must not see');
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void http.close());
    const { port } = http.address() as AddressInfo;
    const request = { url: `http://127.0.0.1:${port}/hook`, headers: {}, body: '{}' };
    const send = createSender(async () => environmentPolicy());
    return { paths, outcome: await send(request, new AbortController().signal) };
  }

  it('follows no redirect, because only one place was confirmed', async () => {
    const { paths, outcome } = await server(302, { location: '/elsewhere' });
    expect([paths, outcome]).toEqual([['/hook'], { kind: 'refused', status: 302 }]);
  });

  it.each([
    [204, {}, { kind: 'sent' }],
    [401, {}, { kind: 'refused', status: 401 }],
    [500, {}, { kind: 'later', status: 500, retryAfterMs: 0 }],
    [429, { 'retry-after': '7' }, { kind: 'later', status: 429, retryAfterMs: 7_000 }],
  ])('an answer of %i is understood', async (status, headers, outcome) => {
    expect((await server(status, headers)).outcome).toEqual(outcome);
  });

  it('is retried if nobody listens', async () => {
    const request = { url: 'http://127.0.0.1:9/', headers: {}, body: '{}' };
    const outcome = await createSender(async () => environmentPolicy())(request, new AbortController().signal);
    expect(outcome).toEqual({ kind: 'later', status: null, retryAfterMs: 0 });
  });
});
