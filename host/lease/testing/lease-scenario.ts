/**
 * The scenario for leases of an API server: run once against a real one to record its answers, and in the test with
 * those answers.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { ManualClock } from '../../../protocol/ports.ts';
import { type HostError, isHostError } from '../../errors.ts';
import type { LeaseRecord, LeaseStore } from '../lease-store.ts';
import { createLeases, type Leases, leaseName } from '../leases.ts';

const ADDRESS = '0x3CDe23ef0FEc9eb6eff3cac54b475ceCF8AbF2C5';
const NAME = leaseName(ADDRESS);

/** One request to an API server and its answer, without the token. */
const exchangeSchema = z.object({
  who: z.enum(['node', 'stranger', 'nobody']),
  method: z.string(),
  path: z.string(),
  body: z.unknown(),
  status: z.number().int(),
  answer: z.unknown(),
});
export type Exchange = z.output<typeof exchangeSchema>;
export const recordingSchema = z.object({ server: z.string(), exchanges: z.array(exchangeSchema) });

export interface Clients {
  /** A service account that may use leases. */
  readonly node: LeaseStore;
  /** One that may not. */
  readonly stranger: LeaseStore;
  /** One with an invalid token. */
  readonly nobody: LeaseStore;
}

/** @returns what happened, in order */
export async function leaseScenario({ node, stranger, nobody }: Clients): Promise<string[]> {
  const said: string[] = [];
  let open = 0;
  const store: LeaseStore = {
    read: (name) => counted(node.read(name)),
    create: (name, wish) => counted(node.create(name, wish)),
    replace: (name, wish, read) => counted(node.replace(name, wish, read)),
    close: () => node.close(),
  };
  async function counted<Answer>(asked: Promise<Answer>): Promise<Answer> {
    open++;
    try {
      return await asked;
    } finally {
      open--;
    }
  }
  /** Real requests take time that the test clocks do not count. */
  async function pass(clock: ManualClock, ms: number): Promise<void> {
    await clock.tick(ms);
    for (let quiet = 0; quiet < 20; quiet = open === 0 ? quiet + 1 : 0) await nextTurn();
    await clock.tick(0);
  }
  const machine = (identity: string) => {
    const clock = new ManualClock(Date.UTC(2026, 10, 29, 22));
    const onLost = (_: string, { code, message }: HostError, how: string) =>
      void said.push(`${identity} ${how}: ${code}: ${message}`);
    return { clock, leases: createLeases({ store, identity, clock, onLost }) };
  };
  const hold = async (who: string, leases: Leases) => {
    said.push(`${who} ${await leases.hold(ADDRESS, 'node').then(() => 'holds', coded)}`);
  };
  const refused = async (who: string, asked: Promise<unknown>) => {
    said.push(`${who} ${await asked.then((answer) => (answer === 'taken' ? 'is late' : 'succeeds'), coded)}`);
  };

  const [one, two] = [machine('one'), machine('two')];
  await hold('one', one.leases);
  await hold('two', two.leases);
  const first = await store.read(NAME);
  await pass(one.clock, 10_000);
  const second = await store.read(NAME);
  said.push(
    `renewed: ${first?.renewed} → ${second?.renewed}, ${first?.version === second?.version ? 'same' : 'another'} version`,
  );
  const wish = { holder: 'three', durationSeconds: 60, renewed: null, acquired: null, transitions: 0 };
  await refused('a second creation', store.create(NAME, wish));
  await refused('a write of an old version', store.replace(NAME, wish, first as LeaseRecord));
  // A write to a deleted lease creates a new one, unless it names the old one's UID, as this program's writes do.
  const away = leaseName(`0x${'0'.repeat(40)}`);
  const gone = { ...(first as LeaseRecord), metadata: { ...first?.metadata, name: away } };
  await refused('a write of one that is gone', store.replace(away, wish, gone));
  const { name, namespace } = gone.metadata as Record<string, unknown>;
  await refused('the same without a UID', store.replace(away, wish, { ...gone, metadata: { name, namespace } }));
  // One is cut off and does nothing; two checks again and again.
  await hold('two', two.leases);
  await pass(two.clock, 59_000);
  await hold('two', two.leases);
  await pass(two.clock, 1_000);
  await hold('two', two.leases);
  await pass(one.clock, 10_000);
  await two.leases.release(ADDRESS, 'node');
  await hold('one', one.leases);
  await refused('a service account without the right', stranger.read(NAME));
  await refused('an invalid token', nobody.read(NAME));
  await one.leases.release(ADDRESS, 'node');
  const last = await store.read(NAME);
  said.push(`in the end: ${last?.holder ?? 'nobody'}, ${last?.transitions} transitions`);
  await Promise.all([node.close(), stranger.close(), nobody.close()]);
  return said;
}

function coded(error: unknown): string {
  if (isHostError(error)) return `${error.code}: ${error.message}`;
  throw error;
}
