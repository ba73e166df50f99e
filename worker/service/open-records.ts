/** Serves a node's contract from its records while its process is not running (contract/records.ts). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Caller } from '../../contract/acts.ts';
import type { StakeView } from '../../contract/money-acts.ts';
import type { NetworkMode } from '../../contract/node-config.ts';
import { RECORD_PROCEDURES } from '../../contract/records.ts';
import type { Retention } from '../../contract/retention.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';
import { createRpcServer } from '../../contract/rpc-server.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { readEnergy } from '../gpu/energy-store.ts';
import { GPU_FILE } from '../gpu/gpu-database.ts';
import { WorkerError } from '../kit/errors.ts';
import type { Redaction } from '../kit/redaction.ts';
import type { ModelsView } from '../models/views.ts';
import { Ledger } from '../money/ledger/ledger.ts';
import { accountsOf, type MoneyParts } from '../money/money.ts';
import { createMoneyService } from '../money/money-service.ts';
import { MoneyRecords } from '../money/records/money-records.ts';
import { rulesOf } from '../networks/network-rules.ts';
import { Housekeeper, type HousekeeperOptions } from '../store/housekeeper.ts';
import { openStoreForReading } from '../store/read-store.ts';
import type { Store } from '../store/store.ts';
import { CaseArchive } from '../trust/case-archive.ts';
import type { Subscribe } from './feed.ts';
import { MetricsService } from './metrics-service.ts';
import type { ServiceParts } from './parts.ts';
import { createNodeRouter, type RouterOptions } from './router.ts';
import { TaskService } from './task-service.ts';
import { TrustService } from './trust-service.ts';

export interface RecordsOptions {
  /** This node's own directory; absolute. */
  readonly dataDir: string;
  readonly retention: Retention;
  /** Whether its tasks and accounts are on a relay or on a chain. */
  readonly mode: NetworkMode;
  /** Reads the stake from the chain, without the key. @throws MoneyError MONEY_UNSUPPORTED, ChainError */
  readonly readStake: () => Promise<StakeView>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: HousekeeperOptions['log'];
  /** For bundles. */
  readonly redaction: Redaction;
  /** The models that are on record now. @throws as {@link openStoreForReading} */
  readonly readModels: () => ModelsView;
}

export interface Records {
  serve(port: RpcPort, caller: Caller): void;
  /** Closes every connection first. */
  close(): void;
}

/** @throws those of {@link openStoreForReading} */
export function openRecords(options: RecordsOptions): Records {
  const { log } = options;
  const store = openStoreForReading(options.dataDir);
  const parts = createRecordParts(store, options);
  const router = createNodeRouter({
    parts,
    views: { subscribe: noUpdates },
    tasks: new TaskService(parts),
    trust: createRecordedTrust(parts),
    streams: {},
    consentOf: () => undefined,
  });
  const onUnexpected = (error: unknown) => log.error({ err: error }, 'the records of a node could not be read');
  const server = createRpcServer(router, onUnexpected, undefined, assertOnRecord);
  const ports = new Set<RpcPort>();
  return {
    serve(port, caller) {
      ports.add(port);
      port.onClose(() => ports.delete(port));
      server.serve(port, caller);
    },
    close() {
      for (const port of [...ports]) port.close();
      store.close();
    },
  };
}

/** Read on each request; only a running node changes them. */
function createRecordedModels(read: () => ModelsView): ServiceParts['models'] {
  return {
    subscribe(listener) {
      listener({ kind: 'snapshot', revision: 0, ...read() });
      return () => {};
    },
    ask: () => Promise.reject(notRunning('a change of the models')),
  };
}

/** A node that is not running publishes no updates. */
const noUpdates: Subscribe<NodeView> = () => () => {};

function assertOnRecord(path: string): void {
  if (!RECORD_PROCEDURES.has(path)) throw notRunning(path);
}

function notRunning(what: string): WorkerError {
  return new WorkerError('NODE_NOT_RUNNING', `${what} needs the running node`, { what });
}

/**
 * Replaces a part that only a running node has, except for what is `known`. No procedure that is served here uses the
 * rest.
 */
function createAbsentPart<Part extends object>(known: Partial<Part> = {}): Part {
  return new Proxy(known as Part, {
    get: (part, name) => {
      if (Object.hasOwn(part, name)) return Reflect.get(part, name);
      throw notRunning(String(name));
    },
  });
}

/** The file may be missing, or of any age: without it, nothing was measured. */
function readRecordedEnergy(dataDir: string, span: { fromMs: number; toMs: number }) {
  const file = join(dataDir, GPU_FILE);
  if (!existsSync(file)) return [];
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return readEnergy(database, span);
  } finally {
    database.close();
  }
}

/** Quality of service as last read. The reasons for having no tasks need the running node. */
function createRecordedTrust(parts: ServiceParts): RouterOptions['trust'] {
  const service = new TrustService(parts);
  return {
    exportCase: (id) => service.exportCase(id),
    protection: () => service.protection(),
    noTasks: () => Promise.reject(notRunning('the reasons')),
    async qos() {
      const qos = parts.store.settings.get('lastQos');
      if (qos === null) throw notRunning('the quality of service');
      return qos;
    },
  };
}

function createRecordParts(store: Store, options: RecordsOptions): ServiceParts {
  const { dataDir, retention, mode, readStake, readModels, clock, random, log, redaction } = options;
  const resultsDir = join(dataDir, 'results');
  const money: MoneyParts = {
    mode,
    ledger: new Ledger(store.db),
    records: new MoneyRecords(store.db),
    sync: createAbsentPart(),
    reconciler: createAbsentPart(),
    withdrawals: createAbsentPart(),
    account: { ...createAbsentPart<MoneyParts['account']>(), emissionEstimate: () => Promise.reject(notRunning('the estimate')) },
    chain: null,
    nodeInfo: () => Promise.reject(notRunning('the node object')),
    lastReport: () => null,
    nowMs: () => clock.now(),
    clock,
    random,
  };
  const keeper = new Housekeeper({ store, resultsDir, retention, clock, log });
  return {
    ...{ store, dataDir, resultsDir, clearance: createAbsentPart<ServiceParts['clearance']>(), networkClock: clock, random },
    models: createRecordedModels(readModels),
    node: createAbsentPart(),
    reader: createAbsentPart<ServiceParts['reader']>({ rules: rulesOf(mode) }),
    gpu: createAbsentPart<ServiceParts['gpu']>({ energy: (span) => readRecordedEnergy(dataDir, span) }),
    cases: new CaseArchive({ store, dataDir, redaction, clock }),
    keeper,
    metrics: new MetricsService({ store, ledger: money.ledger, accounts: accountsOf(mode), keeper, clock, process: null }),
    ledger: money.ledger,
    money: { ...createMoneyService(money), stake: readStake },
  };
}
