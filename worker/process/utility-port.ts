/**
 * The channel of a worker that Electron started (utilityProcess). Windows pass in their own ports; each becomes one
 * more numbered connection, so that the worker deals with only one kind.
 */
import type { FromWorker } from '../../contract/worker-channel.ts';
import type { SupervisorPort } from './run-worker.ts';

/** The parts of Electron's MessagePortMain and ParentPort that are used here. */
export interface PortMain {
  on(event: 'message', listener: (event: { readonly data: unknown; readonly ports: readonly PortMain[] }) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

export type ParentPort = Pick<PortMain, 'on' | 'postMessage'>;

/** Higher than any number that the supervisor assigns. */
const FIRST_DIRECT_CONNECTION = 2 ** 40;

function isPort(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'port';
}

export function utilityPort(parent: ParentPort, signals: Pick<NodeJS.Process, 'on' | 'pid'>): SupervisorPort {
  const direct = new Map<number, PortMain>();
  let next = FIRST_DIRECT_CONNECTION;
  let deliver = (_message: unknown): void => {};

  function acceptPort(port: PortMain): void {
    const connection = next++;
    direct.set(connection, port);
    const ended = (why = ''): void => {
      if (direct.delete(connection)) deliver({ type: 'rpc', connection, event: 'close', frame: why });
    };
    port.once('close', () => ended());
    // Only pages get their own ports; the program's own parts use the supervisor's channel.
    deliver({ type: 'rpc', connection, event: 'open', frame: '', caller: 'page' });
    port.on('message', ({ data }) => {
      if (typeof data === 'string') deliver({ type: 'rpc', connection, event: 'frame', frame: data });
      else {
        ended('RPC_BAD_FRAME');
        port.close();
      }
    });
    port.start();
  }

  function sendDirect(message: Extract<FromWorker, { type: 'rpc' }>): boolean {
    const port = direct.get(message.connection);
    if (port === undefined) return message.connection >= FIRST_DIRECT_CONNECTION;
    if (message.event === 'frame') {
      port.postMessage(message.frame);
    } else {
      direct.delete(message.connection);
      port.close();
    }
    return true;
  }

  return {
    pid: signals.pid,
    send(message) {
      if (message.type !== 'rpc' || !sendDirect(message)) parent.postMessage(message);
      return Promise.resolve();
    },
    onMessage(listener) {
      deliver = listener;
      parent.on('message', ({ data, ports }) => {
        const port = ports[0];
        if (isPort(data) && port !== undefined) acceptPort(port);
        else listener(data);
      });
    },
    onEnd(listener) {
      // Electron ends a utility process with its parent through SIGTERM; there is no other sign.
      signals.on('SIGTERM', listener);
      signals.on('SIGINT', listener);
    },
  };
}
