/** The program without a desktop: the host, and a server on loopback for its window and its command line. */
import type { NetworkMode } from '../contract/node-config.ts';
import type { AskPerson } from '../host/acts/act-desk.ts';
import { type HostApp, openHostApp } from '../host/app/host-app.ts';
import type { LeaseSource } from '../host/app/node-leases.ts';
import type { Clock } from '../protocol/ports.ts';
import { isWorkerError } from '../worker/kit/errors.ts';
import { systemClock } from '../worker/kit/system-clock.ts';
import { systemRandom } from '../worker/kit/system-random.ts';
import type { Log } from '../worker/log.ts';
import { HeadlessError } from './errors.ts';
import type { MetricsListener, MetricsServer, ProgramPhase } from './metrics/metrics-server.ts';
import { removeAddress, writeAddress } from './rpc/address-file.ts';
import { readStaticFiles } from './web/static-files.ts';
import { type LiveWindow, startWebServer, type WebServer } from './web/web-server.ts';

export interface ProgramOptions {
  readonly dataDir: string;
  /** Of the server; 0 = any free one. */
  readonly port: number;
  /** Folder of the built window; null = none is served. */
  readonly windowDir: string | null;
  /** In its place, for those who work on the window. */
  readonly liveWindow?: LiveWindow;
  readonly log: Log;
  /** Who has the tasks of the network on this machine; left out, a relay. */
  readonly localMode?: NetworkMode;
  /** For what a page may not do alone; left out, nobody says yes. */
  readonly ask?: AskPerson;
  /** Where a lease is taken for each key; left out, none is. */
  readonly lease?: LeaseSource;
  /** Left out, the system's. */
  readonly clock?: Clock;
  /** Where Prometheus and health checks are answered; left out or null, nowhere. */
  readonly metrics?: MetricsListener | null;
}

export interface Program {
  readonly app: HostApp;
  readonly port: number;
  /** A new address of the window; it works once. Null: none is served. */
  windowAddress(): string | null;
  /** Of the metrics; null: none are served. */
  readonly metricsAddress: string | null;
  /** Every node that is to start has been started: from now on the program is as ready as its nodes are. */
  opened(): void;
  /** Nodes end after their current tasks, for which they have `graceMs`. Safe to call twice. */
  close(graceMs?: number): Promise<void>;
}

const FEATURES = { notifications: false, startAtLogin: false, tray: false, updates: false, folders: false };

/** @throws HeadlessError HEADLESS_ALREADY_RUNNING, HEADLESS_NO_WINDOW, HEADLESS_PORT_IN_USE, HEADLESS_METRICS_OPEN; HostError; WorkerError. Nothing then stays open. */
export async function openProgram({
  dataDir,
  port,
  windowDir,
  liveWindow,
  log,
  ask,
  clock,
  metrics = null,
  lease,
  localMode = 'relay',
}: ProgramOptions): Promise<Program> {
  const files = liveWindow ?? (windowDir === null ? null : readStaticFiles(windowDir));
  const given = {
    ...(ask === undefined ? {} : { ask }),
    ...(clock === undefined ? {} : { clock }),
    ...(lease === undefined ? {} : { lease }),
  };
  const app = await openHostApp({ dataDir, shell: 'headless', features: FEATURES, log, localMode, ...given }).catch(
    (cause: unknown) => {
      if (!isWorkerError(cause, 'STORE_IN_USE')) throw cause;
      throw new HeadlessError('HEADLESS_ALREADY_RUNNING', cause.message, { ...cause.data, dataDir }, { cause });
    },
  );
  let server: WebServer | undefined;
  let watched: MetricsServer | undefined;
  let phase: ProgramPhase = 'starting';
  try {
    server = await startWebServer({
      port,
      files,
      random: systemRandom,
      access: app.parts.access,
      serveHost: (port, caller) => app.serve(port, caller),
      nodePort: app.nodePort,
    });
    const { close: closeServer, ...open } = server;
    if (metrics !== null) {
      // Its library is loaded by whoever wants it.
      const { startMetricsServer } = await import('./metrics/metrics-server.ts');
      watched = await startMetricsServer({ ...metrics, app, clock: clock ?? systemClock, phase: () => phase });
    }
    writeAddress(dataDir, { pid: process.pid, port: open.port, token: open.commandLineToken });
    let closing: Promise<void> | undefined;
    return {
      app,
      port: open.port,
      windowAddress: () => (files === null ? null : open.address()),
      metricsAddress: watched?.address ?? null,
      opened() {
        if (phase === 'starting') phase = 'open';
      },
      close(graceMs) {
        phase = 'ending';
        // The window goes on showing what happens until the last node has stopped.
        closing ??= app.close(graceMs).finally(async () => {
          removeAddress(dataDir);
          await Promise.all([watched?.close(), closeServer()]);
        });
        return closing;
      },
    };
  } catch (error) {
    await Promise.all([watched?.close(), server?.close()]);
    await app.close();
    throw error;
  }
}
