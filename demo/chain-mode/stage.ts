/** The demo's network with its tasks on a chain. */
import type { ChainEvent } from '../../devnet/chain-mode/chain-view.ts';
import { OWNER_WEI } from '../../devnet/chain-mode/task-chain.ts';
import { createGasReader } from '../chain-accounts.ts';
import { ledgerReport } from '../ledger-report.ts';
import { APPLICATION_WEI, COIN_WEI, STAKE_WEI } from '../own-node.ts';
import { chainProgressLine } from '../progress.ts';
import { namesOf, type Report } from '../report-text.ts';
import { paymentsOf, type Stage, type StageOptions } from '../stage.ts';
import { type ChainJob, runChainJob } from './job.ts';
import { startChainDemoNetwork } from './network.ts';
import { buildChainReport, type Holdings } from './report.ts';
import { createChainSubmitter } from './submit.ts';

/** @param amounts Numbers of ordinary tasks, for a shorter job. */
export async function openChainStage(options: StageOptions, amounts?: ChainJob['amounts']): Promise<Stage> {
  const { dataDir, print, say, signal, titles, elapsedMs, engine } = options;
  const slashed: string[] = [];
  let onEvent = (_event: ChainEvent): void => {};
  const network = await startChainDemoNetwork({
    dataDir,
    engine,
    onEvent(event) {
      if (event.name === 'NodeSlashed' && event.node !== null) slashed.push(event.node);
      onEvent(event);
    },
    onError: (message) => print(`devnet: ${message}`),
  });
  const { devnet, application, books } = network;
  const { view, chain } = devnet;
  const people = network.participants;
  const participants = Object.values(people);
  const submitter = createChainSubmitter({ application, signal, titles });
  const gas = createGasReader(chain.anvil);
  const owner = { name: 'owner', address: chain.owner.address };

  async function report(durationMs: number): Promise<Report> {
    await view.follow();
    const gasOf = await gas();
    const holdings = new Map<string, Holdings>();
    for (const { address } of [...participants, owner]) {
      const key = address.toLowerCase();
      holdings.set(key, {
        walletWei: await chain.balance(address),
        stakeWei: view.stakeWei(address),
        gasWei: gasOf.get(key) ?? 0n,
      });
    }
    const given = (address: string): bigint =>
      address === owner.address ? OWNER_WEI : address === people.application.address ? APPLICATION_WEI : COIN_WEI;
    return buildChainReport({
      tasks: view.tasks(),
      groups: submitter.groups,
      nodes: [people.you, people.ada, people.basil, people.mallory],
      application: people.application,
      owner,
      holdings,
      givenWei: new Map([...participants, owner].map(({ address }) => [address.toLowerCase(), given(address)])),
      held: { byTasks: await chain.balance(chain.contracts.task), byNodes: await chain.balance(chain.contracts.node) },
      slashed,
      stakeWei: STAKE_WEI,
      titles,
      nodePaymentsWei: await paymentsOf(books),
      ledgerReport: ledgerReport((await books.money.reconcile({})).checks),
      durationMs,
    });
  }

  return {
    places: [`Relay ${devnet.relayUrl}`, `Chain ${chain.anvil.url}`],
    participants,
    view,
    follow() {
      const names = namesOf(participants);
      onEvent = (event) => {
        const line = chainProgressLine(event, { titles, names, elapsedMs: elapsedMs() });
        if (line !== null) print(line);
      };
    },
    runJob: () => runChainJob({ network, submitter, titles, say, amounts }),
    submit: (task) => submitter.submit(task),
    report,
    stop: () => network.stop(),
  };
}
