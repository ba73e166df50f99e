/** One run of an engine program: its process, and its connection if there is one. RELAY_PROTOCOL 9.2, 9.3. */
import { randomUUID } from 'node:crypto';
import type { EngineHello, EngineResult, EngineRole } from '../../protocol/engine/messages.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { EngineConnection } from './engine-connection.ts';
import { serveEngineConnection } from './engine-connection.ts';
import type { EngineEndpoint, EngineServer } from './engine-server.ts';
import type { EngineTiming } from './engine-timing.ts';
import type { EngineLog } from './log.ts';
import type { EngineCommand, EngineExit, EngineProcess } from './process/engine-process.ts';
import { startEngineProcess } from './process/engine-process.ts';
import { removePidFile, writePidFile } from './process/pid-file.ts';

export interface EngineLifeOptions {
  readonly role: EngineRole;
  readonly server: EngineServer;
  readonly command: (endpoint: EngineEndpoint) => EngineCommand;
  readonly cwd: string;
  readonly pidFile: string;
  readonly clock: Clock;
  readonly timing: EngineTiming;
  readonly log: EngineLog;
}

export interface EngineLifeEvents {
  /** The program said hello. `replaced`: on a second connection while the first was open. */
  onReady(hello: EngineHello, replaced: boolean): void;
  /** The connection is gone, but the program is not: it may reconnect. */
  onLost(): void;
  /** @throws EngineError ENGINE_BAD_MESSAGE for an unsolicited result; the connection is dropped. */
  onResult(result: EngineResult): void;
  /** A job is with the engine: it needs no keep-alive. */
  isBusy(): boolean;
}

/** Why we end a run; `planned`: it is not a failure of the program. */
export interface EngineEnding {
  readonly reason: string;
  readonly planned: boolean;
}

export class EngineLife {
  /** New for each process start. */
  readonly lifetime = randomUUID();
  /** IDs of the jobs it was given; none of them is given to it again (law 3). */
  readonly givenJobIds = new Set<string>();
  readonly exited: Promise<EngineExit>;
  readonly #options: EngineLifeOptions;
  readonly #events: EngineLifeEvents;
  readonly #process: EngineProcess;
  readonly #over = new AbortController();
  #connection: EngineConnection | null = null;
  #ending: EngineEnding | null = null;
  #hellos = 0;

  constructor(options: EngineLifeOptions, events: EngineLifeEvents) {
    this.#options = options;
    this.#events = events;
    const { server, role, log, command, cwd, clock, timing } = options;
    const endpoint = server.open((socket) => {
      serveEngineConnection({ socket, role, log, events: this.#connectionEvents() });
      // Not ready before it is recorded: an engine that nobody knows of could not be ended if this process were killed.
      socket.pause();
      void recorded.then(() => socket.resume());
    });
    this.#process = startEngineProcess({
      program: command(endpoint),
      cwd,
      clock,
      graceMs: timing.stopGraceMs,
      onLine: (line) => log.debug({ role, line }, 'engine output'),
    });
    void this.#expectHello();
    const recorded = this.#record();
    this.exited = recorded.then(() => this.#untilExit(() => endpoint.close()));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Set once we end it: from then on, nothing is sent to it, and its messages are ignored. */
  get ending(): EngineEnding | null {
    return this.#ending;
  }

  get connected(): boolean {
    return this.#connection !== null && this.#ending === null;
  }

  send(frame: string): void {
    this.#connection?.send(frame);
  }

  /** The first reason counts. `exited` resolves when it has ended. */
  end(ending: EngineEnding): void {
    this.#ending ??= ending;
    this.#over.abort();
    this.#connection?.drop();
    void this.#process.terminate();
  }

  /** Never rejects. */
  async #record(): Promise<void> {
    const { pidFile, log, role } = this.#options;
    try {
      if (this.#process.pid !== undefined) await writePidFile(pidFile, this.#process.pid);
    } catch (error) {
      log.warn({ role, reason: String(error) }, 'the engine process could not be recorded');
    }
  }

  async #untilExit(closeEndpoint: () => void): Promise<EngineExit> {
    const exit = await this.#process.exited;
    this.#over.abort();
    closeEndpoint();
    this.#connection?.drop();
    removePidFile(this.#options.pidFile);
    return exit;
  }

  #connectionEvents() {
    return {
      onHello: (connection: EngineConnection, hello: EngineHello) => {
        if (this.#over.signal.aborted) return connection.drop();
        const replaced = this.#connection;
        this.#connection = connection;
        this.#hellos += 1;
        replaced?.drop();
        this.#events.onReady(hello, replaced !== null);
        void this.#keepAlive(connection);
      },
      onResult: (connection: EngineConnection, result: EngineResult) => {
        if (this.#connection === connection && this.#ending === null) this.#events.onResult(result);
      },
      onClose: (connection: EngineConnection) => {
        if (this.#connection !== connection) return;
        this.#connection = null;
        if (this.#over.signal.aborted) return;
        this.#events.onLost();
        void this.#expectHello();
      },
    };
  }

  /** Alive is not ready: a program that does not connect in time is ended. */
  async #expectHello(): Promise<void> {
    const { clock, timing } = this.#options;
    const hellos = this.#hellos;
    try {
      await clock.sleep(timing.connectTimeoutMs, this.#over.signal);
    } catch {
      return;
    }
    if (this.#hellos === hellos) this.end({ reason: 'no connection in time', planned: false });
  }

  /**
   * Sends an empty frame per second while the engine is idle, and a ping that it must answer: a stopped or hanging
   * process keeps its connection open. Counts beats instead of time, so that no engine is ended because the machine
   * slept.
   */
  async #keepAlive(connection: EngineConnection): Promise<void> {
    const { clock, timing } = this.#options;
    const patience = Math.ceil(timing.silenceMs / timing.keepAliveMs);
    let unanswered = 0;
    let heard = connection.receivedCount;
    try {
      for (;;) {
        await clock.sleep(timing.keepAliveMs, this.#over.signal);
        if (this.#connection !== connection) return;
        const isBusy = this.#events.isBusy();
        unanswered = isBusy || connection.receivedCount !== heard ? 0 : unanswered + 1;
        heard = connection.receivedCount;
        if (unanswered >= patience) return this.end({ reason: 'no sign of life in time', planned: false });
        if (isBusy) continue;
        connection.send('');
        connection.ping();
      }
    } catch {
      return;
    }
  }
}
