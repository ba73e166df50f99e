import type { SupervisorPort } from './run-worker.ts';

/** The IPC channel of a forked process. Disconnection, SIGTERM and SIGINT all mean: end in an orderly way. */
export function processPort(): SupervisorPort {
  return {
    pid: process.pid,
    send: (message) =>
      new Promise((resolve) => {
        if (process.send === undefined || !process.connected) resolve();
        else process.send(message, undefined, undefined, () => resolve());
      }),
    onMessage: (listener) => void process.on('message', listener),
    onEnd: (listener) => {
      process.on('disconnect', listener);
      process.on('SIGTERM', listener);
      process.on('SIGINT', listener);
    },
  };
}
