/** Opens everything a node needs, in order, each with a function that undoes it. Starts nothing; the node does that. */
import { join } from 'node:path';
import type { NodeConfig } from '../../contract/node-config.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { REAL_RELAY_TIMES } from '../../protocol/tasks/deadlines.ts';
import type { Engine } from '../engines/engine.ts';
import type { EngineSupervisorOptions } from '../engines/supervisor.ts';
import { openNodeGpu } from '../gpu/node-gpu.ts';
import { WorkerError } from '../kit/errors.ts';
import type { LogFile } from '../kit/log-file.ts';
import type { KillPointHook } from '../kit/points.ts';
import type { Redaction } from '../kit/redaction.ts';
import type { Signer } from '../kit/signer.ts';
import { StakeActs } from '../life/stake-acts.ts';
import type { Log } from '../log.ts';
import { createImageDigester } from '../loop/scores/image-digester.ts';
import { openModels } from '../models/models.ts';
import { WarmUp } from '../models/warm-up/warm-up.ts';
import { warmUpModels } from '../models/warm-up/warm-up-models.ts';
import { createMoney } from '../money/money.ts';
import type { RelayClient } from '../networks/relay/relay-client.ts';
import type { TaskNetwork } from '../networks/task-network.ts';
import { proxyPolicy } from '../outbound/proxy-policy.ts';
import { Housekeeper } from '../store/housekeeper.ts';
import { openStore, type Store } from '../store/store.ts';
import { CaseArchive } from '../trust/case-archive.ts';
import { CaseCollector } from '../trust/case-collector.ts';
import { recordLifetimes } from '../trust/record-lifetimes.ts';
import { assertEngineAccepted } from './engine-acceptance.ts';
import { machineFacts } from './machine-facts.ts';
import { Node } from './node.ts';
import { createOfferedModels, engineWithSources, modelsDirectory } from './node-models.ts';
import type { NodeParts } from './node-parts.ts';
import { nodeClearance } from './open-clearance.ts';
import { openLedgerFirst } from './open-ledger.ts';
import { openNetwork } from './open-network.ts';

export interface NodePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly createEngine: (options: EngineSupervisorOptions) => Engine;
  readonly createNetwork: (relay: RelayClient) => TaskNetwork;
  readonly killPoint: KillPointHook;
}

export interface OpenNodeOptions {
  readonly ports: NodePorts;
  readonly config: NodeConfig;
  readonly signer: Signer;
  /** For data that leaves this machine. */
  readonly redaction: Redaction;
  readonly confirmedAlone: boolean;
  readonly pid: number;
  readonly log: Log;
  readonly logFile: LogFile;
  readonly onNode: (view: NodeView) => void;
  readonly onTask: (commitment: Hex) => void;
  readonly onFatal: (error: unknown) => void;
  /** Addresses of all keys that the program currently holds; absent = only this node's. */
  readonly ownAddresses?: () => readonly Hex[];
  /** Called for each part as it is opened, with a function that undoes it; undo in reverse order. */
  readonly onOpened: (undo: () => void | Promise<void>) => void;
}

/** @throws the coded errors of the store, the cards, the models; the caller undoes what was opened before. */
export async function openNode(options: OpenNodeOptions): Promise<NodeParts> {
  const { config, signer, redaction, ports, log, logFile, onOpened, onNode, onTask, onFatal } = options;
  const { clock, random, killPoint } = ports;
  const { relayUrl } = config.network;
  const engineAccepted = assertEngineAccepted(config);
  const store = openStore(config.dataDir, clock.now());
  onOpened(() => store.close());
  const { proxy: setting, proxyPassword: password } = config.outbound;
  const proxies = proxyPolicy({ setting, password, environment: process.env });
  const networkParts = { config, signer, store, proxies, clock, random, log, onOpened };
  const opened = openNetwork({ ...networkParts, createNetwork: ports.createNetwork });
  const { network, networkClock, reader, account, chain, taskChain, traffic } = opened;
  const { address } = network;
  bindKey(store, address);
  const chainPreset = config.network.chain;

  // Law 6: the card that is reported is the object whose UUIDs confine the engine.
  const gpu = await openNodeGpu({ config, clock, log });
  onOpened(() => gpu.close());
  const resultsDir = join(config.dataDir, 'results');
  const images = createImageDigester({ clock });
  onOpened(() => images.close());
  const directory = modelsDirectory(config);
  const program = ports.createEngine({
    config: engineWithSources(config, proxies),
    engineDir: join(config.dataDir, 'engine'),
    modelsDir: directory,
    gpuUuids: gpu.gpu.uuids,
    executorMode: gpu.executorMode,
    relayUrl,
    resultsDir,
    clock,
    log,
    logLevel: config.logLevel,
  });
  const models = await openModels({
    directory,
    profile: `${config.network.id}:${address}`,
    pid: options.pid,
    engine: program,
    engineKind: config.engine.kind,
    settings: config.models,
    proxies,
    hubToken: config.outbound.hubToken,
    offered: config.modelIds,
    announce: async (id) => {
      // A node with a possible twin sends nothing under its key.
      if (!clearance.isAlone) throw new WorkerError('NODE_ILLEGAL_STATE', 'the node has not started', { from: 'starting' });
      await network.modelDownloaded(id);
    },
    clock,
    log,
  });
  onOpened(() => program.stop());
  onOpened(() => models.close());
  const { engine } = models;
  const offered = createOfferedModels({ config, models, log });
  onOpened(() => offered.close());
  const guard = gpu.guard(engine);

  const warmModels = warmUpModels({ models, offered: () => offered.modelIds, engine: config.engine.kind });
  onOpened(() => warmModels.close());
  // A program chosen by the host gets no tasks of ours, because it may not know them.
  const warmUp =
    config.engine.kind === 'program'
      ? undefined
      : new WarmUp({
          engine,
          models: () => warmModels.current(),
          limitSeconds: REAL_RELAY_TIMES.executionMin,
          workDir: join(config.dataDir, 'warm-up'),
          clock,
          log,
        });

  const machine = () => machineFacts({ config, engine, gpu: gpu.gpu, guard });
  onOpened(recordLifetimes({ engine, store, machine, clock }));
  const cases = { store, network: reader, clock, dataDir: config.dataDir, resultsDir, machine, log, distanceThreshold: null };
  const collector = new CaseCollector({ ...cases, logPaths: () => logFile.paths() });
  collector.sweep();

  const money = createMoney({
    db: store.db,
    events: store.events,
    account,
    chain: chain === null || chainPreset === undefined ? null : { client: chain, preset: chainPreset },
    taskChain,
    network: config.network.network,
    gpu: gpu.gpu.name,
    nodeInfo: () => network.nodeInfo(),
    ...(options.ownAddresses === undefined ? {} : { ownAddresses: options.ownAddresses }),
    networkClock,
    clock,
    random,
    log,
  });
  const { settings } = store;
  const stakeActs =
    chain === null ? null : new StakeActs({ client: chain, settings, targetWei: config.stakeWei, random, clock, killPoint, log });
  const clearance = nodeClearance({ ...options, ...opened, store, offered });

  const keeper = new Housekeeper({ store, resultsDir, retention: config.retention, clock, log });
  const node = new Node({
    config,
    guard,
    warmUp,
    context: { store, network, engine, engineAccepted, gpu: gpu.gpu, resultsDir, images, networkClock, clock, killPoint, log },
    clearance,
    money: { stakeActs, wake: money.wake, payments: money.payments, beforeMoney: () => openLedgerFirst({ money, clock, log }) },
    models: offered,
    witness: collector,
    companions: [
      { run: (signal) => store.guard.run(signal, clock) },
      models,
      collector,
      keeper,
      money,
      ...(chain === null ? [] : [chain]),
      ...(taskChain === null ? [] : [taskChain]),
      ...(stakeActs === null ? [] : [stakeActs]),
    ],
    onNode,
    onTask,
    onFatal,
  });
  const archive = new CaseArchive({ store, dataDir: config.dataDir, redaction, clock });
  return {
    ...{ config, address, node, store, money, chain, models, cases: archive, reader, clearance, gpu, engine, network },
    ...{ machine, keeper, resultsDir, logFile, log, networkClock, traffic, clock, random },
  };
}

/** A ledger protects the key it was written for. @throws WorkerError STORE_OTHER_KEY */
function bindKey(store: Store, address: Hex): void {
  const owner = store.settings.get('address');
  if (owner === null) store.settings.set('address', address);
  else if (owner !== address) {
    throw new WorkerError('STORE_OTHER_KEY', `the data directory belongs to ${owner}`, { owner, address });
  }
}
