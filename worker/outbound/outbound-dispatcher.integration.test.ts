/** Requests through a proxy in a separate process, to destinations whose names only the proxy can resolve. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fetch } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProxySetting } from '../../contract/proxy.ts';
import { outboundErrorIn } from './errors.ts';
import { OutboundDispatcher } from './outbound-dispatcher.ts';
import { type Environment, proxyPolicy } from './proxy-policy.ts';
import { openProxy } from './testing/open-proxy.ts';
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY, TEST_HOST } from './testing/test-certificate.ts';

const answer: RequestListener = (incoming, response) => {
  let body = '';
  incoming.on('data', (chunk) => {
    body += chunk;
  });
  incoming.on('end', () => response.end(`${incoming.method} ${incoming.headers.host}${incoming.url} ${body}`.trim()));
};

async function destinations() {
  const plain = createServer(answer);
  const tls = createTlsServer({ cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY }, answer);
  for (const server of [plain, tls]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
  }
  return { plainPort: (plain.address() as AddressInfo).port, tlsPort: (tls.address() as AddressInfo).port };
}

function dispatcher(environment: Environment, more: { setting?: ProxySetting; password?: string } = {}): OutboundDispatcher {
  const policy = proxyPolicy({ environment, ...more });
  const made = new OutboundDispatcher({ policy, agent: { connect: { ca: TEST_CERTIFICATE, timeout: 5_000 } } });
  onTestFinished(() => made.destroy());
  return made;
}

async function get(url: string, through: OutboundDispatcher): Promise<string> {
  const { origin, pathname } = new URL(url);
  const { body } = await through.request({ origin, path: pathname, method: 'GET' });
  return body.text();
}

describe('a request', () => {
  it('goes through an HTTP proxy: in absolute form to plain destinations, through a tunnel to others', async () => {
    const there = await destinations();
    const proxy = await openProxy(there);
    const through = dispatcher({ ALL_PROXY: `127.0.0.1:${proxy.httpPort}` });
    expect(await get(`http://${TEST_HOST}/v1/now`, through)).toBe(`GET ${TEST_HOST}/v1/now`);
    expect(await get(`https://${TEST_HOST}/v1/now`, through)).toBe(`GET ${TEST_HOST}/v1/now`);
    const posted = await fetch(`https://${TEST_HOST}/v1/task`, { method: 'POST', body: 'score', dispatcher: through });
    expect(await posted.text()).toBe(`POST ${TEST_HOST}/v1/task score`);
    expect(proxy.asked).toContain(`absolute http://${TEST_HOST}/v1/now`);
    expect(proxy.asked).toContain(`connect ${TEST_HOST}:443`);
  });

  it('goes through a SOCKS5 proxy, which receives the name', async () => {
    const there = await destinations();
    const proxy = await openProxy(there);
    const through = dispatcher({ ALL_PROXY: `socks5h://127.0.0.1:${proxy.socksPort}` });
    expect(await get(`http://${TEST_HOST}/v1/now`, through)).toBe(`GET ${TEST_HOST}/v1/now`);
    expect(await get(`https://${TEST_HOST}/v1/now`, through)).toBe(`GET ${TEST_HOST}/v1/now`);
    expect(proxy.asked).toEqual([`socks5 ${TEST_HOST}:80`, `socks5 ${TEST_HOST}:443`]);
  });

  it('sends name and password, decoded, from the address or the settings', async () => {
    const there = await destinations();
    const proxy = await openProxy({ ...there, credentials: 'DOM\\me:p#s:s@' });
    const inline = dispatcher({ HTTPS_PROXY: `http://DOM%5Cme:p#s:s@@127.0.0.1:${proxy.httpPort}` });
    expect(await get(`https://${TEST_HOST}/a`, inline)).toContain('/a');
    const setting = { kind: 'address' as const, address: `DOM%5Cme@127.0.0.1:${proxy.httpPort}`, noProxy: '' };
    const apart = dispatcher({}, { setting, password: 'p#s:s@' });
    expect(await get(`http://${TEST_HOST}/b`, apart)).toContain('/b');
    expect(await get(`https://${TEST_HOST}/b`, apart)).toContain('/b');
  });

  it('to this machine, or to an exception, uses no proxy', async () => {
    const there = await destinations();
    const through = dispatcher({ ALL_PROXY: '127.0.0.1:9', NO_PROXY: '10.0.0.0/8' });
    expect(await get(`http://127.0.0.1:${there.plainPort}/x`, through)).toContain('/x');
    expect(await get(`http://localhost:${there.plainPort}/x`, through)).toContain('/x');
  });
});

describe('a failing proxy is distinguished from a failing destination', () => {
  async function failure(url: string, through: OutboundDispatcher) {
    const direct = await get(url, through).then(
      () => null,
      (error: unknown) => outboundErrorIn(error),
    );
    const fetched = await fetch(url, { dispatcher: through }).then(
      () => null,
      (error: unknown) => outboundErrorIn(error),
    );
    expect(fetched?.code).toBe(direct?.code);
    return direct;
  }

  it('if it requires credentials', async () => {
    const proxy = await openProxy({ ...(await destinations()), credentials: 'me:right' });
    const through = dispatcher({ ALL_PROXY: `http://me:wrong@127.0.0.1:${proxy.httpPort}` });
    for (const scheme of ['http', 'https']) {
      const error = await failure(`${scheme}://${TEST_HOST}/`, through);
      expect(error).toMatchObject({ code: 'PROXY_REFUSED', data: { source: 'ALL_PROXY', status: 407 } });
      expect(error?.message).not.toContain('wrong');
    }
  });

  it('if it forbids the destination', async () => {
    const proxy = await openProxy(await destinations());
    const through = dispatcher({ HTTPS_PROXY: `127.0.0.1:${proxy.httpPort}` });
    expect(await failure('https://forbidden.proxy.test/', through)).toMatchObject({
      code: 'PROXY_REFUSED',
      data: { status: 403 },
    });
  });

  it('if it cannot be reached', async () => {
    const through = dispatcher({ ALL_PROXY: 'http://me:s3cr3t@127.0.0.1:9' });
    for (const scheme of ['http', 'https']) {
      const error = await failure(`${scheme}://${TEST_HOST}/`, through);
      expect(error).toMatchObject({ code: 'PROXY_UNREACHABLE', data: { source: 'ALL_PROXY' } });
      expect(error?.message).not.toContain('s3cr3t');
    }
  });

  it('if its address is invalid: the variable is named, and nothing is requested directly', async () => {
    const error = await failure('https://behind.proxy.test/', dispatcher({ https_proxy: 'no proxy at all' }));
    expect(error).toMatchObject({ code: 'PROXY_BAD_ADDRESS', data: { source: 'https_proxy' } });
  });
});
