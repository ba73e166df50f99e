/** The demo's network with a relay in charge. */
import { createRelayClient } from '../devnet/application/relay-client.ts';
import { relayView } from '../devnet/network-view.ts';
import { systemClock } from '../devnet/system.ts';
import { readChainAccounts } from './chain-accounts.ts';
import { chainReport } from './chain-report.ts';
import { tailEvents } from './event-tail.ts';
import { runJob } from './job.ts';
import { ledgerReport } from './ledger-report.ts';
import { type DemoNetwork, startDemoNetwork } from './network.ts';
import { COIN_WEI } from './own-node.ts';
import { progressLine } from './progress.ts';
import { buildReport } from './report.ts';
import { namesOf, type Report } from './report-text.ts';
import { paymentsOf, type Stage, type StageOptions } from './stage.ts';
import { createSubmitter } from './submit.ts';

export async function openRelayStage(options: StageOptions): Promise<Stage> {
  const { dataDir, print, say, signal, titles, elapsedMs } = options;
  const network = await startDemoNetwork({
    dataDir,
    onError: (message) => print(`devnet: ${message}`),
  });
  const { devnet, application, plan } = network;
  const participants = Object.values(network.participants);
  const submitter = createSubmitter({ application, plan, signal, titles });
  const ending = new AbortController();
  let following: Promise<void> = Promise.resolve();
  return {
    places: [`Relay ${devnet.relayUrl}`, `Chain ${network.chain.anvil.url}`],
    participants,
    view: relayView(devnet.relay, systemClock.now),
    follow() {
      const names = namesOf(participants);
      following = tailEvents({
        relay: devnet.relay,
        clock: systemClock,
        signal: ending.signal,
        onEvent: (event) => {
          const line = progressLine(event, { titles, names, elapsedMs: elapsedMs() });
          if (line !== null) print(line);
        },
      });
    },
    runJob: () => runJob(network, submitter, say),
    submit: (task) => submitter.submit(task),
    report: (durationMs) => reportOf({ network, titles, durationMs }),
    async stop() {
      ending.abort();
      await following;
      await network.stop();
    },
  };
}

async function readBalances({ participants, keys, devnet }: DemoNetwork): Promise<Map<string, bigint>> {
  const read = async (name: keyof DemoNetwork['keys']) => {
    const client = createRelayClient({ relayUrl: devnet.relayUrl, privateKey: keys[name], clock: systemClock });
    return [participants[name].address.toLowerCase(), await client.balanceWei()] as const;
  };
  return new Map(await Promise.all((Object.keys(keys) as (keyof DemoNetwork['keys'])[]).map(read)));
}

interface ReportOptions {
  readonly network: DemoNetwork;
  readonly titles: ReadonlyMap<string, string>;
  readonly durationMs: number;
}

async function reportOf({ network, titles, durationMs }: ReportOptions): Promise<Report> {
  const { devnet, participants } = network;
  const nodes = [participants.you, participants.ada, participants.basil, participants.mallory];
  return buildReport({
    tasks: devnet.relay.tasks(),
    ledger: devnet.relay.ledger(),
    node: participants.you,
    peers: nodes.slice(1),
    application: participants.application,
    titles,
    balancesWei: await readBalances(network),
    nodePaymentsWei: await paymentsOf(network.books),
    chain: chainReport({
      nodes,
      ledger: devnet.relay.ledger(),
      chain: await readChainAccounts(
        network.chain,
        nodes.map(({ address }) => address),
      ),
      givenWei: COIN_WEI,
      relayStakesWei: new Map(nodes.map(({ address }) => [address.toLowerCase(), devnet.relay.stakeWei(address)])),
    }),
    ledgerReport: ledgerReport((await network.books.money.reconcile({})).checks),
    durationMs,
  });
}
