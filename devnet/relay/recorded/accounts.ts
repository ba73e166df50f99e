/** Accounts: log-in, balance, lists, emissions, withdrawals and the service that pays them. */

import { addressOf } from '../../../protocol/signing/keys.ts';
import { signWalletMessage, walletMessage, withdrawAction } from '../../../protocol/signing/wallet-message.ts';
import type { RelayRoute } from '../../../protocol/testing/relay-recordings.ts';
import { type Actor, type Answer, FEE, keyOf, llmResult, MODEL } from '../testing/harness.ts';
import type { RecordedWalk } from '../testing/recorded-walk.ts';
import { askMalformed, JSON_BODY, type Stage, withStage } from './questions.ts';

const BALANCE = 'GET /v2/relay_account/:address/balance';
const TASK_FEE = 'GET /v1/relay_account/:address/task_fee';
const DEPOSITS = 'GET /v1/relay_account/:address/deposit/list';
const WITHDRAWALS = 'GET /v1/relay_account/:address/withdraw/list';
const VESTINGS = 'GET /v2/relay_account/:address/vesting/list';
const LOCKED = 'GET /v2/relay_account/:address/vesting/locked';
const EMISSIONS = 'GET /v2/relay_account/:address/emission/chart';
const INCOME = 'GET /v1/client/:address/income/stats';
const CONNECT = 'POST /v1/client/connect_wallet';
const WITHDRAW = 'POST /v1/relay_account/:address/withdraw';
const SERVICE_LIST = 'GET /v1/withdraw/list';
const FULFIL = 'POST /v1/withdraw/:id/fulfill';
const REJECT = 'POST /v1/withdraw/:id/reject';
const LOGS = 'GET /v1/relay_account/event_logs';

const own = ({ address }: Actor) => ({ address });
const v1 = ({ address }: Actor, rest: string) => `/v1/relay_account/${address}/${rest}`;
const v2 = ({ address }: Actor, rest: string) => `/v2/relay_account/${address}/${rest}`;

export async function accountScenarios(walk: RecordedWalk): Promise<void> {
  await withStage(walk, {}, empty);
  await withStage(walk, {}, connecting);
  const relayAddress = addressOf(keyOf('relay'));
  const shared = { config: { relayAddress, daoPercent: 20 } };
  await withStage(walk, { ...shared, creators: ['app', 'relay'] }, income);
  await withStage(walk, { config: { relayAddress }, creators: ['app', 'rich'] }, withdrawals);
}

/** The routes for an account's owner, and how each refuses everybody else. */
async function empty(stage: Stage): Promise<void> {
  const { ask, get, actor, getOld } = stage;
  const node = actor('nobody');
  const mine = await stage.token('nobody');
  const others = await stage.token('n2');
  await ask(BALANCE, 'no account yet', node.get(v2(node, 'balance'), own(node)));
  await ask(BALANCE, 'other signer', actor('n2').get(v2(node, 'balance'), own(actor('n2'))));
  await ask(BALANCE, 'no signature', get(v2(node, 'balance')));
  await ask(BALANCE, 'short signature', get(v2(node, 'balance?timestamp=1767225600&signature=0x12')));
  const lists: readonly (readonly [RelayRoute, string])[] = [
    [BALANCE, v2(node, 'balance')],
    [TASK_FEE, v1(node, 'task_fee')],
    [DEPOSITS, v1(node, 'deposit/list')],
    [WITHDRAWALS, v1(node, 'withdraw/list')],
    [VESTINGS, v2(node, 'vesting/list')],
    [LOCKED, v2(node, 'vesting/locked')],
    [EMISSIONS, v2(node, 'emission/chart?weeks=3')],
    [INCOME, `/v1/client/${node.address}/income/stats?count=2`],
  ];
  for (const [route, url] of lists) {
    await ask(route, 'empty account, by token', get(url, mine));
    await ask(route, "other address than the token's", get(url, others));
  }
  await ask(TASK_FEE, 'no authorization', get(v1(node, 'task_fee')));
  await ask(TASK_FEE, 'wrong scheme', get(v1(node, 'task_fee'), { authorization: 'Basic abc' }));
  await ask(TASK_FEE, 'bad token', get(v1(node, 'task_fee'), { authorization: 'Bearer abc' }));
  await ask(INCOME, 'no token', get(`/v1/client/${node.address}/income/stats`));
  await ask(EMISSIONS, 'no token', get(v2(node, 'emission/chart')));
  await ask(EMISSIONS, 'weeks out of range', get(v2(node, 'emission/chart?weeks=0'), mine));
  await ask(EMISSIONS, 'weeks not a number', get(v2(node, 'emission/chart?weeks=x'), mine));
  await ask(VESTINGS, 'page not a number', get(v2(node, 'vesting/list?page=x'), mine));
  await ask(TASK_FEE, 'page negative', get(v1(node, 'task_fee?page=-1'), mine));
  await ask(WITHDRAWALS, 'status not a number', get(v1(node, 'withdraw/list?status=x'), mine));
  await ask(BALANCE, 'old timestamp', getOld(node, v2(node, 'balance'), own(node)));
  await ask(VESTINGS, 'old timestamp', getOld(node, v2(node, 'vesting/list'), own(node)));
  await ask(LOCKED, 'old timestamp', getOld(node, v2(node, 'vesting/locked'), own(node)));
}

async function connecting(stage: Stage): Promise<void> {
  const { ask, actor, clock, send } = stage;
  const node = actor('n1');
  const connect = (change: { timestamp?: number; signer?: Actor; signature?: string; address?: string }): Promise<Answer> => {
    const { timestamp = Math.floor(clock.now() / 1000), signer = node, address = node.address } = change;
    const signature =
      change.signature ?? signWalletMessage(walletMessage({ action: 'Connect Wallet', address, timestamp }), signer.key);
    const body = JSON.stringify({ address, timestamp, signature });
    return send({ method: 'POST', url: '/v1/client/connect_wallet', headers: JSON_BODY, body });
  };
  const now = Math.floor(clock.now() / 1000);
  await ask(CONNECT, 'ok', connect({}));
  await ask(CONNECT, 'old timestamp', connect({ timestamp: now - 130 }));
  await ask(CONNECT, 'future timestamp', connect({ timestamp: now + 90 }));
  await ask(CONNECT, 'other address', connect({ signer: actor('n2') }));
  await ask(CONNECT, 'garbage signature', connect({ signature: '0x00' }));
  await ask(CONNECT, 'address not an address', connect({ address: 'hello', signature: '0x00' }));
  await askMalformed(stage, CONNECT, '/v1/client/connect_wallet');
}

/** A task for a node with a delegator, and emissions for both. */
async function income(stage: Stage): Promise<void> {
  const { ask, get, actor, relay, clock } = stage;
  const [app, node, service] = [actor('app'), actor('n1'), actor('relay')];
  await node.join();
  for (let index = 0; index < 3; index++) {
    const task = await app.createTask();
    relay.runRound();
    await node.score(task.commitment, llmResult('x').score);
    await app.validate([task]);
    await node.upload(task.commitment, llmResult('x').files);
  }
  await app.createTask({ overrides: { task_model_ids: [MODEL] } });
  const mine = await stage.token('n1');
  const apps = await stage.token('app');
  await ask(TASK_FEE, 'application', get(v1(app, 'task_fee?page=1&page_size=100'), apps));
  await ask(TASK_FEE, 'page 2 of size 2', get(v1(app, 'task_fee?page=2&page_size=2'), apps));
  await ask(TASK_FEE, 'page 0', get(v1(app, 'task_fee?page=0'), apps));
  await ask(TASK_FEE, 'page after the last', get(v1(node, 'task_fee?page=99'), mine));
  await ask(TASK_FEE, 'our program: 200', get(v1(node, 'task_fee?page=1&page_size=100'), mine));
  relay.deposit({ address: node.address, wei: FEE, reason: `0x${'ab'.repeat(32)}` });
  await ask(DEPOSITS, 'node with income', get(v1(node, 'deposit/list'), mine));
  await ask(DEPOSITS, 'its network', get(v1(node, 'deposit/list?network=devnet'), mine));
  await ask(DEPOSITS, 'page_size 0', get(v1(node, 'deposit/list?page=1&page_size=0'), mine));
  await ask(BALANCE, 'with income and deposit', node.get(v2(node, 'balance'), own(node)));
  await ask(BALANCE, 'with money, by signature', app.get(v2(app, 'balance'), own(app)));
  const incomeUrl = `/v1/client/${node.address}/income/stats`;
  await ask(INCOME, 'count 4', get(`${incomeUrl}?count=4`, mine));
  await ask(INCOME, 'end given', get(`${incomeUrl}?count=2&end=${Math.floor(clock.now() / 1000) - 86_400}`, mine));
  for (const [durationDays, type] of [
    [180, 'node'],
    [180, 'node'],
    [180, 'other'],
    [1, 'node'],
  ] as const) {
    relay.vest({ address: node.address, wei: 5n * FEE, durationDays, type });
    await clock.tick(1_000);
  }
  await ask(BALANCE, 'with vestings', node.get(v2(node, 'balance'), own(node)));
  await ask(
    VESTINGS,
    'by token, active, released in part, completed or slashed',
    get(v2(node, 'vesting/list?page=1&page_size=100'), await stage.token('n1')),
  );
  await ask(VESTINGS, 'page 2 of size 2', get(v2(node, 'vesting/list?page=2&page_size=2'), mine));
  await ask(VESTINGS, 'page_size 500', get(v2(node, 'vesting/list?page=1&page_size=500'), mine));
  await ask(VESTINGS, 'by signature', node.get(v2(node, 'vesting/list'), own(node)));
  await ask(LOCKED, 'by token', get(v2(node, 'vesting/locked'), mine));
  await ask(LOCKED, 'by signature', node.get(v2(node, 'vesting/locked'), own(node)));
  await ask(EMISSIONS, 'default weeks', get(v2(node, 'emission/chart'), mine));
  const logs = async (start_id: number, limit: number, by = service) => {
    const { timestamp, signature } = by.sign({ start_id, limit });
    return get(`/v1/relay_account/event_logs?start_id=${start_id}&limit=${limit}&timestamp=${timestamp}&signature=${signature}`);
  };
  await ask(LOGS, 'start 0, limit 40', logs(0, 40));
  await ask(LOGS, 'start 5, limit 3', logs(5, 3));
  await ask(LOGS, 'start 100000, limit 5', logs(100_000, 5));
  await ask(LOGS, 'the last ones: vestings, withdrawals', logs(5, 40));
  await ask(LOGS, 'by a stranger', logs(0, 5, node));
  relay.slash({ address: node.address, commitment: '0x' });
  await ask(VESTINGS, 'slashed', get(v2(node, 'vesting/list?page=1&page_size=100'), mine));
  await ask(TASK_FEE, 'slashed', get(v1(node, 'task_fee'), mine));
}

async function withdrawals(stage: Stage): Promise<void> {
  const { ask, get, actor, clock, send } = stage;
  const [app, service] = [actor('app'), actor('relay')];
  const url = v1(app, 'withdraw');
  const token = await stage.token('app');
  interface Change {
    readonly amount?: string;
    readonly network?: string;
    readonly timestamp?: number;
    readonly signer?: Actor;
    readonly headers?: Record<string, string>;
  }
  const now = () => Math.floor(clock.now() / 1000);
  const withdraw = (change: Change = {}): Promise<Answer> => {
    const { amount = (3n * FEE).toString(), network = 'devnet', timestamp = now(), signer = app, headers = token } = change;
    const amountWei = /^\d+$/.test(amount) ? BigInt(amount) : 0n;
    const action = withdrawAction({ amountWei, address: app.address, benefitAddress: app.address, network });
    const signature = signWalletMessage(walletMessage({ action, address: app.address, timestamp }), signer.key);
    const body = JSON.stringify({ amount, benefit_address: app.address, network, timestamp, signature });
    return send({ method: 'POST', url, headers: { ...JSON_BODY, ...headers }, body });
  };
  await ask(WITHDRAW, 'old timestamp', withdraw({ timestamp: now() - 130 }));
  await ask(WITHDRAW, 'future timestamp', withdraw({ timestamp: now() + 90 }));
  await ask(WITHDRAW, 'signed by another', withdraw({ signer: actor('n1') }));
  await ask(WITHDRAW, "other account's token", withdraw({ headers: await stage.token('n1') }));
  await ask(WITHDRAW, 'bad token', withdraw({ headers: { authorization: 'Bearer abc' } }));
  await ask(WITHDRAW, 'missing fields', send({ method: 'POST', url, headers: { ...JSON_BODY, ...token }, body: '{}' }));
  await ask(WITHDRAW, 'malformed JSON', send({ method: 'POST', url, headers: { ...JSON_BODY, ...token }, body: '{' }));
  await ask(WITHDRAW, 'unsupported network', withdraw({ network: 'mars' }));
  await ask(WITHDRAW, 'amount below the minimum', withdraw({ amount: FEE.toString() }));
  await ask(WITHDRAW, 'amount 0', withdraw({ amount: '0' }));
  await ask(WITHDRAW, 'amount with a point', withdraw({ amount: '1.5' }));
  await ask(WITHDRAW, 'more than there is', withdraw({ amount: (1000n * FEE).toString() }));
  await ask(WITHDRAW, 'amount without the fee fits, with the fee not', withdraw({ amount: (100n * FEE).toString() }));
  const serviceGet = (start_id: number, by = service) => {
    const { timestamp, signature } = by.sign({ start_id, limit: 3 });
    return get(`/v1/withdraw/list?start_id=${start_id}&limit=3&timestamp=${timestamp}&signature=${signature}`);
  };
  await ask(WITHDRAW, 'ok', withdraw());
  await ask(WITHDRAW, 'ok, once', withdraw());
  await ask(WITHDRAW, 'the same request again', withdraw());
  await ask(WITHDRAWALS, 'pending', get(v1(app, 'withdraw/list'), token));
  await ask(WITHDRAWALS, 'status 0', get(v1(app, 'withdraw/list?status=0'), token));
  await ask(WITHDRAWALS, 'status 1, none', get(v1(app, 'withdraw/list?status=1'), token));
  await ask(SERVICE_LIST, 'after the last', serviceGet(99));
  await ask(SERVICE_LIST, 'by a stranger', serviceGet(0, app));
  const fulfil = (id: number, tx_hash: string, by = service) => by.post(`/v1/withdraw/${id}/fulfill`, { id, tx_hash });
  const reject = (id: number, by = service) => by.post(`/v1/withdraw/${id}/reject`, { id });
  const hash = `0x${'cd'.repeat(32)}`;
  await ask(FULFIL, 'unknown id', fulfil(99, hash));
  await ask(FULFIL, 'by a stranger', fulfil(1, hash, app));
  await askMalformed(stage, FULFIL, '/v1/withdraw/1/fulfill');
  await ask(WITHDRAWALS, 'status 1', get(v1(app, 'withdraw/list?status=1'), token));
  await ask(WITHDRAWALS, 'status 2', get(v1(app, 'withdraw/list?status=2'), token));
  await ask(FULFIL, 'tx_hash empty', fulfil(2, ''));
  await ask(REJECT, 'unknown id', reject(99));
  await ask(REJECT, 'by a stranger', reject(3, app));
  await ask(REJECT, 'fulfilled already', reject(2));
  await ask(REJECT, 'ok', reject(3));
  await ask(REJECT, 'again', reject(3));
  await ask(WITHDRAWALS, 'pending, success and failed', get(v1(app, 'withdraw/list'), token));
  await ask(FULFIL, 'ok', fulfil(1, hash));
  await ask(FULFIL, 'again', fulfil(1, hash));
  await ask(SERVICE_LIST, 'processed', serviceGet(0));
  await ask(WITHDRAWALS, 'one fulfilled with a transaction, one failed', get(v1(app, 'withdraw/list'), token));
  while ((await withdraw({ amount: (2n * FEE).toString() })).status === 200);
  await ask(WITHDRAW, 'over the daily limit', withdraw({ amount: (2n * FEE).toString() }));
  const { timestamp, signature } = service.sign({ start_id: 0, limit: 3 });
  await clock.tick(90_000);
  const old = `/v1/withdraw/list?start_id=0&limit=3&timestamp=${timestamp}&signature=${signature}`;
  await ask(SERVICE_LIST, 'old timestamp', get(old));
}
