import { expect, it } from 'vitest';
import { answerBytes, readRelayRecordings } from '../../protocol/testing/relay-recordings.ts';
import { nodePresenceSchema } from '../../protocol/wire/node.ts';
import { judgeDoppelganger } from '../../worker/preflight/doppelganger.ts';
import { doppelgangerFacts } from './draft-check.ts';

const { exchanges } = readRelayRecordings().find(({ key }) => key === 'GET /v1/node/:address') ?? expect.fail();

/** What the real relay reported about nodes; all of them stay in its list of nodes for good. */
const recorded = exchanges.map((one) => {
  const { data } = JSON.parse(new TextDecoder().decode(answerBytes(one) ?? undefined));
  return [one.name, data.status as number, data] as const;
});

it.each(recorded)('a key may start from a new data directory exactly if its node has left: %s', async (_, status, data) => {
  const reader = { presence: async () => nodePresenceSchema.parse(data) };
  const verdict = judgeDoppelganger(await doppelgangerFacts({ reader, address: data.address, isOurs: false }));
  if (status === 0) expect(verdict.state).toBe('ok');
  else expect(verdict).toMatchObject({ state: 'fail', code: 'PREFLIGHT_FOREIGN_MEMBER' });
});
