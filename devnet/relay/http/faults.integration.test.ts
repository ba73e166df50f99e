import { afterEach, expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../system.ts';
import { createRelay, type Relay } from '../relay.ts';
import type { Fault } from './faults.ts';

let relay: Relay;
let fault: Fault | null = null;
afterEach(async () => {
  fault = null;
  await relay.close();
});

async function listen(): Promise<string> {
  relay = createRelay({ clock: systemClock, random: systemRandom, faults: () => fault });
  return relay.listen();
}

const count = async (url: string) => (await fetch(`${url}/v1/worker/1.0.0/count`)).json();

test('a dropped request has no effect, a request with a dropped answer does', async () => {
  const url = await listen();
  const post = () => fetch(`${url}/v1/worker/1.0.0`, { method: 'POST' });
  await post();
  fault = { kind: 'drop' };
  await expect(post()).rejects.toThrow('fetch failed');
  fault = null;
  expect(await count(url)).toMatchObject({ data: { count: 1 } });
  fault = { kind: 'dropAnswer' };
  await expect(post()).rejects.toThrow('fetch failed');
  fault = null;
  expect(await count(url)).toMatchObject({ data: { count: 2 } });
});

test('a failing and a late relay', async () => {
  const url = await listen();
  fault = { kind: 'status', status: 503 };
  expect((await fetch(`${url}/v1/now`)).status).toBe(503);
  fault = { kind: 'late', ms: 300 };
  await expect(fetch(`${url}/v1/now`, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
  expect((await fetch(`${url}/v1/now`)).status).toBe(200);
});
