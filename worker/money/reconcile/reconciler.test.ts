import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FEE, llmResult } from '../../../devnet/relay/testing/harness.ts';
import { BENEFIT, type RelayRig, relayRig, SELF } from '../testing/relay-rig.ts';
import type { AccountCheck } from './compare.ts';
import { Reconciler } from './reconciler.ts';

async function checksOf({ reconciler }: RelayRig): Promise<Record<string, AccountCheck>> {
  const { checks } = await reconciler.reconcile();
  return Object.fromEntries(checks.map((check) => [`${check.account} ${check.against}`, check]));
}

async function agreements(rig: RelayRig): Promise<Record<string, string>> {
  const checks = await checksOf(rig);
  return Object.fromEntries(Object.entries(checks).map(([name, { agreement }]) => [name, agreement.kind]));
}

const RELAY_AGREES = {
  'relay relayBalance': 'agrees',
  'relay relayRecords': 'agrees',
  'inTransit relayRecords': 'agrees',
  'locked relayRecords': 'agrees',
};

test('everything agrees with a real relay after any history of money', async () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('deposit' as const), wei: fc.bigInt({ min: 0n, max: 10n ** 20n }) }),
    fc.record({ kind: fc.constant('earn' as const) }),
    fc.record({ kind: fc.constant('withdraw' as const), wei: fc.bigInt({ min: 1n, max: 10n ** 18n }) }),
    fc.record({ kind: fc.constantFrom('fulfil' as const, 'reject' as const, 'sync' as const, 'observe' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
      const rig = await relayRig({ config: { withdraw: { feeWei: 11n } } });
      const { relay, clock } = rig.harness;
      const admin = rig.harness.actor('relay');
      await rig.node.join();
      let [deposits, settled, requested] = [0, 0, 0];
      const commitments: Awaited<ReturnType<RelayRig['earn']>>['commitment'][] = [];
      for (const { kind, ...rest } of acts) {
        if (kind === 'deposit') relay.deposit({ address: SELF, wei: 'wei' in rest ? rest.wei : 0n, reason: `${deposits++}` });
        if (kind === 'earn') commitments.push((await rig.earn()).commitment);
        if (kind === 'withdraw') {
          const timestamp = Math.floor(clock.now() / 1000);
          const amountWei = 'wei' in rest ? rest.wei : 1n;
          const asked = rig.account.requestWithdrawal({ amountWei, benefitAddress: BENEFIT, network: 'devnet', timestamp });
          await asked.then(
            () => requested++,
            () => {},
          );
        }
        if ((kind === 'fulfil' || kind === 'reject') && settled < requested) {
          const id = ++settled;
          if (kind === 'fulfil') await admin.post(`/v1/withdraw/${id}/fulfill`, { id, tx_hash: '0xaa' });
          else await admin.post(`/v1/withdraw/${id}/reject`, { id });
        }
        if (kind === 'observe') for (const commitment of commitments) await rig.observe(commitment);
        if (kind === 'sync') await rig.sync.sync();
        await clock.tick(100);
      }
      for (const commitment of commitments) await rig.observe(commitment);
      expect(await agreements(rig)).toMatchObject(RELAY_AGREES);
      expect(rig.ledger.balanceWei('relay')).toBe(relay.balanceWei(SELF));
      expect(rig.ledger.conflicts()).toEqual([]);
      rig.ledger.totals.audit();
    }),
    { numRuns: 12 },
  );
});

test('a difference is reported to the wei, with the record that explains it', async () => {
  const rig = await relayRig();
  await rig.node.join();
  const task = await rig.app.createTask();
  rig.harness.relay.runRound();
  await rig.observe(task.commitment);
  rig.harness.relay.deposit({ address: SELF, wei: 7n, reason: 'd' });
  expect(await agreements(rig)).toMatchObject(RELAY_AGREES);

  // Paid, but the node does not know yet that the task has ended.
  const { files, score } = llmResult('four');
  await rig.node.score(task.commitment, score);
  await rig.app.validate([task]);
  await rig.node.upload(task.commitment, files);
  const startMs = rig.harness.clock.now();
  const checks = await checksOf(rig);
  const candidates = [{ kind: 'unbooked', wei: FEE, why: expect.stringContaining('Started') }];
  expect(checks['relay relayBalance']?.agreement).toMatchObject({ kind: 'differs', byWei: FEE, sinceMs: startMs, candidates });
  expect(checks['relay relayRecords']?.agreement).toMatchObject({ kind: 'differs', byWei: FEE });

  await rig.harness.clock.tick(60_000);
  expect((await checksOf(rig))['relay relayBalance']?.agreement).toMatchObject({ kind: 'differs', sinceMs: startMs });
  await rig.observe(task.commitment);
  expect(await agreements(rig)).toMatchObject(RELAY_AGREES);
});

test('money that arrives during the count is counted again, and is never reported as a difference', async () => {
  const rig = await relayRig();
  let deposits = 0;
  const during = (arrives: (call: number) => boolean) => {
    let calls = 0;
    const balance = () => {
      // After the lists were read, but before the balance is.
      if (arrives(++calls)) rig.harness.relay.deposit({ address: SELF, wei: 1n, reason: `${deposits++}` });
      return rig.account.balance();
    };
    return new Reconciler({ ...rig, chain: null, account: { address: SELF, balance } });
  };
  const once = await during((call) => call === 2).reconcile();
  expect(once.checks[0]).toMatchObject({ against: 'relayBalance', observedWei: 1n, agreement: { kind: 'agrees' } });
  const always = await during(() => true).reconcile();
  expect(always.checks[0]?.agreement).toEqual({ kind: 'unknown', why: 'the balance changed while it was being counted' });
});

test('a relay that cannot be reached makes accounts unknown, not different; so does a network without a chain', async () => {
  const rig = await relayRig();
  rig.harness.relay.deposit({ address: SELF, wei: 7n, reason: 'd' });
  await rig.sync.sync();
  await rig.account.close();
  expect(await agreements(rig)).toEqual({
    'relay relayBalance': 'unknown',
    'relay relayRecords': 'unknown',
    'inTransit relayRecords': 'unknown',
    'locked relayRecords': 'unknown',
    'wallet chain': 'unknown',
    'stake chain': 'unknown',
    'benefit none': 'unknown',
  });
});
