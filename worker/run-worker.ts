/**
 * The composition root of a worker process: opens what a node needs, in order, each with its way back; speaks
 * contract/worker-channel.ts with whoever supervises it.
 */
import { join } from 'node:path';
import type { NodeConfig } from '../contract/node-config.ts';
import { type FromWorker, type ToWorker, toWorkerSchema } from '../contract/worker-channel.ts';
import { type SerialisedError, serialiseError } from '../protocol/errors.ts';
import { type Hex, isHex } from '../protocol/hex.ts';
import type { Clock } from '../protocol/ports.ts';
import type { Engine } from './engines/engine.ts';
import type { EngineSupervisorOptions } from './engines/supervisor.ts';
import { WorkerError } from './errors.ts';
import { openNodeGpu } from './gpu/node-gpu.ts';
import { createLog, type Log, redactor } from './log.ts';
import type { Reach } from './loop/points.ts';
import { NetworkClock } from './networks/network-clock.ts';
import type { RelayNetworkOptions } from './networks/relay/relay-network.ts';
import type { TaskNetwork } from './networks/task-network.ts';
import { assertEngineAccepted } from './node/engine-acceptance.ts';
import { Node } from './node/node.ts';
import { openStore, type Store } from './store/store.ts';

/** The private channel to the supervisor. */
export interface SupervisorPort {
  /** Resolves when the message has left the process, or never can. */
  send(message: FromWorker): Promise<void>;
  onMessage(listener: (message: unknown) => void): void;
  /** The supervisor is gone, or the operating system asks to end. */
  onEnd(listener: () => void): void;
  readonly pid: number;
}

export interface WorkerParts {
  readonly clock: Clock;
  readonly createEngine: (options: EngineSupervisorOptions) => Engine;
  readonly createNetwork: (options: RelayNetworkOptions) => TaskNetwork;
  readonly reach: Reach;
  readonly exit: (code: number) => void;
}

/** After the supervisor is gone, a node may still tell the network that it leaves; no longer than this. */
const LAST_WORDS_MS = 3_000;

export function runWorker(port: SupervisorPort, parts: WorkerParts): void {
  new WorkerProcess(port, parts).listen();
}

class WorkerProcess {
  readonly #port: SupervisorPort;
  readonly #parts: WorkerParts;
  /** Undone in reverse order. */
  readonly #shutdown: (() => void | Promise<void>)[] = [];
  /** Opening takes a moment: the cards are read. */
  #starting: Promise<void> | null = null;
  #node: Node | null = null;
  #log: Log | null = null;
  #redact: (text: string) => string = (text) => text;
  #failed = false;
  #ended = false;

  constructor(port: SupervisorPort, parts: WorkerParts) {
    this.#port = port;
    this.#parts = parts;
  }

  listen(): void {
    this.#port.onMessage((message) => void this.#take(message).catch((error: unknown) => this.#fail(error)));
    this.#port.onEnd(() => void this.#leave().catch((error: unknown) => this.#fail(error)));
    void this.#port.send({ type: 'alive', pid: this.#port.pid });
  }

  async #take(raw: unknown): Promise<void> {
    const parsed = toWorkerSchema.safeParse(raw);
    if (!parsed.success) return this.#refuse(parsed.error.issues[0]?.path.join('.') ?? '', parsed.error.issues[0]?.message);
    try {
      await this.#obey(parsed.data);
    } catch (error) {
      // A command that came at the wrong time changes nothing.
      if (this.#node === null || !(error instanceof WorkerError)) throw error;
      this.#log?.warn({ err: error, command: parsed.data.type }, 'a command was refused');
    }
  }

  /** Never echoes the message: it may hold the key. */
  #refuse(field: string, why = 'invalid'): void {
    const error = new WorkerError('WORKER_BAD_MESSAGE', `message: ${field}: ${why}`, { field });
    if (this.#node === null) throw error;
    this.#log?.warn({ err: error }, 'a message was refused');
  }

  async #obey(message: ToWorker): Promise<void> {
    if (message.type === 'start') {
      const first = this.#starting === null;
      this.#starting ??= this.#start(message.config, message.privateKey as Hex);
      await this.#starting;
      if (!first) throw new WorkerError('WORKER_ALREADY_STARTED', 'the worker runs already');
      return;
    }
    if (this.#node === null && message.type === 'stop') return this.#close(0);
    await this.#starting;
    if (this.#ended) return;
    if (this.#node === null) {
      throw new WorkerError('WORKER_BAD_MESSAGE', `${message.type} before start`, { field: 'type' });
    }
    switch (message.type) {
      case 'pause':
        return this.#node.pause();
      case 'resume':
        return this.#node.resume();
      case 'selfTest':
        return this.#node.selfTest(message.order);
      case 'stop':
        await this.#node.stop({ quitNetwork: message.quitNetwork });
        return this.#close(0);
      case 'tasks': {
        const before = message.before !== null && isHex(message.before, 32) ? message.before : null;
        const tasks = this.#node.tasks({ limit: message.limit, before });
        await this.#port.send({ type: 'tasks', id: message.id, tasks });
      }
    }
  }

  async #start(config: NodeConfig, privateKey: Hex): Promise<void> {
    const node = await this.#open(config, privateKey);
    if (this.#ended || node === null) return;
    this.#node = node;
    node.start();
  }

  /** Null = the process has been told to end meanwhile. */
  async #open(config: NodeConfig, privateKey: Hex): Promise<Node | null> {
    const { clock, createEngine, createNetwork, reach } = this.#parts;
    this.#redact = redactor([privateKey]);
    const log = createLog({ level: config.logLevel, secrets: [privateKey] });
    this.#log = log;
    const engineAccepted = assertEngineAccepted(config);
    const store = openStore(config.dataDir, clock.now());
    this.#shutdown.push(() => store.close());
    const networkClock = new NetworkClock(clock);
    const network = createNetwork({ relayUrl: config.network.relayUrl, privateKey, clock: networkClock });
    this.#shutdown.push(() => network.close());
    bindKey(store, network.address);
    const resultsDir = join(config.dataDir, 'results');
    // Law 6: the card that is reported is the one object whose UUIDs confine the engine.
    const cards = await openNodeGpu({ config, clock, log });
    if (this.#ended) {
      cards.close();
      return null;
    }
    this.#shutdown.push(() => cards.close());
    const { gpu, executorMode } = cards;
    const engine = createEngine({
      config: config.engine,
      engineDir: join(config.dataDir, 'engine'),
      modelsDir: modelsDir(config),
      gpuUuids: gpu.uuids,
      executorMode,
      relayUrl: config.network.relayUrl,
      resultsDir,
      clock,
      log,
      logLevel: config.logLevel,
    });
    this.#shutdown.push(() => engine.stop());
    return new Node({
      config,
      guard: cards.guard(engine),
      context: { store, network, engine, engineAccepted, gpu, resultsDir, networkClock, clock, reach, log },
      onNode: (node) => void this.#port.send({ type: 'node', node }),
      onTask: (task, revision) => void this.#port.send({ type: 'task', revision, task }),
      onFatal: (error) => this.#fail(error),
    });
  }

  /** Nobody supervises any more: an orderly end that waits for no task. */
  async #leave(): Promise<void> {
    const node = this.#node;
    if (node === null) return this.#close(0);
    const stopped = node.stop({ quitNetwork: false });
    const waiting = new AbortController();
    const hurry = this.#parts.clock.sleep(LAST_WORDS_MS, waiting.signal).then(
      () => node.stopNow(),
      () => {},
    );
    await stopped;
    waiting.abort();
    await hurry;
    return this.#close(0);
  }

  #fail(error: unknown): void {
    if (this.#failed || this.#ended) return;
    this.#failed = true;
    this.#log?.error({ err: error }, 'the worker ends');
    const fatal = this.#sayable(serialiseError(error));
    void this.#port.send({ type: 'fatal', error: fatal }).then(() => this.#close(1));
  }

  /** What leaves the process never holds the key. */
  #sayable({ code, message, data }: SerialisedError): Extract<FromWorker, { type: 'fatal' }>['error'] {
    return { code, message: this.#redact(message), data: JSON.parse(this.#redact(JSON.stringify(data))) };
  }

  async #close(code: number): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    for (const undo of this.#shutdown.reverse()) {
      try {
        await undo();
      } catch (error) {
        this.#log?.warn({ err: error }, 'something did not close');
      }
    }
    await this.#port.send({ type: 'stopped' });
    this.#parts.exit(code);
  }
}

/** A ledger protects the key it was written for. @throws WorkerError STORE_OTHER_KEY */
function bindKey(store: Store, address: Hex): void {
  const owner = store.settings.get('address');
  if (owner === null) store.settings.set('address', address);
  else if (owner !== address) {
    throw new WorkerError('STORE_OTHER_KEY', `the data directory belongs to ${owner}`, { owner, address });
  }
}

function modelsDir({ dataDir, models }: NodeConfig): string {
  return models.directory ?? join(dataDir, 'models');
}
