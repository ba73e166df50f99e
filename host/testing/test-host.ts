/** A program in a test: without a desktop, and with processes of nodes that do nothing but live. */
import type { ToWorkerInput } from '../../contract/worker-channel.ts';
import { type HostApp, type HostAppOptions, openHostApp } from '../app/host-app.ts';
import type { SupervisedChannel } from '../supervisor/supervised-channel.ts';

const silent = () => {};

export function openTestHost(
  options: Pick<HostAppOptions, 'dataDir' | 'openWorker'> & Partial<HostAppOptions>,
): Promise<HostApp> {
  return openHostApp({
    shell: 'headless',
    features: { notifications: false, startAtLogin: false, tray: false, updates: false, folders: false },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    ...options,
  });
}

interface IdleWorkerOptions {
  readonly onSent: (message: ToWorkerInput, exit: () => void) => void;
  /** Left out, it is gone. */
  readonly onEnd?: (exit: () => void) => void;
  readonly onKill?: (exit: () => void) => void;
}

/** Says that it is alive; how it ends is the test's. */
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

/** Keeps what it is told, and ends when it is told to. */
export function recordingWorker(told: ToWorkerInput[]): SupervisedChannel {
  return idleWorker({
    onSent(message, exit) {
      told.push(message);
      if (message.type === 'stop') exit();
    },
  });
}
