import { afterEach, beforeEach, expect, test } from 'vitest';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { signWalletMessage, walletMessage, withdrawAction } from '../../../protocol/signing/wallet-message.ts';
import { type Actor, createHarness, FEE, type Harness, keyOf } from '../testing/harness.ts';
import { refused } from '../testing/refusals.ts';

let harness: Harness;
let app: Actor;
beforeEach(() => {
  harness = createHarness({
    config: { relayAddress: addressOf(keyOf('relay')), withdraw: { feeWei: 10n, minimumWei: 100n, perDay: 2 } },
  });
  app = harness.actor('app');
});
afterEach(() => harness.relay.close());

const json = { 'content-type': 'application/json' };
const nowSeconds = () => Math.floor(harness.clock.now() / 1000);

async function token(actor = app): Promise<string> {
  const timestamp = nowSeconds();
  const signature = signWalletMessage(walletMessage({ action: 'Connect Wallet', address: actor.address, timestamp }), actor.key);
  const body = JSON.stringify({ address: actor.address, timestamp, signature });
  const answer = await harness.send({ method: 'POST', url: '/v1/client/connect_wallet', headers: json, body });
  return (answer.json as { data: { token: string } }).data.token;
}

interface Withdrawal {
  readonly amountWei?: bigint;
  readonly network?: string;
  readonly signer?: Actor;
}

async function withdraw({ amountWei = 1000n, network = 'devnet', signer = app }: Withdrawal = {}) {
  const timestamp = nowSeconds();
  const benefitAddress = harness.actor('benefit').address;
  const action = withdrawAction({ amountWei, address: app.address, benefitAddress, network });
  const signature = signWalletMessage(walletMessage({ action, address: app.address, timestamp }), signer.key);
  const body = JSON.stringify({ amount: amountWei.toString(), benefit_address: benefitAddress, network, timestamp, signature });
  const headers = { ...json, authorization: `Bearer ${await token()}` };
  return harness.send({ method: 'POST', url: `/v1/relay_account/${app.address}/withdraw`, headers, body });
}

test('a balance is only shown to its owner, by signature or token', async () => {
  const path = `/v2/relay_account/${app.address}/balance`;
  expect(await app.get(path, { address: app.address })).toMatchObject({ json: { data: (100n * FEE).toString() } });
  expect(await harness.actor('n1').get(path, { address: app.address })).toMatchObject(refused('address', 'Address mismatch'));
  const authorization = `Bearer ${await token()}`;
  expect(await harness.send({ method: 'GET', url: path, headers: { authorization } })).toMatchObject({ status: 200 });
  const strangers = `Bearer ${await token(harness.actor('n1'))}`;
  const refusal = await harness.send({ method: 'GET', url: path, headers: { authorization: strangers } });
  expect(refusal).toMatchObject(refused('address', 'Address mismatch'));
});

test('tokens: missing, malformed, forged, expired', async () => {
  const url = `/v1/relay_account/${app.address}/task_fee`;
  const get = (headers: Record<string, string>) => harness.send({ method: 'GET', url, headers });
  expect(await get({})).toMatchObject({ status: 401, json: { message: 'Authorization header required' } });
  const format = "Invalid authorization header format. Use 'Bearer <token>'";
  expect(await get({ authorization: 'Basic abc' })).toMatchObject({ status: 401, json: { message: format } });
  expect(await get({ authorization: 'Bearer abc' })).toMatchObject({
    status: 401,
    json: { message: 'Invalid or expired token' },
  });
  const authorization = `Bearer ${await token()}`;
  expect(await get({ authorization })).toMatchObject({ status: 200 });
  await harness.clock.tick(3_601_000);
  expect(await get({ authorization })).toMatchObject({ status: 401, json: { message: 'Invalid or expired token' } });
});

test('log-in refuses a stranger, an old message and nonsense', async () => {
  const login = async (fields: object) =>
    harness.send({ method: 'POST', url: '/v1/client/connect_wallet', headers: json, body: JSON.stringify(fields) });
  const address = app.address;
  const sign = (timestamp: number, actor: Actor) => ({
    address,
    timestamp,
    signature: signWalletMessage(walletMessage({ action: 'Connect Wallet', address, timestamp }), actor.key),
  });
  expect(await login(sign(nowSeconds(), harness.actor('n1')))).toMatchObject(refused('address', 'Signature address mismatch'));
  expect(await login(sign(nowSeconds() - 121, app))).toMatchObject(refused('signature', 'Invalid signature'));
  expect(await login({ address, timestamp: nowSeconds(), signature: '0x00' })).toMatchObject(
    refused('signature', 'Invalid signature'),
  );
});

test('a withdrawal is held until the relay fulfils it', async () => {
  expect(await withdraw()).toMatchObject({ status: 200, json: { data: { request_id: 1 } } });
  expect(harness.relay.balanceWei(app.address)).toBe(100n * FEE - 1010n);
  expect(harness.relay.totals()).toMatchObject({ escrowWei: 1010n, outsideWei: 0n });
  const relay = harness.actor('relay');
  const path = '/v1/withdraw/1/fulfill';
  const stranger = await app.post(path, { id: 1, tx_hash: '0xabc' });
  expect(stranger).toMatchObject(refused('address', 'Invalid address'));
  expect(await relay.post(path, { id: 1, tx_hash: '0xabc' })).toMatchObject({ status: 200 });
  expect(await relay.post(path, { id: 1, tx_hash: '0xdef' })).toMatchObject({ status: 200 });
  expect(await relay.post('/v1/withdraw/1/reject', { id: 1 })).toMatchObject(refused('id', 'withdraw request is not pending'));
  expect(await relay.post('/v1/withdraw/2/reject', { id: 2 })).toMatchObject(refused('id', 'Withdraw request not found'));
  const totals = harness.relay.totals();
  expect(totals).toMatchObject({ escrowWei: 0n, outsideWei: 1000n });
  expect(totals.totalWei).toBe(totals.issuedWei);
  const headers = { authorization: `Bearer ${await token()}` };
  const list = await harness.send({ method: 'GET', url: `/v1/relay_account/${app.address}/withdraw/list`, headers });
  expect(list).toMatchObject({
    json: { data: { total: 1, withdraw_records: [{ id: 1, amount: '1000', status: 1, tx_hash: '0xabc' }] } },
  });
});

test('a rejected withdrawal is returned in full', async () => {
  await withdraw();
  expect(await harness.actor('relay').post('/v1/withdraw/1/reject', { id: 1 })).toMatchObject({ status: 200 });
  expect(harness.relay.balanceWei(app.address)).toBe(100n * FEE);
});

test('withdrawals are refused in order: signer, network, amount, balance, day', async () => {
  expect(await withdraw({ signer: harness.actor('n1') })).toMatchObject(refused('address', 'Signature address mismatch'));
  expect(await withdraw({ network: 'mars', amountWei: 1n })).toMatchObject(refused('network', 'Unsupported withdraw network'));
  expect(await withdraw({ amountWei: 99n })).toMatchObject(refused('amount', 'Amount is too small'));
  expect(await withdraw({ amountWei: 100n * FEE })).toMatchObject(refused('amount', 'Insufficient relay account balance'));
  await withdraw();
  await withdraw();
  expect(await withdraw()).toMatchObject(refused('amount', 'Daily withdrawal limit exceeded'));
  await harness.clock.tick(86_400_000);
  expect(await withdraw()).toMatchObject({ status: 200 });
});
