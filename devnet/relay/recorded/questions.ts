/** Requests that every scenario makes in the same way, and invalid variants that are refused. */
import type { RelayRoute } from '../../../protocol/testing/relay-recordings.ts';
import type { RelayConfigInput } from '../config.ts';
import { type Actor, type Answer, createHarness, FEE, type Harness, type HarnessOptions } from '../testing/harness.ts';
import type { RecordedWalk } from '../testing/recorded-walk.ts';
import { logIn } from '../testing/withdraw.ts';

export const JSON_BODY = { 'content-type': 'application/json' };

/** The recorded relay's configuration, as far as answers show it. */
const RECORDED_CONFIG: RelayConfigInput = {
  withdraw: {
    feeWei: FEE,
    minimumWei: 2n * FEE,
    perDay: 10,
    feeTiers: [
      { minAmountWei: 0n, ratio: '0.01' },
      { minAmountWei: 100n * FEE, ratio: '0.005' },
    ],
  },
};

export interface Stage extends Harness {
  readonly ask: RecordedWalk['ask'];
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  postText(url: string, text: string | undefined, contentType?: string): Promise<Answer>;
  token(name: string): Promise<Record<string, string>>;
  /** Signed too long ago to be accepted. */
  getOld(actor: Actor, url: string, payload: object): Promise<Answer>;
  postOld(actor: Actor, url: string, payload: object, extra?: object): Promise<Answer>;
  readonly isRecorded: RecordedWalk['isRecorded'];
}

/** A separate relay for one scenario; closed afterwards. */
export async function withStage(
  walk: RecordedWalk,
  options: HarnessOptions,
  run: (stage: Stage) => Promise<void>,
): Promise<void> {
  const harness = createHarness({ ...options, config: { ...RECORDED_CONFIG, ...options.config } });
  const { send } = harness;
  const get: Stage['get'] = (url, headers = {}) => send({ method: 'GET', url, headers });
  const signedTooEarly = async (actor: Actor, payload: object) => {
    const signed = actor.sign(payload);
    await harness.clock.tick(90_000);
    return signed;
  };
  const stage: Stage = {
    ...harness,
    ask: walk.ask,
    isRecorded: walk.isRecorded,
    get,
    postText: (url, text, contentType = 'application/json') =>
      send({ method: 'POST', url, headers: { 'content-type': contentType }, ...(text === undefined ? {} : { body: text }) }),
    token: async (name) => ({ authorization: `Bearer ${await logIn(harness, harness.actor(name))}` }),
    getOld: async (actor, url, payload) => {
      const { timestamp, signature } = await signedTooEarly(actor, payload);
      return get(`${url}${url.includes('?') ? '&' : '?'}timestamp=${timestamp}&signature=${signature}`);
    },
    postOld: async (actor, url, payload, extra = {}) => {
      const body = JSON.stringify({ ...payload, ...(await signedTooEarly(actor, payload)), ...extra });
      return send({ method: 'POST', url, headers: JSON_BODY, body });
    },
  };
  try {
    await run(stage);
  } finally {
    await harness.relay.close();
  }
}

/** A truncated body, for every route that reads one. */
export async function askMalformed({ ask, postText }: Stage, route: RelayRoute, url: string): Promise<void> {
  await ask(route, 'malformed JSON', postText(url, '{"address":'));
}
