import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { kubernetesLeases, kubernetesPlace } from './kubernetes.ts';
import type { LeaseStore } from './lease-store.ts';
import { createLeases, leaseName } from './leases.ts';
import { type FakeApiServer, fakeApiServer } from './testing/fake-api-server.ts';

const ADDRESS = '0x3CDe23ef0FEc9eb6eff3cac54b475ceCF8AbF2C5';
const NAME = leaseName(ADDRESS);
const WISH = {
  ...{ holder: 'one', durationSeconds: 60, renewed: '2026-11-29T22:00:00.000000Z' },
  ...{ acquired: '2026-11-29T21:00:00.000000Z', transitions: 2 },
};

let server: FakeApiServer;
let folder: string;
let store: LeaseStore;

beforeEach(async () => {
  server = await fakeApiServer();
  onTestFinished(() => server.close());
  folder = mkdtempSync(path.join(tmpdir(), 'account-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'token'), 'first\n');
  store = kubernetesLeases({ server: server.url, namespace: 'crynux', tokenFile: path.join(folder, 'token'), caFile: null });
  onTestFinished(() => store.close());
});

describe('Kubernetes leases', () => {
  it('are created, read, and updated with the version that was read', async () => {
    expect(await store.read(NAME)).toBeNull();
    const made = await store.create(NAME, WISH);
    expect(made).toMatchObject({ ...WISH, version: '101' });
    expect(await store.create(NAME, WISH)).toBe('taken');
    const read = (await store.read(NAME)) ?? expect.fail('no lease');
    expect(read).toMatchObject({ ...WISH, version: '101' });
    expect(await store.replace(NAME, { ...WISH, holder: null }, read)).toMatchObject({ holder: null, version: '102' });
    expect(await store.replace(NAME, WISH, read)).toBe('taken');
    server.leases.clear();
    expect(await store.replace(NAME, WISH, read)).toBe('taken');
    expect(server.asked.map(({ line }) => line.replace('/apis/coordination.k8s.io/v1/namespaces/crynux/leases', '…'))).toEqual([
      `GET …/${NAME}`,
      'POST …',
      'POST …',
      `GET …/${NAME}`,
      `PUT …/${NAME}`,
      `PUT …/${NAME}`,
      `PUT …/${NAME}`,
    ]);
  });

  it('keep the fields that others have written', async () => {
    await store.create(NAME, WISH);
    const lease = server.leases.get(NAME) ?? expect.fail('no lease');
    server.leases.set(NAME, { ...lease, metadata: { ...lease.metadata, labels: { team: 'cards' } } as typeof lease.metadata });
    const read = (await store.read(NAME)) ?? expect.fail('no lease');
    await store.replace(NAME, WISH, read);
    expect(server.leases.get(NAME)?.metadata).toMatchObject({ labels: { team: 'cards' } });
  });

  it('are requested with the current token from the file', async () => {
    await store.read(NAME);
    server.tokens.clear();
    server.tokens.add('second');
    await expect(store.read(NAME)).rejects.toMatchObject({ code: 'LEASE_FORBIDDEN' });
    writeFileSync(path.join(folder, 'token'), 'second');
    expect(await store.read(NAME)).toBeNull();
    expect(server.asked.map(({ token }) => token)).toEqual(['first', 'first', 'second']);
  });

  it.each([
    [403, '{"kind":"Status","message":"leases is forbidden: User \\"x\\" cannot get"}', 'LEASE_FORBIDDEN', 'cannot get'],
    [500, 'oops', 'LEASE_UNREACHABLE', '500: without a reason'],
    [429, '{"kind":"Status","message":"too many requests"}', 'LEASE_UNREACHABLE', 'too many requests'],
    [200, '{"kind":"Lease"}', 'LEASE_UNREACHABLE', 'not a lease'],
    [200, '<html>', 'LEASE_UNREACHABLE', 'not a lease'],
    [201, `{"kind":"Pod","metadata":{"name":"x","resourceVersion":"1"}}`, 'LEASE_UNREACHABLE', 'not a lease'],
    [200, `{"kind":"Lease","pad":"${'x'.repeat(300_000)}"}`, 'LEASE_UNREACHABLE', 'too long'],
  ])('report answer %i %.30s with a code', async (status, body, code, text) => {
    server.next = { status, body };
    await expect(store.read(NAME)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
  });

  it('report that nobody answers', async () => {
    await server.close();
    await expect(store.read(NAME)).rejects.toMatchObject({ code: 'LEASE_UNREACHABLE' });
  });

  it('pass from one program to the next', async () => {
    const onLost = () => expect.fail('lost');
    const [one, two] = ['one', 'two'].map((identity) => createLeases({ store, identity, clock: new ManualClock(0), onLost }));
    await one?.hold(ADDRESS, 'node');
    await expect(two?.hold(ADDRESS, 'node')).rejects.toMatchObject({ code: 'LEASE_HELD', data: { holder: 'one' } });
    await one?.release(ADDRESS, 'node');
    await two?.hold(ADDRESS, 'node');
    expect(server.leases.get(NAME)?.spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1, leaseDurationSeconds: 60 });
    await two?.close();
  });
});

describe('the environment of a pod', () => {
  const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

  it('is read from its service account', () => {
    writeFileSync(path.join(folder, 'namespace'), 'crynux\n');
    expect(kubernetesPlace({ environment, namespace: null, folder })).toEqual({
      ...{ server: 'https://10.96.0.1:443', namespace: 'crynux' },
      ...{ tokenFile: path.join(folder, 'token'), caFile: path.join(folder, 'ca.crt') },
    });
    const six = { ...environment, KUBERNETES_SERVICE_HOST: 'fd00::1' };
    expect(kubernetesPlace({ environment: six, namespace: 'other', folder })).toMatchObject({
      ...{ server: 'https://[fd00::1]:443', namespace: 'other' },
    });
  });

  it('does not exist outside a pod', () => {
    for (const given of [{}, { KUBERNETES_SERVICE_HOST: '10.96.0.1' }]) {
      expect(() => kubernetesPlace({ environment: given, namespace: 'crynux', folder })).toThrow(
        expect.objectContaining({ code: 'LEASE_NO_CLUSTER' }),
      );
    }
    expect(() => kubernetesPlace({ environment, namespace: null, folder })).toThrow(
      expect.objectContaining({ code: 'LEASE_NO_CLUSTER' }),
    );
  });
});
