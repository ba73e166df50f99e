/** The reader with a server that returns the real relay's recorded answers. */

import { expect, onTestFinished, test } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import { type RecordedExchange, readRelayRecordings } from '../../../protocol/testing/relay-recordings.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import { createSigner } from '../../kit/signer.ts';
import { compareStakes } from '../../preflight/relay-stakes.ts';
import { answerJson, startHttpRelay } from '../../testing/http-relay.ts';
import { NetworkClock } from '../network-clock.ts';
import { RelayReader } from './relay-reader.ts';

const recordings = readRelayRecordings();
const exchangesOf = (route: string) => recordings.find(({ key }) => key === route)?.exchanges ?? [];
const rowsOf = ({ body }: RecordedExchange) =>
  ((body as { data: { address: string }[] | null }).data ?? []) as readonly unknown[];

const WITH_DELEGATIONS: Hex = '0x1Dd01Ae563708f202c2e36421b792a6cd8fC9F17';
const PAUSING: Hex = '0x9b87fD1dde41C3805Fe579673c2f9f03C04edAb1';
const LEAVING: Hex = '0x9219faba00FB56505e2233a6711A533F8dE83B00';
const CNX = 10n ** 18n;

/** The last recorded list, and for each node the last recorded status; nodes that were never queried are unknown. */
async function recordedReader(): Promise<RelayReader> {
  const relay = await startHttpRelay();
  const lists = exchangesOf('GET /v2/network/nodes/data').filter((one) => one.status === 200 && rowsOf(one).length > 5);
  const list = lists.at(-1) ?? expect.fail('no list was recorded');
  const nodes = exchangesOf('GET /v1/node/:address').filter(({ status }) => status === 200);
  const unknown = nodes.find(({ name }) => name === 'unknown node') ?? expect.fail('no unknown node was recorded');
  relay.behave(({ path }, response) => {
    if (path === '/v2/network/nodes/data') return answerJson(response, list.status, list.body);
    const address = path.split('/').at(-1) ?? '';
    const about = nodes.filter(({ request }) => sameAddress(request.path.split('/').at(-1) ?? '', address));
    return answerJson(response, 200, (about.at(-1) ?? unknown).body);
  });
  const signer = createSigner(`0x${'11'.repeat(32)}`);
  const reader = new RelayReader({ relayUrl: relay.url, signer, clock: new NetworkClock(new ManualClock(0)) });
  onTestFinished(() => reader.close());
  return reader;
}

test('the stakes that a real relay counts belong to nodes that are present, not to all that ever joined', async () => {
  const reader = await recordedReader();
  const found = await reader.stakesOn('h8net', 5);
  expect(found).toMatchObject([
    { address: PAUSING, stakeWei: 400n * CNX },
    { address: LEAVING, stakeWei: 400n * CNX },
  ]);
  expect(await reader.stakesOn('another', 5)).toEqual([]);
});

test('its figure for a node includes the delegations, as the evidence of that node’s slash shows', async () => {
  const list = exchangesOf('GET /v2/network/nodes/data').find(({ name }) => name === 'page 1 of size 100') ?? expect.fail();
  const row = rowsOf(list).find((one) => sameAddress((one as { address: string }).address, WITH_DELEGATIONS));
  const stakeWei = BigInt((row as { staking: string }).staking);
  const slash = exchangesOf('GET /v2/admin/pending_slashes/:pending_slash_id').find(({ name }) => name === 'ok') ?? expect.fail();
  const { evidence } = (slash.body as { data: { evidence: { node_snapshots: Record<string, string>[] } } }).data;
  const snapshot = evidence.node_snapshots.find(({ address }) => sameAddress(address ?? '', WITH_DELEGATIONS)) ?? expect.fail();
  const [own, delegated] = [snapshot.operator_stake_amount ?? '', snapshot.delegated_staking_amount ?? ''].map(BigInt);
  expect([own, delegated, stakeWei]).toEqual([450n * CNX, 400n * CNX, 850n * CNX]);
  const seen = await compareStakes({
    known: async () => [{ address: WITH_DELEGATIONS, stakeWei }],
    stakeOf: async () => ({ status: 'Staked', balanceWei: own ?? 0n, creditsWei: 0n, unstakeTimestampSeconds: 0 }),
    delegatedTo: async () => delegated ?? 0n,
  });
  expect(seen).toBe('seen');
});
