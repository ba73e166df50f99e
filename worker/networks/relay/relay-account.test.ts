import { describe, expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { verifyWalletMessage, withdrawAction } from '../../../protocol/signing/wallet-message.ts';
import { createSigner } from '../../kit/signer.ts';
import { Ledger } from '../../money/ledger/ledger.ts';
import { Payments } from '../../money/payments.ts';
import { Reconciler } from '../../money/reconcile/reconciler.ts';
import { MoneyRecords } from '../../money/records/money-records.ts';
import { MoneySync } from '../../money/sync.ts';
import { memoryDatabase } from '../../money/testing/ledger.ts';
import { answerJson, type Behaviour, startHttpRelay, succeed } from '../../testing/http-relay.ts';
import { OTHER } from '../../testing/remote-task.ts';
import { NetworkClock } from '../network-clock.ts';
import { createRelayAccount } from './relay-account.ts';

const NOW = Date.UTC(2026, 0, 1);
const KEY: Hex = `0x${'42'.repeat(32)}`;
const SELF = addressOf(KEY);

/** The relay's answers by the end of a path; anything else is an unknown route. */
async function connect(answers: Readonly<Record<string, unknown>>) {
  const relay = await startHttpRelay();
  const answer: Behaviour = (request, response) => {
    if (request.path.endsWith('connect_wallet')) return succeed({ token: 'jwt' })(request, response);
    const found = Object.entries(answers).find(([path]) => request.path.endsWith(path));
    if (found === undefined) return response.writeHead(404).end('404 page not found');
    const isPublic = request.path === '/v1/network/withdraw_config';
    if (!isPublic && request.headers.authorization !== 'Bearer jwt' && !request.query.has('signature')) {
      return answerJson(response, 401, { message: 'Authorization header required' });
    }
    return succeed(found[1])(request, response);
  };
  relay.behave(answer);
  const clock = new NetworkClock(new ManualClock(NOW));
  const account = createRelayAccount({ relayUrl: relay.url, signer: createSigner(KEY), clock });
  onTestFinished(() => account.close());
  return { relay, account };
}

const created = { created_at: '2026-01-01T00:00:00Z', address: SELF };
const emission = { ...created, total_amount: '1000', duration_days: 180, type: 'node', slashed: false };
const EMPTY = {
  '/task_fee': { total: 0, records: null },
  '/deposit/list': { total: 0, deposit_records: [] },
  '/withdraw/list': { total: 0, withdraw_records: [] },
};

describe('the relay account', () => {
  it('reads pages, terms and estimates; a list or terms that the relay does not have are reported as such', async () => {
    const week = { emission_week_start: 1_767_000_000, emission_week_end: 1_767_604_800, estimate_updated_at: 1_767_100_000 };
    const { account } = await connect({
      '/deposit/list': { total: 3, deposit_records: [{ id: 1 }, 'nonsense'] },
      '/balance': '12345678901234567890123',
      [`/v2/node/${SELF}`]: { estimated_upcoming_operator_emission: '77', ...week },
    });
    expect(await account.page('deposit', 1)).toEqual({ total: 3, rows: [{ id: 1 }, 'nonsense'] });
    expect(await account.page('vesting', 1)).toBeNull();
    expect(await account.balance()).toBe(12_345_678_901_234_567_890_123n);
    expect(await account.emissionEstimate()).toMatchObject({ wei: 77n, fromMs: 1_767_000_000_000 });
    expect(await account.withdrawConfig()).toBeNull();
  });

  it('signs a withdrawal over exactly what it requests', async () => {
    const { relay, account } = await connect({ '/withdraw': { request_id: 9 } });
    const order = { amountWei: 10n ** 24n, benefitAddress: OTHER, network: 'near' };
    expect(await account.requestWithdrawal({ ...order, timestamp: NOW / 1000 })).toBe(9);
    const sent = relay.seen.find(({ path }) => path === `/v1/relay_account/${SELF}/withdraw`);
    const { amount, benefit_address, network, timestamp, signature } = JSON.parse(String(sent?.body));
    expect({ amount, benefit_address, network }).toEqual({ amount: String(10n ** 24n), benefit_address: OTHER, network: 'near' });
    const action = withdrawAction({ ...order, address: SELF });
    verifyWalletMessage({ action, address: SELF, timestamp, signature, nowSeconds: NOW / 1000 });
  });
});

describe('on a relay with emissions', () => {
  async function books(answers: Readonly<Record<string, unknown>>) {
    const { account } = await connect(answers);
    const db = memoryDatabase();
    const [ledger, records] = [new Ledger(db), new MoneyRecords(db)];
    const common = { db, ledger, records, account, chain: null, nowMs: () => NOW, clock: new ManualClock(NOW) };
    const sync = new MoneySync({
      ...common,
      events: { ofTypes: () => [] },
      factsOf: () => null,
      payments: new Payments(db, common.clock),
    });
    return { ledger, sync, reconciler: new Reconciler({ ...common, sync }) };
  }
  const states = async (reconciler: Reconciler) =>
    Object.fromEntries(
      (await reconciler.reconcile()).checks.map((check) => [`${check.account} ${check.against}`, check.agreement.kind]),
    );

  it('locked and released amounts agree with the relay', async () => {
    const vested = { ...emission, id: 1, released_amount: '300', remaining_amount: '700' };
    const slashed = { ...emission, id: 2, released_amount: '100', remaining_amount: '900', slashed: true };
    const { ledger, reconciler } = await books({
      ...EMPTY,
      '/vesting/list': { total: 2, vesting_records: [vested, slashed] },
      '/balance': '400',
    });
    expect(await states(reconciler)).toMatchObject({
      'relay relayBalance': 'agrees',
      'relay relayRecords': 'agrees',
      'locked relayRecords': 'agrees',
    });
    expect([ledger.balanceWei('relay'), ledger.balanceWei('locked')]).toEqual([400n, 700n]);
    expect(ledger.page({ limit: 9, after: null, kinds: ['slash'] })).toMatchObject([{ from: 'locked', wei: 900n }]);
  });

  it('inconsistent records are shown as a difference in the locked amount', async () => {
    const odd = { ...emission, id: 1, released_amount: '300', remaining_amount: '650' };
    const { reconciler } = await books({ ...EMPTY, '/vesting/list': { total: 1, vesting_records: [odd] }, '/balance': '300' });
    expect(await states(reconciler)).toMatchObject({ 'relay relayBalance': 'agrees', 'locked relayRecords': 'differs' });
  });

  it('a missing list makes a difference unknown, but no difference is an agreement', async () => {
    const missing = await books({ ...EMPTY, '/balance': '5' });
    expect(await states(missing.reconciler)).toMatchObject({ 'relay relayBalance': 'unknown', 'relay relayRecords': 'unknown' });
    const unneeded = await books({ ...EMPTY, '/balance': '0' });
    expect(await states(unneeded.reconciler)).toMatchObject({ 'relay relayBalance': 'agrees', 'relay relayRecords': 'unknown' });
  });

  it('a record that contradicts its earlier version is an alarm and explains the difference', async () => {
    const row = { ...created, id: 1, amount: '5', type: 0, reason: `0-0x${'aa'.repeat(32)}` };
    const answers: Record<string, unknown> = { ...EMPTY, '/vesting/list': { total: 0, vesting_records: [] } };
    answers['/task_fee'] = { total: 1, records: [row] };
    answers['/balance'] = '5';
    const { ledger, reconciler } = await books(answers);
    expect((await states(reconciler))['relay relayBalance']).toBe('agrees');
    answers['/task_fee'] = { total: 1, records: [{ ...row, amount: '6' }] };
    answers['/balance'] = '6';
    const { checks } = await reconciler.reconcile();
    expect(ledger.balanceWei('relay')).toBe(5n);
    expect(ledger.conflicts()).toMatchObject([{ recorded: { wei: 5n }, offered: { wei: 6n } }]);
    expect(checks[0]?.agreement).toMatchObject({ kind: 'differs', byWei: 1n, candidates: [{ kind: 'contradiction', wei: 1n }] });
  });
});
