/** A worker process: opens, runs and closes one node, as commanded over contract/worker-channel.ts. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { NodeQuestion } from '../../contract/act-questions.ts';
import { ChannelServer } from '../../contract/channel-connections.ts';
import type { NodeConfig } from '../../contract/node-config.ts';
import { type FromWorker, type ToWorker, toWorkerSchema } from '../../contract/worker-channel.ts';
import { type SerialisedError, serialiseError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import { WorkerError } from '../kit/errors.ts';
import { LogFile } from '../kit/log-file.ts';
import { redaction } from '../kit/redaction.ts';
import { createSigner } from '../kit/signer.ts';
import { userName } from '../kit/user-name.ts';
import { createLog, exactRedactor, type Log, redactor } from '../log.ts';
import type { Node } from '../node/node.ts';
import { type NodePorts, openNode } from '../node/open-node.ts';
import type { NodeService } from '../service/node-service.ts';
import { openNodeService } from '../service/open-service.ts';
import { LeaseTimer } from './lease-timer.ts';

/** The private channel to the supervisor. */
export interface SupervisorPort {
  /** Resolves when the message has left the process, or never can. */
  send(message: FromWorker): Promise<void>;
  onMessage(listener: (message: unknown) => void): void;
  /** The supervisor is gone, or the operating system asks this process to end. */
  onEnd(listener: () => void): void;
  readonly pid: number;
}

export interface WorkerParts extends NodePorts {
  readonly exit: (code: number) => void;
}

/** After the supervisor is gone, a node has this long to tell the network that it leaves. */
const LEAVE_TIMEOUT_MS = 3_000;

export function runWorker(port: SupervisorPort, parts: WorkerParts): void {
  new WorkerProcess(port, parts).listen();
}

class WorkerProcess {
  readonly #port: SupervisorPort;
  readonly #parts: WorkerParts;
  /** Undone in reverse order. */
  readonly #shutdown: (() => void | Promise<void>)[] = [];
  /** Opening takes a moment, because it reads the cards and the models. */
  #starting: Promise<void> | null = null;
  #node: Node | null = null;
  #service: NodeService | null = null;
  readonly #connections: ChannelServer;
  /** Resolves when the last frame of a connection has left the process. */
  #drained: Promise<void> = Promise.resolve();
  /** Resolvers of a person's answers, by question number. */
  readonly #answers = new Map<number, (allowed: boolean) => void>();
  #questions = 0;
  #log: Log | null = null;
  #redact: (text: string) => string = (text) => text;
  readonly #lease: LeaseTimer;
  /** Addresses of all keys that the program holds. */
  #ownAddresses: readonly Hex[] = [];
  #failed = false;
  #ended = false;

  constructor(port: SupervisorPort, parts: WorkerParts) {
    this.#port = port;
    this.#parts = parts;
    // At once, in the middle of anything: another process may start with the key.
    this.#lease = new LeaseTimer(parts.clock, () => {
      this.#log?.error({}, 'the lease of the key has expired, and the supervisor has not ended this process');
      parts.exit(1);
    });
    this.#connections = new ChannelServer({
      send: (message) => {
        this.#drained = port.send(message);
      },
      serve: (connection, caller) => (this.#service === null ? connection.close() : this.#service.serve(connection, caller)),
    });
  }

  listen(): void {
    this.#port.onMessage((message) => void this.#receive(message).catch((error: unknown) => this.#fail(error)));
    this.#port.onEnd(() => void this.#leave().catch((error: unknown) => this.#fail(error)));
    void this.#port.send({ type: 'alive', pid: this.#port.pid });
  }

  async #receive(raw: unknown): Promise<void> {
    const parsed = toWorkerSchema.safeParse(raw);
    if (!parsed.success) return this.#refuse(parsed.error.issues[0]?.path.join('.') ?? '', parsed.error.issues[0]?.message);
    try {
      await this.#execute(parsed.data);
    } catch (error) {
      // A command at the wrong time changes nothing.
      if (this.#node === null || !(error instanceof WorkerError)) throw error;
      this.#log?.warn({ err: error, command: parsed.data.type }, 'a command was refused');
    }
  }

  /** Never echoes the message, which may contain the key. */
  #refuse(field: string, why = 'invalid'): void {
    const error = new WorkerError('WORKER_BAD_MESSAGE', `message: ${field}: ${why}`, { field });
    if (this.#node === null) throw error;
    this.#log?.warn({ err: error }, 'a message was refused');
  }

  async #execute(message: ToWorker): Promise<void> {
    if (message.type === 'ownAddresses') {
      this.#ownAddresses = message.addresses;
      return;
    }
    if (message.type === 'lease') return this.#lease.renew(message.leftMs);
    if (message.type === 'start') {
      if (this.#starting === null) this.#ownAddresses = message.ownAddresses;
      if (message.leaseMs !== null) this.#lease.renew(message.leaseMs);
      const first = this.#starting === null;
      this.#starting ??= this.#start(message);
      await this.#starting;
      if (!first) throw new WorkerError('WORKER_ALREADY_STARTED', 'the worker is already running');
      return;
    }
    if (message.type === 'stop') {
      await this.#node?.stop({ quitNetwork: message.quitNetwork });
      return this.#close(0);
    }
    await this.#starting;
    if (this.#ended) return;
    if (message.type === 'answer') return this.#resolveAnswer(message.id, message.allowed);
    // Windows connect at any time: a connection that comes too early is closed, and the window tries again.
    this.#connections.receive(message);
  }

  /** A person's answer, through the supervisor; an ending process treats it as a no. */
  #ask(question: NodeQuestion): Promise<boolean> {
    const id = this.#questions++;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      void this.#port.send({ type: 'question', id, question });
    });
  }

  #resolveAnswer(id: number, allowed: boolean): void {
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    answer?.(allowed);
  }

  async #start(message: Extract<ToWorker, { type: 'start' }>): Promise<void> {
    const node = await this.#open(message);
    if (this.#ended) return;
    this.#node = node;
    node.start();
  }

  async #open({ config, privateKey, confirmedAlone }: Extract<ToWorker, { type: 'start' }>): Promise<Node> {
    const secrets = [privateKey, config.outbound.proxyPassword, config.outbound.hubToken ?? ''];
    this.#redact = redactor(secrets);
    const { log, logFile } = this.#openLog(config, secrets);
    this.#log = log;
    const parts = await openNode({
      ports: this.#parts,
      config,
      signer: createSigner(privateKey as Hex),
      redaction: redaction({ secrets, homeDir: homedir(), userName: userName() }),
      confirmedAlone,
      pid: this.#port.pid,
      log,
      logFile,
      onNode: (view) => {
        void this.#port.send({ type: 'node', node: view });
        this.#service?.nodeChanged(view);
      },
      onTask: (commitment) => this.#service?.taskChanged(commitment),
      onFatal: (error) => this.#fail(error),
      ownAddresses: () => this.#ownAddresses,
      onOpened: (undo) => void this.#shutdown.push(undo),
    });
    this.#service = openNodeService(parts, {
      withoutKey: exactRedactor(secrets),
      ask: (question) => this.#ask(question),
      drained: () => this.#drained,
    });
    this.#shutdown.push(() => this.#connections.closeAll());
    return parts.node;
  }

  #openLog({ dataDir, logLevel }: NodeConfig, secrets: readonly string[]): { readonly log: Log; readonly logFile: LogFile } {
    const logFile = new LogFile({ directory: join(dataDir, 'logs') });
    this.#shutdown.push(() => logFile.close());
    return {
      logFile,
      log: createLog({ level: logLevel, secrets, file: logFile }),
    };
  }

  /** The supervisor is gone: end in an orderly way without waiting for a task. */
  async #leave(): Promise<void> {
    const node = this.#node;
    if (node === null) return this.#close(0);
    const stopped = node.stop({ quitNetwork: false });
    const waiting = new AbortController();
    const timeout = this.#parts.clock.sleep(LEAVE_TIMEOUT_MS, waiting.signal).then(
      () => node.stopNow(),
      () => {},
    );
    await stopped;
    waiting.abort();
    await timeout;
    return this.#close(0);
  }

  #fail(error: unknown): void {
    if (this.#failed || this.#ended) return;
    this.#failed = true;
    this.#log?.error({ err: error }, 'the worker is ending');
    const fatal = this.#redactError(serialiseError(error));
    void this.#port.send({ type: 'fatal', error: fatal }).then(() => this.#close(1));
  }

  /** Data that leaves the process never contains the key. */
  #redactError({ code, message, data }: SerialisedError): Extract<FromWorker, { type: 'fatal' }>['error'] {
    return { code, message: this.#redact(message), data: JSON.parse(this.#redact(JSON.stringify(data))) };
  }

  async #close(code: number): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    for (const undo of this.#shutdown.reverse()) {
      try {
        await undo();
      } catch (error) {
        this.#log?.warn({ err: error }, 'a resource could not be closed');
      }
    }
    await this.#port.send({ type: 'stopped' });
    this.#parts.exit(code);
  }
}
