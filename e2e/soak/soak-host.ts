/**
 * Replaces the host program: keeps a worker process per node running, and dies like it. Controlled over its fork's
 * channel.
 */
import { fork } from 'node:child_process';
import { createNodeClient } from '../../contract/rpc-client.ts';
import { createWorkerClient, type WorkerClient } from '../../contract/worker-client.ts';
import { sendNodeCommand } from '../support/node-command.ts';
import type { FromSoakHost, HostedNode, ToSoakHost } from './host-channel.ts';

const RETRY_MS = 200;
const clients = new Map<string, WorkerClient>();
let isStopping = false;

function send(message: FromSoakHost): void {
  if (process.connected) process.send?.(message, () => {});
}

function start(node: HostedNode, entry: string): void {
  if (isStopping) return;
  let why = '';
  const child = fork(entry, [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, ...node.env },
    detached: true,
  });
  const client = createWorkerClient(
    {
      pid: child.pid,
      send: (message) => void (child.connected && child.send(message, () => {})),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.once('exit', (code, signal) => listener({ code, signal })),
    },
    {
      onNode: ({ state, life, currentTask }) =>
        send({ type: 'view', node: node.name, state, life: life?.kind ?? '', isBusy: currentTask !== null }),
    },
  );
  clients.set(node.name, client);
  send({ type: 'worker', node: node.name, pid: child.pid ?? 0 });
  // If a worker is killed before it runs, its exit shows that.
  client.start(node.config, node.privateKey).catch((error: unknown) => {
    why = String(error);
  });
  void client.exited.then(({ code, signal }) => {
    send({ type: 'exit', node: node.name, code, signal, why });
    // The worker of a killed host may still be ending, so the next one gets a directory in use.
    setTimeout(() => start(node, entry), code === 0 || code === null ? 0 : RETRY_MS);
  });
}

async function answer(id: number, act: () => Promise<readonly string[]>): Promise<void> {
  let problems: readonly string[];
  try {
    problems = await act();
  } catch (error) {
    problems = [String(error)];
  }
  send({ type: 'answer', id, problems });
}

async function withdraw(client: WorkerClient, amountWei: string): Promise<string[]> {
  const node = createNodeClient(client.connect('own'));
  const { confirmation, problems } = await node.money.prepareWithdrawal({ amountWei });
  if (confirmation === null) return problems.map(({ code }) => code);
  await node.money.confirmWithdrawal({ amountWei, confirmation: confirmation.id });
  return [];
}

async function reconcile(client: WorkerClient): Promise<string[]> {
  const { checks } = await createNodeClient(client.connect('own')).money.reconcile({});
  return checks
    .filter(({ against, agreement }) => against !== 'none' && agreement.state !== 'agrees')
    .map(({ account, against, ledgerWei, observedWei, agreement }) =>
      JSON.stringify({ account, against, ledgerWei, observedWei, agreement }),
    );
}

process.on('message', (message: ToSoakHost) => {
  if (message.type === 'run') {
    for (const node of message.nodes) start(node, message.entry);
    return;
  }
  if (message.type === 'stop') {
    isStopping = true;
    void Promise.all([...clients.values()].map((client) => client.stop({ quitNetwork: false }))).then(() => process.exit(0));
    return;
  }
  const client = clients.get(message.node);
  if (client === undefined) return;
  if (message.type === 'unstake' || message.type === 'resume') sendNodeCommand(client, message.type);
  if (message.type === 'withdraw') void answer(message.id, () => withdraw(client, message.amountWei));
  if (message.type === 'reconcile') void answer(message.id, () => reconcile(client));
});
process.on('disconnect', () => process.exit(0));
