/** Every step of every task, in order, from the relay's event log. */

import type { Relay } from '../devnet/relay/relay.ts';
import type { Clock } from '../protocol/ports.ts';
import { successSchema } from '../protocol/wire/envelope.ts';
import { type RelayEvent, relayEventsSchema } from '../protocol/wire/event.ts';
import { parseWireJson } from '../protocol/wire/parse.ts';

const POLL_MS = 100;
const PAGE = 200;
const answerSchema = successSchema(relayEventsSchema);

/** Follows the log until the signal aborts; each event is handed on once. */
export async function tailEvents(options: {
  readonly relay: Pick<Relay, 'handle'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RelayEvent) => void;
}): Promise<void> {
  const { relay, clock, signal, onEvent } = options;
  let last = 0;
  while (!signal.aborted) {
    const answer = await relay.handle({ method: 'GET', url: `/v1/events?start=${last}&limit=${PAGE}` });
    const { data } = parseWireJson(answerSchema, new TextDecoder().decode(answer.bytes), 'events');
    for (const event of data) {
      last = Math.max(last, event.id);
      onEvent(event);
    }
    if (data.length < PAGE) await clock.sleep(POLL_MS, signal).catch(() => {});
  }
}
