/** The program without a desktop: the host, and a server on loopback for its window and its command line. */
import type { NetworkMode } from '../contract/node-config.ts';
import type { AskPerson } from '../host/acts/pending-acts.ts';
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
  /** Port of the server; 0 = any free port. */
  readonly port: number;
  /** Folder of the built window; null = no window is served. */
  readonly windowDir: string | null;
  /** Served instead of the built window, for development. */
  readonly liveWindow?: LiveWindow;
  readonly log: Log;
  /** Where the tasks of the local network are; default: a relay. */
  readonly localMode?: NetworkMode;
  /** Confirms what a page may not do on its own; by default everything of the kind is refused. */
  readonly ask?: AskPerson;
  /** Where to take a lease for each key; by default none is taken. */
  readonly lease?: LeaseSource;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Where to serve Prometheus and health checks; by default nowhere. */
  readonly metrics?: MetricsListener | null;
}

export interface Program {
  readonly app: HostApp;
  readonly port: number;
  /** A new address of the window; it works once. Null = no window is served. */
  windowAddress(): string | null;
  /** Address of the metrics; null = none are served. */
  readonly metricsAddress: string | null;
  /** Call once all initial nodes have been started: from then on, the program is as ready as its nodes are. */
  opened(): void;
  /** Stops nodes after their current tasks, for which they have `graceMs`. Can be called twice. */
  close(graceMs?: number): Promise<void>;
}

const FEATURES = { notifications: false, startAtLogin: false, tray: false, updates: false, folders: false };

/**
 * @throws HeadlessError HEADLESS_ALREADY_RUNNING, HEADLESS_NO_WINDOW, HEADLESS_PORT_IN_USE, HEADLESS_METRICS_OPEN;
 * HostError; WorkerError. Nothing stays open in that case.
 */
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
      // Loaded only if metrics are served.
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
        // Keeps the window working until the last node has stopped.
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
