/** Imported first by a utility process of the double: provides `process.parentPort` as Electron does. */
import { EventEmitter } from 'node:events';
import type { Crossing } from './utility-process.ts';

function send(crossing: Crossing): void {
  if (process.connected) process.send?.(crossing, undefined, undefined, () => {});
}

class CarriedPort extends EventEmitter {
  readonly #number: number;
  readonly #waiting: unknown[] = [];
  #started = false;

  constructor(number: number) {
    super();
    this.#number = number;
  }

  take(data: unknown): void {
    if (this.#started) this.emit('message', { data, ports: [] });
    else this.#waiting.push(data);
  }

  postMessage(data: unknown): void {
    send({ kind: 'port', port: this.#number, data });
  }

  start(): void {
    this.#started = true;
    for (const data of this.#waiting.splice(0)) this.emit('message', { data, ports: [] });
  }

  close(): void {
    if (ports.delete(this.#number)) send({ kind: 'close', port: this.#number });
    this.emit('close');
  }
}

const ports = new Map<number, CarriedPort>();
const parentPort = Object.assign(new EventEmitter(), {
  postMessage: (data: unknown) => send({ kind: 'message', data, ports: [] }),
});

process.on('message', (crossing: Crossing) => {
  if (crossing.kind === 'message') {
    const carried = crossing.ports.map((number) => {
      const port = new CarriedPort(number);
      ports.set(number, port);
      return port;
    });
    parentPort.emit('message', { data: crossing.data, ports: carried });
  } else if (crossing.kind === 'port') {
    ports.get(crossing.port)?.take(crossing.data);
  } else {
    const port = ports.get(crossing.port);
    ports.delete(crossing.port);
    port?.emit('close');
  }
});
// Electron's utility processes end with it.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

Object.assign(process, { parentPort });
