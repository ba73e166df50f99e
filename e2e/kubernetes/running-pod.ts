/** One pod on a machine: its container from the volumes to the last signal, its probes and hooks, and its status. */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { request } from 'undici';
import { elapsedMs, monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Api } from './api.ts';
import type { ContainerImage } from './image.ts';
import type { Container, Pod, Probe } from './pod-schema.ts';
import { type RunningContainer, startContainer } from './sandbox.ts';
import { environmentOf, expandVariables, makeVolumes, sourceOf } from './volumes.ts';
import { workersBelow } from './workers.ts';

export interface PodOptions {
  readonly api: Api;
  /** The API's port for pods, on 127.0.0.1. */
  readonly apiPort: number;
  readonly clock: Clock;
  readonly pod: Pod;
  readonly image: ContainerImage;
  /** Folder of this pod on this machine; deleted with it. */
  readonly folder: string;
  readonly logFile: string;
  /** An address of loopback. */
  readonly ip: string;
  readonly hostIp: string;
  readonly onEvent: (event: PodEvent) => void;
}

export type PodEvent =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'exited'; readonly code: number; readonly restarts: number; readonly tookMs?: number }
  | { readonly kind: 'failed'; readonly message: string }
  /** The preStop hook has finished. */
  | { readonly kind: 'drained'; readonly code: number | null; readonly said: string; readonly tookMs: number }
  | { readonly kind: 'killed' };

export interface RunningPod {
  /** In the API's format. */
  status(): object;
  /** Number of node processes in it. */
  workers(): number;
  readonly revision: number;
  /** Hook, SIGTERM, and SIGKILL after the grace period. Resolves when nothing of it is running. */
  terminate(graceSeconds: number): Promise<void>;
  /** Kills it at once, like a power failure. */
  kill(): Promise<void>;
}

const BACKOFF_MS = 2_000;

export function runPod(options: PodOptions): RunningPod {
  const { api, apiPort, clock, pod, image, folder, logFile, ip, hostIp, onEvent } = options;
  const [container] = pod.spec.containers as [Container];
  const startedAt = new Date(clock.now()).toISOString();
  const ending = new AbortController();
  let running: RunningContainer | null = null;
  let state: object = { waiting: { reason: 'ContainerCreating' } };
  let isStarted = false;
  let isReady = false;
  let restarts = 0;
  let revision = 0;

  function change(next: { readonly state?: object; readonly started?: boolean; readonly ready?: boolean }): void {
    if (next.ready === true && !isReady) onEvent({ kind: 'ready' });
    state = next.state ?? state;
    isStarted = next.started ?? isStarted;
    isReady = next.ready ?? isReady;
    revision += 1;
  }

  async function start(): Promise<RunningContainer> {
    const volumes = await makeVolumes({ api, pod, folder });
    const env = environmentOf(pod, container, ip);
    const { runAsUser = pod.spec.securityContext.runAsUser ?? image.user } = container.securityContext;
    const started = await startContainer({
      image: image.program,
      argv: [...(container.command ?? image.entrypoint), ...container.args].map((text) => expandVariables(text, env)),
      env: new Map([...image.env, ...serviceEnv(apiPort), ...env]),
      binds: container.volumeMounts.map((mount) => ({
        from: sourceOf(mount, volumes, env),
        to: mount.mountPath,
        readOnly: mount.readOnly,
      })),
      user: runAsUser,
      group: pod.spec.securityContext.runAsGroup ?? runAsUser,
      hostname: pod.spec.hostname ?? pod.metadata.name,
      logFile,
    });
    onEvent({ kind: 'started', pid: started.pid });
    return started;
  }

  async function live(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        running = await start();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        onEvent({ kind: 'failed', message });
        change({ state: { waiting: { reason: 'CreateContainerError', message } } });
        await clock.sleep(BACKOFF_MS, ending.signal).catch(() => {});
        continue;
      }
      change({ state: { running: { startedAt } }, started: container.startupProbe === undefined });
      const probing = new AbortController();
      const probed = probeAll(running, AbortSignal.any([probing.signal, ending.signal]));
      const code = await running.ended;
      probing.abort();
      await probed;
      running = null;
      if (ending.signal.aborted) return;
      restarts += 1;
      onEvent({ kind: 'exited', code, restarts });
      change({ state: { waiting: { reason: 'CrashLoopBackOff' } }, started: false, ready: false });
      await clock.sleep(BACKOFF_MS * restarts, ending.signal).catch(() => {});
    }
  }

  async function probeAll(of: RunningContainer, signal: AbortSignal): Promise<void> {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    if (startupProbe !== undefined) {
      const holds = await watch(startupProbe, signal, (isHealthy) => isHealthy);
      if (signal.aborted) return;
      if (!holds) return of.signal('SIGKILL');
      change({ started: true });
    }
    if (readinessProbe === undefined) change({ ready: true });
    await Promise.all([
      readinessProbe === undefined
        ? undefined
        : watch(readinessProbe, signal, (isHealthy) => {
            if (isHealthy !== isReady) change({ ready: isHealthy });
            return false;
          }),
      livenessProbe === undefined
        ? undefined
        : watch(livenessProbe, signal, (isHealthy) => {
            // If it is not alive, it is ended like a pod and started again.
            if (!isHealthy) of.signal('SIGTERM');
            return !isHealthy;
          }),
    ]);
  }

  /**
   * Probes until `done`, which is called with each change after the thresholds; false = it failed for good, or the
   * signal came.
   */
  async function watch(probe: Probe, signal: AbortSignal, done: (isHealthy: boolean) => boolean): Promise<boolean> {
    let successes = 0;
    let failures = 0;
    await clock.sleep(probe.initialDelaySeconds * 1_000, signal).catch(() => {});
    while (!signal.aborted) {
      const isHealthy = await ask(probe);
      successes = isHealthy ? successes + 1 : 0;
      failures = isHealthy ? 0 : failures + 1;
      if (successes >= probe.successThreshold && done(true)) return true;
      if (failures >= probe.failureThreshold) {
        if (done(false)) return true;
        if (probe === container.startupProbe) return false;
      }
      await clock.sleep(probe.periodSeconds * 1_000, signal).catch(() => {});
    }
    return false;
  }

  async function ask({ httpGet, timeoutSeconds }: Probe): Promise<boolean> {
    const port = container.ports.find(({ name }) => name === httpGet.port)?.containerPort ?? httpGet.port;
    try {
      // The pod's address is on loopback, where the program accepts no other host name.
      const headers = { host: 'localhost' };
      const answer = await request(`http://${ip}:${port}${httpGet.path}`, {
        headers,
        signal: AbortSignal.timeout(timeoutSeconds * 1_000),
      });
      await answer.body.dump();
      return answer.statusCode >= 200 && answer.statusCode < 400;
    } catch {
      return false;
    }
  }

  const living = live();
  return {
    status() {
      const condition = (type: string, holds: boolean) => ({ type, status: holds ? 'True' : 'False' });
      return {
        phase: 'Running',
        ...{ podIP: ip, podIPs: [{ ip }], hostIP: hostIp, hostIPs: [{ ip: hostIp }], startTime: startedAt },
        conditions: [
          condition('PodScheduled', true),
          condition('PodReadyToStartContainers', true),
          condition('Initialized', true),
          condition('ContainersReady', isReady),
          condition('Ready', isReady),
        ],
        containerStatuses: [
          {
            ...{ name: container.name, image: container.image, imageID: 'local', ready: isReady, started: isStarted },
            ...{ restartCount: restarts, state, containerID: `local://${pod.metadata.uid}/${restarts}` },
          },
        ],
      };
    },
    workers: () => (running === null ? 0 : workersBelow(running.pid)),
    get revision() {
      return revision;
    },
    async terminate(graceSeconds) {
      const deadline = AbortSignal.timeout(graceSeconds * 1_000);
      ending.abort();
      change({ ready: false });
      const hook = container.lifecycle?.preStop.exec.command;
      if (running !== null && hook !== undefined) {
        const began = monotonicNow(clock);
        const { code, said } = await running.exec(hook, deadline);
        onEvent({ kind: 'drained', code, said, tookMs: elapsedMs(began, monotonicNow(clock)) });
      }
      const last = running;
      if (last !== null) {
        const began = monotonicNow(clock);
        last.signal('SIGTERM');
        const killLate = () => {
          onEvent({ kind: 'killed' });
          last.signal('SIGKILL');
        };
        if (deadline.aborted) killLate();
        else deadline.addEventListener('abort', killLate, { once: true });
        const code = await last.ended;
        deadline.removeEventListener('abort', killLate);
        onEvent({ kind: 'exited', code, restarts, tookMs: elapsedMs(began, monotonicNow(clock)) });
      }
      await living;
      rmSync(folder, { recursive: true, force: true });
    },
    async kill() {
      ending.abort();
      running?.signal('SIGKILL');
      await living;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How a program in a pod finds the API; a real kubelet sets these. */
function serviceEnv(port: number): Map<string, string> {
  return new Map([
    ['KUBERNETES_SERVICE_HOST', '127.0.0.1'],
    ['KUBERNETES_SERVICE_PORT', String(port)],
    ['KUBERNETES_SERVICE_PORT_HTTPS', String(port)],
  ]);
}

/** The folder for the pods of a machine. */
export function podFolder(machineFolder: string, pod: Pod): string {
  const folder = path.join(machineFolder, pod.metadata.uid);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
