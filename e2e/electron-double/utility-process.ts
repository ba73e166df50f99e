/** utilityProcess: a child process whose `process.parentPort` uses Node's own channel. */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NODE } from './identity.ts';
import type { DoublePort } from './message-ports.ts';

/** What crosses the channel: a message with the numbers of its ports, or a message on one of them. */
export type Crossing =
  | { readonly kind: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'close'; readonly port: number };

const BOOT = fileURLToPath(new URL('./boot-utility.ts', import.meta.url));
const ASAR = new URL('./asar.ts', import.meta.url).href;

class UtilityProcess extends EventEmitter {
  readonly stdout = null;
  readonly stderr: ChildProcess['stderr'];
  readonly #child: ChildProcess;
  readonly #ports = new Map<number, DoublePort>();
  #next = 1;

  constructor(entry: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    super();
    this.#child = fork(BOOT, [entry, ...args], {
      env,
      execPath: NODE,
      // Passed on to threads, so that they can read archives too.
      execArgv: ['--disable-warning=ExperimentalWarning', '--import', ASAR],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.stderr = this.#child.stderr;
    this.#child.on('message', (crossing: Crossing) => this.#take(crossing));
    this.#child.once('spawn', () => this.emit('spawn'));
    this.#child.once('exit', (code) => this.emit('exit', code ?? 0));
  }

  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  postMessage(data: unknown, ports: readonly DoublePort[] = []): void {
    const numbers = ports.map((port) => this.#carry(port));
    this.#send({ kind: 'message', data, ports: numbers });
  }

  kill(): boolean {
    return this.#child.kill();
  }

  #carry(port: DoublePort): number {
    const number = this.#next++;
    this.#ports.set(number, port);
    port.on('message', ({ data }) => this.#send({ kind: 'port', port: number, data }));
    port.once('close', () => {
      if (this.#ports.delete(number)) this.#send({ kind: 'close', port: number });
    });
    port.start();
    this.#child.once('exit', () => port.close());
    return number;
  }

  #take(crossing: Crossing): void {
    if (crossing.kind === 'message') {
      this.emit('message', crossing.data);
    } else if (crossing.kind === 'port') {
      this.#ports.get(crossing.port)?.postMessage(crossing.data);
    } else {
      const port = this.#ports.get(crossing.port);
      this.#ports.delete(crossing.port);
      port?.close();
    }
  }

  #send(crossing: Crossing): void {
    if (this.#child.connected) this.#child.send(crossing, () => {});
  }
}

export const utilityProcess = {
  fork(entry: string, args: readonly string[] = [], options: { readonly env?: NodeJS.ProcessEnv } = {}) {
    return new UtilityProcess(entry, args, options.env ?? process.env);
  },
};
