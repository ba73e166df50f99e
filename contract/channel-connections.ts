/** Numbered connections of the RPC contract inside the single channel between a supervisor and its worker process. */
import type { Caller } from './acts.ts';
import type { RpcPort } from './rpc-port.ts';
import type { FromWorker, ToWorker } from './worker-channel.ts';

export type RpcToWorker = Extract<ToWorker, { type: 'rpc' }>;
export type RpcFromWorker = Extract<FromWorker, { type: 'rpc' }>;

/** One end of a numbered connection. */
class Connection implements RpcPort {
  readonly #frames: ((frame: string) => void)[] = [];
  readonly #closes: ((why?: string) => void)[] = [];
  readonly #send: (event: 'frame' | 'close', frame: string) => void;
  #closed = false;

  constructor(send: (event: 'frame' | 'close', frame: string) => void) {
    this.#send = send;
  }

  post(frame: string): void {
    if (!this.#closed) this.#send('frame', frame);
  }

  onFrame(listener: (frame: string) => void): void {
    this.#frames.push(listener);
  }

  onClose(listener: (why?: string) => void): void {
    this.#closes.push(listener);
  }

  close(why = ''): void {
    if (this.#closed) return;
    this.#send('close', why);
    this.markClosed(why);
  }

  deliver(frame: string): void {
    if (!this.#closed) for (const listener of this.#frames) listener(frame);
  }

  markClosed(why = ''): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#closes) {
      if (why === '') listener();
      else listener(why);
    }
  }
}

/** The supervisor's side, which opens connections. */
export class ChannelConnections {
  readonly #send: (message: RpcToWorker) => void;
  readonly #open = new Map<number, Connection>();
  #next = 1;

  constructor(send: (message: RpcToWorker) => void) {
    this.#send = send;
  }

  /** @param caller who will use it */
  open(caller: Caller = 'page'): RpcPort {
    const connection = this.#next++;
    const port = new Connection((event, frame) => this.#send({ type: 'rpc', connection, event, frame, caller }));
    port.onClose(() => this.#open.delete(connection));
    this.#open.set(connection, port);
    this.#send({ type: 'rpc', connection, event: 'open', frame: '', caller });
    return port;
  }

  receive({ connection, event, frame }: RpcFromWorker): void {
    const port = this.#open.get(connection);
    if (event === 'frame') port?.deliver(frame);
    else port?.markClosed(frame);
  }

  closeAll(): void {
    for (const port of [...this.#open.values()]) port.markClosed();
  }
}

/** The worker's side, which serves the opened connections. */
export class ChannelServer {
  readonly #send: (message: RpcFromWorker) => void;
  readonly #serve: (port: RpcPort, caller: Caller) => void;
  readonly #open = new Map<number, Connection>();

  constructor(options: {
    readonly send: (message: RpcFromWorker) => void;
    readonly serve: (port: RpcPort, caller: Caller) => void;
  }) {
    this.#send = options.send;
    this.#serve = options.serve;
  }

  receive({ connection, event, frame, caller }: RpcToWorker): void {
    if (event === 'open') {
      this.#accept(connection, caller);
      return;
    }
    const port = this.#open.get(connection);
    if (event === 'frame') port?.deliver(frame);
    else port?.markClosed(frame);
  }

  /** Also notifies the other side. */
  closeAll(): void {
    for (const port of [...this.#open.values()]) port.close();
  }

  #accept(connection: number, caller: Caller): void {
    // A number that is in use is not opened again: its frames would go to two servers.
    if (this.#open.has(connection)) return;
    const port = new Connection((event, frame) => this.#send({ type: 'rpc', connection, event, frame }));
    port.onClose(() => this.#open.delete(connection));
    this.#open.set(connection, port);
    this.#serve(port, caller);
  }
}
