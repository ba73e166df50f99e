/**
 * The client against the real relay's answers: its own classes get every recorded answer over HTTP. The result is
 * compared with a second interpretation of the answer's text, in testing/recorded-meanings.ts with its own tables.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { weiFromDecimal } from '../../../protocol/money/withdrawal-terms.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import {
  answerBytes,
  isSuccess,
  RELAY_ROUTES,
  type RecordedExchange,
  type RelayRoute,
  readRelayRecordings,
} from '../../../protocol/testing/relay-recordings.ts';
import {
  depositRecordSchema,
  taskFeeRecordSchema,
  vestingRecordSchema,
  withdrawalRecordSchema,
} from '../../../protocol/wire/relay-account.ts';
import { WorkerError } from '../../kit/errors.ts';
import { createSigner } from '../../kit/signer.ts';
import type { RecordedScore } from '../../store/score-ledger.ts';
import { startHttpRelay } from '../../testing/http-relay.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { NetworkClock } from '../network-clock.ts';
import * as refusals from './refusals.ts';
import { createRelayAccount, type RelayAccount } from './relay-account.ts';
import { RelayNetwork } from './relay-network.ts';
import { RelayReader } from './relay-reader.ts';
import {
  ACCOUNT_TYPES,
  type Json,
  NO_TASK,
  NODE_STATUSES,
  nodeMeaning,
  publicNodes,
  seconds,
  taskMeaning,
  traceMeaning,
  wei,
} from './testing/recorded-meanings.ts';
import { UNUSED } from './testing/unused-routes.ts';

const KEY: Hex = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const NOW = Date.parse('2026-11-28T23:53:00Z');
interface Clients {
  readonly network: RelayNetwork;
  readonly account: RelayAccount;
  readonly reader: RelayReader;
}

/** Calls the client as for this exchange. */
interface Use {
  readonly call: (clients: Clients, exchange: RecordedExchange) => Promise<unknown>;
  /** The expected result of the call, from the answer's `data`; nothing for a route whose success has none. */
  readonly means?: ((data: never, exchange: RecordedExchange) => unknown) | undefined;
}

const commitmentIn = ({ request }: RecordedExchange): Hex =>
  (/0x[0-9a-f]{64}/.exec(request.path)?.[0] ?? `0x${'ab'.repeat(32)}`) as Hex;
const addressIn = ({ request }: RecordedExchange): string => request.path.split('/')[3] ?? '';

const list = (
  name: 'taskFee' | 'deposit' | 'withdrawal' | 'vesting',
  field: string,
  read: (row: unknown) => unknown,
  row: (row: Json) => object,
): Use => ({
  async call({ account }) {
    const page = await account.page(name, 1);
    return page && { total: page.total, rows: page.rows.map(read) };
  },
  means: (data: Json) => ({
    total: data.total,
    rows: (data[field] as Json[]).map((one) => ({
      id: one.id,
      createdMs: seconds(one.created_at),
      address: one.address,
      ...row(one),
    })),
  }),
});

const none = { means: undefined };

const USES: Readonly<Partial<Record<RelayRoute, Use>>> = {
  'GET /v1/now': { call: ({ network }) => network.now(), means: ({ now }: Json) => now },
  'GET /v1/node/:address/task': {
    call: ({ network }) => network.currentTask(),
    means: (pointer: string) => (pointer === NO_TASK ? null : pointer),
  },
  'GET /v1/inference_tasks/:task_id_commitment': {
    call: ({ network }, exchange) => network.task(commitmentIn(exchange)),
    means: taskMeaning,
  },
  'POST /v1/inference_tasks/:task_id_commitment/score': {
    call: ({ network }, exchange) =>
      network.submitScore({ commitment: commitmentIn(exchange), score: '0x01' } as unknown as RecordedScore),
    ...none,
    means: () => 'done',
  },
  'POST /v1/inference_tasks/:task_id_commitment/task_error': {
    call: ({ network }, exchange) => network.reportError(commitmentIn(exchange)),
    ...none,
    means: () => 'done',
  },
  'POST /v1/inference_tasks/:task_id_commitment/results': {
    call: ({ network }, exchange) =>
      network.uploadResult({
        commitment: commitmentIn(exchange),
        files: [{ name: '0.json', bytes: new Uint8Array([123, 125]) }],
        checkpointPath: null,
      }),
    ...none,
  },
  'GET /v1/inference_tasks/:task_id_commitment/checkpoint': {
    async call({ network }, exchange) {
      const path = join(tempDir(), 'checkpoint.zip');
      await network.downloadInputCheckpoint(commitmentIn(exchange), path);
      return readFileSync(path).toString('base64');
    },
    means: (_: never, { base64 }) => base64,
  },
  'GET /v1/events': {
    call: ({ network }) => network.eventsAfter(0),
    means: (rows: Json[]) =>
      rows.map((row) => ({
        kind: 'event',
        event: {
          id: row.id,
          type: row.type,
          nodeAddress: row.node_address,
          commitment: row.task_id_commitment === '' ? null : row.task_id_commitment,
          args: row.args,
        },
      })),
  },
  'GET /v1/events/current_id': { call: ({ network }) => network.latestEventId(), means: (id: number) => id },
  'GET /v1/node/:address': {
    call: ({ reader }, exchange) => reader.presence(addressIn(exchange)),
    means: ({ address, status, version }: Json) => ({
      address,
      status: NODE_STATUSES[Number(status)],
      version: version === '' ? null : version,
    }),
  },
  'GET /v2/node/:address': {
    async call({ network, reader, account }) {
      return { seen: [await network.nodeInfo(), await reader.nodeInfo()], estimate: await account.emissionEstimate() };
    },
    means: (data: Json) => {
      const isTold = Number(data.emission_week_start) > 0 && Number(data.emission_week_end) > 0;
      return {
        seen: [nodeMeaning(data), nodeMeaning(data)],
        estimate: isTold
          ? {
              wei: wei(data.estimated_upcoming_operator_emission),
              fromMs: seconds(data.emission_week_start),
              toMs: seconds(data.emission_week_end),
              updatedMs: Number(data.estimate_updated_at) === 0 ? null : seconds(data.estimate_updated_at),
            }
          : null,
      };
    },
  },
  'POST /v2/node/:address/join': {
    call: ({ network }) =>
      network.join({ network: 'n', stakeWei: 1n, gpu: { name: 'G', vramGib: 1 }, version: '3.5.0', modelIds: [] }),
    ...none,
  },
  'POST /v2/node/:address/capabilities': {
    call: ({ network }) => network.updateCapabilities({ gpu: { name: 'G', vramGib: 1 }, version: '3.5.0', modelIds: [] }),
    ...none,
  },
  'POST /v1/node/:address/quit': { call: ({ network }) => network.quit(), ...none },
  'POST /v1/node/:address/pause': { call: ({ network }) => network.pause(), ...none },
  'POST /v1/node/:address/resume': { call: ({ network }) => network.resume(), ...none },
  'POST /v1/node/:address/model': { call: ({ network }) => network.modelDownloaded('base:m'), ...none },
  'POST /v2/tasks/:task_id_commitment/node_error': {
    call: ({ network }, exchange) =>
      network.reportNodeError({
        commitment: commitmentIn(exchange),
        taskArgs: '{}',
        errorType: 'E',
        message: 'm',
        stackTrace: 's',
        gpuCount: 1,
        gpuModel: 'G',
        gpuVramMib: 1,
        executorMode: 'e',
        capturedAtMs: NOW,
      }),
    ...none,
  },
  'GET /v2/relay_account/:address/balance': {
    call: ({ account }) => account.balance(),
    means: (text: string) => wei(text),
  },
  'POST /v1/client/connect_wallet': { call: ({ account }) => account.page('taskFee', 1), means: () => undefined },
  'GET /v1/relay_account/:address/task_fee': list(
    'taskFee',
    'records',
    (row) => taskFeeRecordSchema.parse(row),
    (row) => ({ wei: wei(row.amount), type: ACCOUNT_TYPES[Number(row.type)], reason: row.reason }),
  ),
  'GET /v1/relay_account/:address/deposit/list': list(
    'deposit',
    'deposit_records',
    (row) => depositRecordSchema.parse(row),
    (row) => ({ wei: wei(row.amount), network: row.network, txHash: row.tx_hash }),
  ),
  'GET /v1/relay_account/:address/withdraw/list': list(
    'withdrawal',
    'withdraw_records',
    (row) => withdrawalRecordSchema.parse(row),
    (row) => ({
      benefitAddress: row.benefit_address,
      wei: wei(row.amount),
      feeWei: wei(row.withdrawal_fee),
      network: row.network,
      status: ['pending', 'success', 'failed'][Number(row.status)],
      txHash: row.tx_hash === '' ? null : row.tx_hash,
    }),
  ),
  'GET /v2/relay_account/:address/vesting/list': list(
    'vesting',
    'vesting_records',
    (row) => vestingRecordSchema.parse(row),
    (row) => ({
      totalWei: wei(row.total_amount),
      durationDays: row.duration_days,
      type: row.type,
      releasedWei: wei(row.released_amount),
      remainingWei: wei(row.total_amount) - wei(row.released_amount),
      status: ['active', 'completed', 'deprecated'][Number(row.status)],
      slashed: row.slashed,
    }),
  ),
  'POST /v1/relay_account/:address/withdraw': {
    call: ({ account }) =>
      account.requestWithdrawal({ amountWei: 1n, benefitAddress: account.address, network: 'n', timestamp: NOW / 1000 }),
    means: ({ request_id }: Json) => request_id,
  },
  'GET /v1/network/withdraw_config': {
    call: async ({ account }) =>
      ((await account.withdrawConfig()) ?? []).map(({ network, terms: { tiers, ...terms } }) => ({
        network,
        ...terms,
        tiers: tiers.map(({ minAmountWei, ratio }) => [minAmountWei, Number(ratio.numerator) / Number(ratio.denominator)]),
      })),
    means: (rows: Json[]) =>
      rows.map((row) => ({
        network: row.network,
        fixedFeeWei: weiFromDecimal(String(row.withdrawal_fee)),
        minimumWei: weiFromDecimal(String(row.withdrawal_min)),
        perDay: row.max_withdrawals_per_day,
        tiers: (row.withdrawal_fee_tiers as Json[]).map((tier) => [BigInt(Number(tier.min_amount)) * 10n ** 18n, tier.fee_ratio]),
      })),
  },
  'GET /v1/delegator/:user_address': {
    call: ({ account }) => account.delegationIncome(),
    means: (data: Json) => wei(data.total_delegation_earnings),
  },
  'GET /v2/node/:address/qos/tracing': {
    call: ({ reader }) => reader.qosTracing(),
    means: (data: Json) => ({
      address: data.node_address,
      maxEvents: data.max_task_events,
      events: (data.events as Json[]).map(traceMeaning).toSorted((a, b) => a.atMs - b.atMs),
    }),
  },
  'GET /v2/network/nodes/data': { call: ({ reader }) => reader.publicNodes(), means: publicNodes },
  'GET /v1/network/nodes/data': { call: ({ reader }) => reader.publicNodes(), means: publicNodes },
  'GET /v1/stats/queue/count': { call: ({ reader }) => reader.queuedTasks(), means: (count: number) => count },
  'GET /v2/loaded-models': {
    call: ({ reader }) => reader.loadedModels(),
    means: (rows: Json[]) =>
      rows.map((row) => ({
        modelId: row.model_id,
        kind: row.model_type,
        minVramGib: row.min_vram,
        inMemoryNodes: row.in_memory_node_count,
        onDiskNodes: row.on_disk_node_count,
      })),
  },
};

const recordings = readRelayRecordings();
const pattern = (route: string) => new RegExp(`^${route.replace(/:[a-z_]+/g, '[^/]+')}$`);
const TOKEN = JSON.stringify({ message: 'success', data: { token: 'jwt' } });

async function connect() {
  const relay = await startHttpRelay();
  const clock = new NetworkClock(new ManualClock(NOW));
  const options = { relayUrl: relay.url, signer: createSigner(KEY), clock };
  const clients = { network: new RelayNetwork(options), account: createRelayAccount(options), reader: new RelayReader(options) };
  onTestFinished(async () => {
    await Promise.all([clients.network.close(), clients.account.close(), clients.reader.close()]);
  });
  return { relay, clients };
}

type Rig = Awaited<ReturnType<typeof connect>>;

/** The relay answers the route with this exchange, accepts every log-in, and has no other route. */
function play({ relay }: Rig, route: RelayRoute, exchange: RecordedExchange): void {
  const [method, path] = route.split(' ') as [string, string];
  relay.behave((request, response) => {
    if (request.method === method && pattern(path).test(request.path)) {
      const headers = exchange.contentType === null ? {} : { 'content-type': exchange.contentType };
      return response.writeHead(exchange.status, headers).end(answerBytes(exchange) ?? '');
    }
    if (request.path === '/v1/client/connect_wallet') return response.writeHead(200).end(TOKEN);
    return response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
  });
}

const dataOf = (exchange: RecordedExchange) => (exchange.body as { data?: unknown } | null)?.data as never;

it('every recorded route is used by the client, or listed with the reason why not', () => {
  const [used, unused] = [Object.keys(USES), Object.keys(UNUSED)];
  expect([...used, ...unused].toSorted()).toEqual([...RELAY_ROUTES].toSorted());
  expect(Object.values(UNUSED).every((reason) => reason !== '')).toBe(true);
});

describe.each(recordings.filter(({ key }) => USES[key] !== undefined))('$key', ({ key, exchanges }) => {
  const { call, means } = USES[key] ?? expect.fail();

  it('every success is read, and every field that is used has its meaning there', async () => {
    const rig = await connect();
    for (const exchange of exchanges.filter(isSuccess)) {
      play(rig, key, exchange);
      const got = await call(rig.clients, exchange).catch((error: unknown) => ({ failed: String(error) }));
      const expected = key === 'POST /v1/client/connect_wallet' ? null : means?.(dataOf(exchange), exchange);
      expect([exchange.name, got]).toEqual([exchange.name, expected]);
    }
  });

  it('every refusal is RELAY_REFUSED with the relay’s own message, and is recognised for what it means', async () => {
    const rig = await connect();
    for (const exchange of exchanges.filter((one) => !isSuccess(one))) {
      play(rig, key, exchange);
      const error = await call(rig.clients, exchange).then(
        (value: unknown) => value,
        (thrown: unknown) => thrown,
      );
      const { field, reason } = wordsOf(exchange);
      if (reason === 'Task not found' && key === 'GET /v1/inference_tasks/:task_id_commitment') {
        expect(error).toBe('notFound');
        continue;
      }
      expect(error).toBeInstanceOf(WorkerError);
      expect([exchange.name, error]).toMatchObject([
        exchange.name,
        { code: 'RELAY_REFUSED', data: { httpStatus: exchange.status, field, reason } },
      ]);
      const seen = Object.entries(RECOGNISED)
        .filter(([, is]) => is(error))
        .map(([name]) => name);
      expect([exchange.name, reason, seen]).toEqual([exchange.name, reason, MEANING[reason] ?? []]);
      expect(refusals.isOutcomeUnknown(error)).toBe(false);
    }
  });
});

const RECOGNISED = {
  clockOrKey: refusals.isSignatureRefused,
  foreignSigner: refusals.isSignerNotAllowed,
  taskNotFound: refusals.isTaskNotFound,
  illegalTaskState: refusals.isIllegalTaskState,
  alreadyJoined: refusals.isAlreadyJoined,
  illegalNodeStatus: refusals.isIllegalNodeStatus,
  unknownRoute: refusals.isUnknownRoute,
};

/** How each of the relay's messages must be recognised; any other is a plain refusal. */
const MEANING: Readonly<Record<string, readonly (keyof typeof RECOGNISED)[]>> = {
  'Invalid signature': ['clockOrKey'],
  'Valid JWT or signature required': ['clockOrKey'],
  'Signer not allowed': ['foreignSigner'],
  'Task not found': ['taskNotFound'],
  'Illegal task state': ['illegalTaskState'],
  'Task not validated': ['illegalTaskState'],
  'Node already joined': ['alreadyJoined'],
  'Illegal node status': ['illegalNodeStatus'],
};

function wordsOf({ body }: RecordedExchange): { field: string; reason: string } {
  if (body === null) return { field: '', reason: '' };
  const { message, data } = body as { message: string; data?: { field_name: string; message: string } };
  if (message === 'validation_error' && data !== undefined) return { field: data.field_name, reason: data.message.slice(0, 500) };
  return { field: '', reason: message.slice(0, 500) };
}
