/** A program for tests: without a desktop, and with node processes that do nothing but live. */
import type { ToWorkerInput } from '../../contract/worker-channel.ts';
import { type HostApp, type HostAppOptions, openHostApp } from '../app/host-app.ts';
import type { SupervisedChannel } from '../supervisor/supervised-node.ts';

const noop = () => {};

export function openTestHost(
  options: Pick<HostAppOptions, 'dataDir' | 'openWorker'> & Partial<HostAppOptions>,
): Promise<HostApp> {
  return openHostApp({
    shell: 'headless',
    features: { notifications: false, startAtLogin: false, tray: false, updates: false, folders: false },
    log: { debug: noop, info: noop, warn: noop, error: noop },
    ...options,
  });
}

interface IdleWorkerOptions {
  readonly onSent: (message: ToWorkerInput, exit: () => void) => void;
  /** Default: exits at once. */
  readonly onEnd?: (exit: () => void) => void;
  readonly onKill?: (exit: () => void) => void;
}

/** Reports that it is alive; the test decides how it ends. */
export function idleWorker({
  onSent,
  onEnd = (exit) => exit(),
  onKill = (exit) => exit(),
}: IdleWorkerOptions): SupervisedChannel {
  const exits: ((exit: { code: number; signal: null }) => void)[] = [];
  const exit = () => queueMicrotask(() => exits.forEach((listener) => void listener({ code: 0, signal: null })));
  return {
    pid: 1,
    send: (message) => onSent(message, exit),
    onMessage: (listener) => queueMicrotask(() => listener({ type: 'alive', pid: 1 })),
    onExit: (listener) => void exits.push(listener),
    end: () => onEnd(exit),
    kill: () => onKill(exit),
  };
}

/** Records what it is told, and ends when told to. */
export function recordingWorker(received: ToWorkerInput[]): SupervisedChannel {
  return idleWorker({
    onSent(message, exit) {
      received.push(message);
      if (message.type === 'stop') exit();
    },
  });
}
