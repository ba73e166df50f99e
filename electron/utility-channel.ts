/** A worker program in an Electron utility process, as the channel that its supervisor needs. */
import { type MessagePortMain, utilityProcess } from 'electron';
import type { SupervisedChannel } from '../host/supervisor/supervised-node.ts';

export interface UtilityChannel extends SupervisedChannel {
  /** Gives the worker a port of a window; from then on, the two talk directly. */
  handOver(port: MessagePortMain): void;
}

export interface UtilityOptions {
  readonly entry: string;
  /** Shown in the system's process list. */
  readonly title: string;
  /** What the process writes to its standard output and error. */
  readonly onOutput: (text: string) => void;
}

export function forkUtility({ entry, title, onOutput }: UtilityOptions): UtilityChannel {
  const child = utilityProcess.fork(entry, [], { serviceName: title, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr?.on('data', (chunk: Buffer) => onOutput(chunk.toString('utf8')));
  let alive = true;
  child.once('exit', () => {
    alive = false;
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      if (alive) child.postMessage(message);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', (code) => listener({ code, signal: null })),
    end: () => void child.kill(),
    kill() {
      // Electron only sends a request to end; a process that ignores it is killed by its id.
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
    },
    handOver: (port) => {
      if (alive) child.postMessage({ type: 'port' }, [port]);
      else port.close();
    },
  };
}
