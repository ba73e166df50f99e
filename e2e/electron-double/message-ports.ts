/** MessageChannelMain and its ports, inside one process. */
import { EventEmitter } from 'node:events';

export class DoublePort extends EventEmitter {
  peer: DoublePort | null = null;
  #waiting: { readonly data: unknown; readonly ports: readonly DoublePort[] }[] = [];
  #started = false;
  #closed = false;

  postMessage(data: unknown, ports: readonly DoublePort[] = []): void {
    const { peer } = this;
    if (this.#closed || peer === null) return;
    queueMicrotask(() => peer.#take({ data: structuredClone(data), ports }));
  }

  start(): void {
    this.#started = true;
    for (const message of this.#waiting.splice(0)) this.emit('message', message);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    queueMicrotask(() => this.emit('close'));
    this.peer?.close();
  }

  #take(message: { readonly data: unknown; readonly ports: readonly DoublePort[] }): void {
    if (this.#closed) return;
    if (this.#started) this.emit('message', message);
    else this.#waiting.push(message);
  }
}

export class MessageChannelMain {
  readonly port1 = new DoublePort();
  readonly port2 = new DoublePort();

  constructor() {
    this.port1.peer = this.port2;
    this.port2.peer = this.port1;
  }
}
