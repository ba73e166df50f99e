/**
 * Records a real API server's answers about leases:
 *
 *   node host/lease/testing/record-leases.ts SERVER NODE_ACCOUNT STRANGER_ACCOUNT FILE
 *
 * The accounts are folders with `token`, `ca.crt` and `namespace`, as in pods. The namespace must have no leases.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { Agent, request } from 'undici';
import { kubernetesLeases } from '../kubernetes.ts';
import { type Exchange, leaseScenario } from './lease-scenario.ts';

const [server = '', node = '', stranger = '', file = ''] = process.argv.slice(2);
const ca = readFileSync(path.join(node, 'ca.crt'), 'utf8');
const dispatcher = new Agent({ connect: { ca } });
const exchanges: Exchange[] = [];
const folder = mkdtempSync(path.join(tmpdir(), 'record-'));
writeFileSync(path.join(folder, 'token'), 'none');

/** Forwards the client's own requests and records them. */
async function recorded(who: Exchange['who'], account: string) {
  const passOn = createServer(async (asked, answer) => {
    const { method = '', url = '', headers } = asked;
    const body = await textOf(asked);
    const { statusCode, body: came } = await request(`${server}${url}`, {
      method: method as 'GET',
      headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
      dispatcher,
      ...(body === '' ? {} : { body }),
    });
    const text = await came.text();
    const known = { body: body === '' ? null : JSON.parse(body), status: statusCode, answer: JSON.parse(text) };
    exchanges.push({ who, method, path: url, ...known });
    answer.writeHead(statusCode, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => passOn.listen(0, '127.0.0.1', resolve));
  const { port } = passOn.address() as AddressInfo;
  const namespace = readFileSync(path.join(node, 'namespace'), 'utf8').trim();
  const store = kubernetesLeases({
    ...{ server: `http://127.0.0.1:${port}`, namespace, tokenFile: path.join(account, 'token'), caFile: null },
  });
  return { store, passOn };
}

const clients = await Promise.all([recorded('node', node), recorded('stranger', stranger), recorded('nobody', folder)]);
const [forNode, forStranger, forNobody] = clients;
const said = await leaseScenario({ node: forNode.store, stranger: forStranger.store, nobody: forNobody.store });
for (const { passOn } of clients) passOn.close();
const version = await request(`${server}/version`, { dispatcher });
const { gitVersion } = (await version.body.json()) as { gitVersion?: string };
writeFileSync(file, `${JSON.stringify({ server: `kube-apiserver ${gitVersion ?? ''}`, exchanges }, null, 1)}\n`);
process.stdout.write(`${said.join('\n')}\n`);
await dispatcher.close();
rmSync(folder, { recursive: true });
