/**
 * The devnet as a process. When forked, it takes its orders over the channel (`channel.ts`) and ends with its parent.
 * When run by hand, `node devnet/main.ts --config FILE` prints the same messages as JSON lines until Ctrl-C. With
 * `--chain`, the network's tasks are on a chain, and no file is needed.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import '../contract/node-version.ts';
import '../platform/private-process.ts';
import { networkPresetData } from '../contract/node-config.ts';
import { PROGRAMS } from '../platform/programs.ts';
import { serialiseError } from '../protocol/errors.ts';
import { type AnyDevnet, type AnyDevnetConfig, startAnyDevnet } from './any-devnet.ts';
import { type FromDevnetInput, parseDevnetMessage, type ToDevnet, toDevnetSchema } from './channel.ts';
import { DevnetError } from './errors.ts';
import { type Explorer, type Participant, startExplorer } from './explorer.ts';
import { shortHex } from './network-view.ts';
import { systemClock, systemRandom } from './system.ts';
import { startWorkload, type Workload } from './workload.ts';

/** What `--chain` starts: a chain with its contracts and a relay, for the caller's own nodes. */
const CHAIN_ONLY_CONFIG = { dataDir: path.join('.data', 'devnet-chain'), workerEntry: PROGRAMS.peerWorker };

type SendMessage = (message: FromDevnetInput) => void;

interface DevnetProcess {
  handle(message: ToDevnet): Promise<void>;
  /** Resolves when nothing is left running. */
  stop(): Promise<void>;
}

function createDevnetProcess(send: SendMessage): DevnetProcess {
  let starting: Promise<AnyDevnet> | undefined;
  let workload: Workload | undefined;
  let explorer: Explorer | undefined;

  function runningDevnet(): Promise<AnyDevnet> {
    if (starting !== undefined) return starting;
    throw new DevnetError('DEVNET_BAD_MESSAGE', 'the devnet has not been started', { field: 'type' });
  }

  async function setWorkload(everySeconds: number | null): Promise<void> {
    const devnet = await runningDevnet();
    await workload?.stop();
    workload = undefined;
    if (everySeconds === null) return;
    workload = startWorkload({
      network: devnet.workload,
      clock: systemClock,
      pauseMs: everySeconds * 1_000,
      onError: (error) => send({ type: 'error', error: serialiseError(error) }),
    });
  }

  async function start(config: AnyDevnetConfig): Promise<void> {
    if (starting !== undefined) throw new DevnetError('DEVNET_BAD_MESSAGE', 'the devnet was already started', { field: 'type' });
    starting = startAnyDevnet(config, {
      clock: systemClock,
      random: systemRandom,
      onPeer: (name, node) => send({ type: 'peer', name, state: node.state, message: node.message }),
      onError: (error) => send({ type: 'error', error }),
    });
    const devnet = await starting;
    const { relayUrl, network, peers, scripted } = devnet;
    explorer = await startExplorer({
      view: devnet.view,
      participants: () => participantsOf(devnet),
      titles: new Map(),
    });
    send({
      type: 'ready',
      relayUrl,
      network: network.network,
      samplingModulus: network.samplingModulus,
      preset: networkPresetData(network),
      explorerUrl: explorer.url,
      peers: [...peers, ...scripted].map(({ name, address, behaviour }) => ({ name, address, behaviour })),
    });
  }

  return {
    async handle(message) {
      switch (message.type) {
        case 'start':
          return start(message.config);
        case 'fund': {
          const { address, balanceWei, walletWei, stakeWei } = message;
          await (await runningDevnet()).fund(address, { balanceWei, walletWei, stakeWei });
          return send({ type: 'funded', id: message.id });
        }
        case 'workload':
          return setWorkload(message.everySeconds);
        case 'stop':
          return this.stop();
      }
    },
    async stop() {
      // One that never started has cleaned up after itself.
      const devnet = await starting?.catch(() => undefined);
      await workload?.stop();
      await explorer?.close();
      await devnet?.stop();
    },
  };
}

/** Peers by name, everybody else by address. */
function participantsOf({ view, peers, scripted }: AnyDevnet): Participant[] {
  const known = [...peers, ...scripted];
  const others = view.nodes().filter((node) => known.every(({ address }) => address !== node.address));
  return [...known, ...others.map(({ address }) => ({ name: shortHex(address), address }))];
}

function runForked(): void {
  const send: SendMessage = (message) => {
    if (process.connected) process.send?.(message);
  };
  const devnet = createDevnetProcess(send);
  const end = () => devnet.stop().finally(() => process.exit());
  process.on('disconnect', () => void end());
  process.on('SIGTERM', () => void end());
  process.on('message', (raw) => {
    handleMessage(raw).catch((error: unknown) => send({ type: 'error', error: serialiseError(error) }));
  });

  async function handleMessage(raw: unknown): Promise<void> {
    const message = parseDevnetMessage(toDevnetSchema, raw);
    try {
      await devnet.handle(message);
    } catch (error) {
      const isWrongMessage = error instanceof DevnetError && error.code === 'DEVNET_BAD_MESSAGE';
      if (message.type !== 'start' || isWrongMessage) throw error;
      send({ type: 'fatal', error: serialiseError(error) });
      process.exitCode = 2;
      process.disconnect();
    }
    if (message.type !== 'stop') return;
    send({ type: 'stopped' });
    process.disconnect();
  }
  send({ type: 'alive', pid: process.pid });
}

function runAlone(): void {
  const send: SendMessage = (message) => console.log(JSON.stringify(message));
  const devnet = createDevnetProcess(send);
  const end = (code: number) => devnet.stop().finally(() => process.exit(code));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));
  startAlone(devnet).catch((error: unknown) => {
    send({ type: 'fatal', error: serialiseError(error) });
    process.exit(2);
  });
}

async function startAlone(devnet: DevnetProcess): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, chain: { type: 'boolean' } } });
  const { config, chain = false } = values;
  if (config === undefined && !chain) {
    throw new DevnetError('DEVNET_BAD_CONFIG', '--config FILE is missing', { field: 'config' });
  }
  const read: unknown = config === undefined ? CHAIN_ONLY_CONFIG : JSON.parse(readFileSync(config, 'utf8'));
  const input = chain && typeof read === 'object' ? { ...read, mode: 'chain' } : read;
  await devnet.handle(parseDevnetMessage(toDevnetSchema, { type: 'start', config: input }));
}

if (import.meta.main) {
  if (process.send === undefined) runAlone();
  else runForked();
}
