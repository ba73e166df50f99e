import { afterEach, describe, expect, it } from 'vitest';
import { createRelayClient } from '../devnet/application/relay-client.ts';
import { CHAT_MODEL, chatArguments, PROMPTS } from '../devnet/application/samples.ts';
import { createPayload, parseTaskSpec } from '../devnet/application/task-spec.ts';
import { startExplorer } from '../devnet/explorer.ts';
import { relayView } from '../devnet/network-view.ts';
import { createRelay } from '../devnet/relay/relay.ts';
import { systemClock, systemRandom } from '../devnet/system.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { WEI_PER_CNX } from '../protocol/money/wei.ts';
import { taskCommitment } from '../protocol/signing/commitment.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { dumpDom } from './support/browser.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function openExplorer() {
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const address = addressOf(privateKey);
  const relay = createRelay({
    clock: systemClock,
    random: systemRandom,
    config: { genesis: { accounts: [{ address, balanceWei: (10n * WEI_PER_CNX).toString() }] } },
  });
  const relayUrl = await relay.listen();
  closers.push(() => relay.close());
  const titles = new Map<string, string>();
  const participants = () => [{ name: '<b>app</b>', address }];
  const explorer = await startExplorer({ view: relayView(relay, systemClock.now), participants, titles });
  closers.push(() => explorer.close());
  return { relayUrl, privateKey, titles, explorer };
}

describe('the devnet in a browser', () => {
  it('shows participants and tasks as text, whatever their names', async () => {
    const { relayUrl, privateKey, titles, explorer } = await openExplorer();
    const client = createRelayClient({ relayUrl, privateKey, clock: systemClock });
    const nonce = bytesToHex(systemRandom.bytes(32));
    const commitment = taskCommitment(bytesToHex(systemRandom.bytes(32)), nonce);
    const prompt = PROMPTS[0];
    if (prompt === undefined) throw new Error('no prompt');
    const spec = parseTaskSpec({
      type: 'Llm',
      args: chatArguments(prompt, CHAT_MODEL, 1),
      modelIds: [`base:${CHAT_MODEL}`],
      feeWei: WEI_PER_CNX.toString(),
    });
    await client.createTask(createPayload(spec, { commitment, nonce }));
    titles.set(commitment, '<img src=x onerror=alert(1)>');
    const dom = await dumpDom(explorer.url);
    expect(dom).toContain('1 task · 1 open · every wei accounted for');
    expect(dom).toContain('&lt;b&gt;app&lt;/b&gt;');
    expect(dom).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(dom).toContain('Queued');
    expect(dom).toContain('>9<');
  });

  it('answers nobody without the token, or through another host name', async () => {
    const { explorer } = await openExplorer();
    expect((await fetch(explorer.url)).status).toBe(200);
    expect((await fetch(new URL('/', explorer.url))).status).toBe(404);
    expect((await fetch(new URL('/state.json', explorer.url))).status).toBe(404);
    expect((await fetch(explorer.url.replace('127.0.0.1', 'localhost'))).status).toBe(403);
    expect((await fetch(explorer.url, { method: 'POST' })).status).toBe(405);
  });
});
