/**
 * Tests leases against recorded answers of a real API server. For each recording in `testing/`, the client must send
 * exactly the recorded requests, and draw the same conclusions from the answers. `testing/record-leases.ts` creates a
 * recording.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { kubernetesLeases } from './kubernetes.ts';
import { type Exchange, leaseScenario, recordingSchema } from './testing/lease-scenario.ts';

const FOLDER = path.join(import.meta.dirname, 'testing');
const RECORDINGS = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

it('has recordings, which contain no token', () => {
  expect(RECORDINGS).not.toEqual([]);
  for (const name of RECORDINGS) expect(readFileSync(path.join(FOLDER, name), 'utf8')).not.toMatch(/eyJ|[Bb]earer/);
});

it.each(RECORDINGS)('%s: sends the recorded requests and understands the answers', async (name) => {
  const recording = recordingSchema.parse(JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')));
  const left = [...recording.exchanges];
  const client = async (who: Exchange['who']) => {
    const server = createServer(async (asked, answer) => {
      const text = await textOf(asked);
      const known = { who, method: asked.method, path: asked.url, body: text === '' ? null : JSON.parse(text) };
      const { status = 500, answer: recorded = {}, ...request } = left.shift() ?? {};
      const isSame = JSON.stringify(known) === JSON.stringify(request);
      // An assertion here would be swallowed: a wrong request gets an answer that leads to none of the outcomes below.
      answer.writeHead(isSame ? status : 418, { 'content-type': 'application/json' });
      answer.end(
        JSON.stringify(isSame ? recorded : { kind: 'Status', message: `${JSON.stringify(known)} was not requested then` }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const folder = mkdtempSync(path.join(tmpdir(), 'account-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(path.join(folder, 'token'), who);
    const { port } = server.address() as AddressInfo;
    const [, , , , , namespace = ''] = recording.exchanges[0]?.path.split('/') ?? [];
    return kubernetesLeases({
      ...{ server: `http://127.0.0.1:${port}`, namespace, tokenFile: path.join(folder, 'token'), caFile: null },
    });
  };
  const [node, stranger, nobody] = await Promise.all([client('node'), client('stranger'), client('nobody')]);
  const lease = 'crynux-node-0x3cde23ef0fec9eb6eff3cac54b475cecf8abf2c5';
  const held = (seconds: number) =>
    `two LEASE_HELD: one holds the lease of 0x3CDe23ef0FEc9eb6eff3cac54b475ceCF8AbF2C5; it will be free in ${seconds} s unless it is renewed`;
  expect(await leaseScenario({ node, stranger, nobody })).toEqual([
    'one holds',
    held(60),
    'renewed: 2026-11-29T22:00:00.000000Z → 2026-11-29T22:00:10.000000Z, another version',
    'a second creation is late',
    'a write of an old version is late',
    'a write of one that is gone is late',
    'the same without a UID succeeds',
    held(60),
    held(1),
    'two holds',
    'one taken: LEASE_LOST: two has taken the lease of 0x3CDe23ef0FEc9eb6eff3cac54b475ceCF8AbF2C5',
    'one holds',
    `a service account without the right LEASE_FORBIDDEN: the API server refuses: leases.coordination.k8s.io "${lease}" is forbidden: User "system:serviceaccount:crynux:stranger" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "crynux"`,
    'an invalid token LEASE_FORBIDDEN: the API server refuses: Unauthorized',
    'in the end: nobody, 2 transitions',
  ]);
  expect(left).toEqual([]);
});
