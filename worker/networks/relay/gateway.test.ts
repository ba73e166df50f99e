/** Things in front of a relay, over a real connection: none of them is ever mistaken for the relay. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import { WorkerError } from '../../kit/errors.ts';
import { createSigner } from '../../kit/signer.ts';
import { type Behaviour, startHttpRelay } from '../../testing/http-relay.ts';
import { commitmentOf } from '../../testing/remote-task.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { NetworkClock } from '../network-clock.ts';
import { refusalOrigin, successOrigin } from './answer-origin.ts';
import * as refusals from './refusals.ts';
import { createRelayAccount } from './relay-account.ts';
import { RelayNetwork } from './relay-network.ts';

const NOW = 1_700_000_000_000;
const KEY: Hex = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const TASK = commitmentOf(1);
const HTML = { 'content-type': 'text/html; charset=UTF-8' };
const JSON_TYPE = { 'content-type': 'application/json' };

const say =
  (status: number, body: string, headers: Record<string, string> = {}): Behaviour =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

const cloudflarePage = (code: number) =>
  `<!DOCTYPE html>\n<html class="no-js" lang="en-US"><head><title>relay | ${code}</title></head><body>Cloudflare Ray ID</body></html>`;
const cloudflare = { ...HTML, server: 'cloudflare', 'cf-ray': '8a8b9c1d2e3f4a5b-FRA' };

type Input = readonly [what: string, answeredBy: string, side: string, words: RegExp, behaviour: Behaviour];

const INPUTS: readonly Input[] = [
  ...[520, 521, 522, 523, 524, 525, 526, 530].map(
    (code): Input => [
      `Cloudflare ${code}`,
      'status',
      'there',
      new RegExp(`Cloudflare answered ${code}`),
      say(code, cloudflarePage(code), cloudflare),
    ],
  ),
  [
    'Cloudflare 530 in plain text',
    'status',
    'there',
    /Cloudflare answered 530/,
    say(530, 'error code: 1033', { 'content-type': 'text/plain' }),
  ],
  ['a Cloudflare firewall rule', 'page', 'there', /web page with status 403/, say(403, cloudflarePage(1020), cloudflare)],
  [
    'a Cloudflare challenge',
    'page',
    'there',
    /status 403/,
    say(403, '<!DOCTYPE html><title>Just a moment...</title>', { ...cloudflare, 'cf-mitigated': 'challenge' }),
  ],
  ['nginx forbids', 'page', 'there', /status 403/, say(403, '<html>\r\n<head><title>403 Forbidden</title></head>\r\n', HTML)],
  [
    'nginx forbids it, without a content type',
    'page',
    'there',
    /status 403/,
    say(403, '<html><head><title>403 Forbidden</title></head></html>'),
  ],
  [
    'nginx asks for a password',
    'page',
    'there',
    /status 401/,
    say(401, '<html><title>401 Authorization Required</title>', { ...HTML, 'www-authenticate': 'Basic' }),
  ],
  ['nginx has no such path', 'page', 'there', /status 404/, say(404, '<html><head><title>404 Not Found</title></head>', HTML)],
  [
    'nginx accepts no such body',
    'page',
    'there',
    /status 413/,
    say(413, '<html><title>413 Request Entity Too Large</title>', HTML),
  ],
  ['nginx fails', 'page', 'there', /status 500/, say(500, '<html><title>500 Internal Server Error</title>', HTML)],
  ['nginx finds no relay', 'page', 'there', /status 502/, say(502, '<html><title>502 Bad Gateway</title>', HTML)],
  [
    'a local squid proxy',
    'page',
    'here',
    /status 403/,
    say(403, '<html><title>ERROR: Access Denied</title>', { ...HTML, 'x-squid-error': 'ERR_ACCESS_DENIED 0' }),
  ],
  ['a load balancer without targets', 'status', 'there', /says 503/, say(503, '')],
  ['a rate limit', 'status', 'there', /says 429/, say(429, '{"message":"slow down"}', JSON_TYPE)],
  [
    'Traefik without a route',
    'otherService',
    'unclear',
    /status 404/,
    say(404, '404 page not found\n', { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }),
  ],
  [
    'Kong without a route',
    'otherService',
    'unclear',
    /status 404/,
    say(404, '{"message":"no Route matched with those values"}', JSON_TYPE),
  ],
  [
    'Kong, newer',
    'otherService',
    'unclear',
    /status 404/,
    say(404, '{"message":"no Route matched with those values","request_id":"1"}', JSON_TYPE),
  ],
  ['AWS forbids', 'otherService', 'unclear', /status 403/, say(403, '{"message":"Forbidden"}', JSON_TYPE)],
  [
    'AWS requires a token',
    'otherService',
    'unclear',
    /status 403/,
    say(403, '{"message":"Missing Authentication Token"}', JSON_TYPE),
  ],
  ['AWS does not know the caller', 'otherService', 'unclear', /status 401/, say(401, '{"message":"Unauthorized"}', JSON_TYPE)],
  ['a Python service', 'otherService', 'unclear', /status 404/, say(404, '{"detail":"Not Found"}', JSON_TYPE)],
  [
    'a Node service',
    'otherService',
    'unclear',
    /status 400/,
    say(400, '{"statusCode":400,"error":"Bad Request","message":"Invalid signature"}', JSON_TYPE),
  ],
  [
    'the relay’s message with a page’s content type',
    'otherService',
    'unclear',
    /status 400/,
    say(400, '{"message":"Task not found"}', { 'content-type': 'text/plain' }),
  ],
  ['an empty 404', 'empty', 'unclear', /empty answer/, say(404, '')],
  ['an empty 401', 'empty', 'unclear', /empty answer/, say(401, '')],
  ['an empty 200', 'empty', 'there', /empty answer/, say(200, '')],
  ['an empty 200 as JSON', 'empty', 'there', /empty answer/, say(200, '  \r\n', JSON_TYPE)],
  ['a 204', 'empty', 'there', /empty answer/, say(204, '')],
  ['a hotel', 'portal', 'here', /captive portal.*log in/, say(200, '<html>Welcome to our hotel', HTML)],
  ['a hotel without a content type', 'portal', 'here', /captive portal/, say(200, '\n\n<!DOCTYPE html><html>Please log in')],
  [
    'a hotel with a wrong content type',
    'portal',
    'here',
    /captive portal/,
    say(200, '<html><body>Login</body></html>', JSON_TYPE),
  ],
  [
    'a hotel with a meta refresh',
    'portal',
    'here',
    /captive portal/,
    say(200, '\uFEFF<meta http-equiv="refresh" content="0; url=http://10.0.0.1/">'),
  ],
  [
    'a hotel elsewhere',
    'portal',
    'here',
    /captive portal.*login\.hotel\.example/,
    say(302, '', { location: 'http://login.hotel.example/?token=secret' }),
  ],
  ['a router', 'portal', 'here', /captive portal.*10\.0\.0\.1/, say(307, '', { location: 'http://10.0.0.1:8080/login' })],
  ['a network that requires log-in (511)', 'portal', 'here', /captive portal.*511/, say(511, '<html>', HTML)],
  [
    'a redirect to another path',
    'redirect',
    'there',
    /redirect \(301\) to http:\/\/127\.0\.0\.1/,
    say(301, '', { location: '/relay/v1' }),
  ],
  ['a redirect to nowhere', 'redirect', 'unclear', /redirect \(302\)/, say(302, '')],
  ['another service’s JSON', 'otherService', 'unclear', /another service/, say(200, '{"status":"ok"}', JSON_TYPE)],
  [
    'a chain’s endpoint',
    'otherService',
    'unclear',
    /another service/,
    say(200, '{"jsonrpc":"2.0","id":1,"result":"0x0"}', JSON_TYPE),
  ],
  ['a bare number', 'otherService', 'unclear', /another service/, say(200, '5', JSON_TYPE)],
  ['an empty list', 'otherService', 'unclear', /another service/, say(200, '[]', JSON_TYPE)],
  ['nothing at all, as JSON', 'otherService', 'unclear', /another service/, say(200, 'null', JSON_TYPE)],
  [
    'a message other than success',
    'otherService',
    'unclear',
    /another service/,
    say(200, '{"message":"ok","data":"1"}', JSON_TYPE),
  ],
  [
    'an envelope with a timestamp',
    'otherService',
    'unclear',
    /another service/,
    say(200, '{"message":"success","data":"1","cached":true}', JSON_TYPE),
  ],
  ['plain words', 'page', 'unclear', /no answer of a relay/, say(200, 'OK', { 'content-type': 'text/plain' })],
];

const CONCLUSIONS = Object.entries(refusals).filter(([name]) => name !== 'isOutcomeUnknown');

async function connect() {
  const relay = await startHttpRelay();
  const clock = new NetworkClock(new ManualClock(NOW));
  const options = { relayUrl: relay.url, signer: createSigner(KEY), clock };
  const network = new RelayNetwork(options);
  const account = createRelayAccount(options);
  onTestFinished(async () => {
    await network.close();
    await account.close();
  });
  return { relay, network, account };
}

async function failure(call: Promise<unknown>): Promise<WorkerError> {
  const error = await call.then(
    (value) => `came back with ${String(value)}`,
    (thrown: unknown) => thrown,
  );
  if (error instanceof WorkerError) return error;
  throw new Error(`expected a WorkerError: ${String(error)}`);
}

describe('in front of the relay', () => {
  it.each(INPUTS)('%s: a gateway (%s, %s)', async (_, answeredBy, side, words, behaviour) => {
    const { relay, network, account } = await connect();
    relay.behave(behaviour);
    const path = join(tempDir(), 'checkpoint.zip');
    const calls: Record<string, () => Promise<unknown>> = {
      'the pointer': () => network.currentTask(),
      'the task': () => network.task(TASK),
      'the cursor': () => network.latestEventId(),
      'the events': () => network.eventsAfter(5),
      'the report of an error': () => network.reportError(TASK),
      'a pause': () => network.pause(),
      'the clock': () => network.now(),
      'the node': () => network.nodeInfo(),
      'the income': () => account.page('taskFee', 1),
      'the books': () => account.page('withdrawal', 1),
      'the terms': () => account.withdrawConfig(),
      'the delegators’ income': () => account.delegationIncome(),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = await failure(call());
      expect([name, error.code, error.data]).toMatchObject([name, 'RELAY_UNREACHABLE', { phase: 'gateway', side, answeredBy }]);
      expect(error.message).toMatch(words);
      expect(error.message).not.toContain('secret');
      expect([name, CONCLUSIONS.filter(([, is]) => is(error)).map(([conclusion]) => conclusion)]).toEqual([name, []]);
      expect(refusals.isOutcomeUnknown(error)).toBe(true);
    }
    if (answeredBy === 'otherService' && Number((await failure(network.pause())).data.status) < 300) return;
    expect((await failure(network.downloadInputCheckpoint(TASK, path))).code).toBe('RELAY_UNREACHABLE');
    expect(existsSync(path) ? readFileSync(path, 'utf8') : '').toBe('');
  });

  it.each([
    ['a page', HTML, '<html>log in'],
    ['a page that calls itself a file', { 'content-type': 'application/octet-stream' }, '<!DOCTYPE html><html>'],
    ['JSON', JSON_TYPE, '{"status":"ok"}'],
    ['nothing', {}, ''],
  ])('%s is no checkpoint', async (_, headers, body) => {
    const { relay, network } = await connect();
    relay.behave(say(200, body, headers));
    const error = await failure(network.downloadInputCheckpoint(TASK, join(tempDir(), 'checkpoint.zip')));
    expect(error).toMatchObject({ code: 'RELAY_UNREACHABLE', data: { phase: 'gateway' } });
  });

  it('a file arrives byte for byte, whatever its size', async () => {
    const { relay, network } = await connect();
    for (const size of [1, 511, 512, 513, 300_000]) {
      const bytes = Buffer.alloc(size, 0x50);
      relay.behave((_, response) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes));
      const path = join(tempDir(), 'checkpoint.zip');
      await network.downloadInputCheckpoint(TASK, path);
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
  });
});

describe('whose failure a page over https is', () => {
  const answer = { url: new URL('https://relay.example/v1/now'), status: 200, headers: HTML, text: '<html>' };

  it('is unclear: either the holder of the certificate answers there, or somebody who intercepts TLS', () => {
    expect(successOrigin(answer)).toMatchObject({ answer: { kind: 'page', side: 'unclear' } });
    const moved = { ...answer, status: 302, headers: { location: 'https://login.example/' } };
    expect(refusalOrigin(moved)).toMatchObject({ answer: { kind: 'portal', side: 'unclear' } });
  });

  it('is this network’s if it says so', () => {
    expect(refusalOrigin({ ...answer, status: 511 })).toMatchObject({ answer: { kind: 'portal', side: 'here' } });
  });
});
