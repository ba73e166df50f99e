/** The engine of a node: programs that speak the official worker's protocol, one per role. RELAY_PROTOCOL 9. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLevel } from '../../contract/logs.ts';
import type { EngineConfig } from '../../contract/node-config.ts';
import { OUTSIDE } from '../../platform/outside.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { EngineJobFrame, EngineModel, EngineRole } from '../../protocol/engine/messages.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { TASK_TYPE } from '../../protocol/tasks/status.ts';
import type { ExecutorMode } from './confinement.ts';
import type { Engine, EngineJob, EngineOutcome, EngineState } from './engine.ts';
import { engineProgram } from './engine-program.ts';
import type { EngineServer } from './engine-server.ts';
import { startEngineServer } from './engine-server.ts';
import type { EngineTiming } from './engine-timing.ts';
import { ENGINE_TIMING } from './engine-timing.ts';
import { engineEnvironment } from './environment.ts';
import { EngineError } from './errors.ts';
import type { EngineLog } from './log.ts';
import { PatchLock } from './official/patch-lock.ts';
import { endOrphan } from './process/pid-file.ts';
import { RoleSupervisor } from './role-supervisor.ts';

export interface EngineSupervisorOptions {
  readonly config: EngineConfig;
  /** PID files and logs of the engine programs; created if missing. */
  readonly engineDir: string;
  readonly modelsDir: string;
  readonly resultsDir: string;
  /** Cards that the engine is confined to; empty = no NVIDIA cards. */
  readonly gpuUuids: readonly string[];
  /** Default: models are not sharded over the cards. */
  readonly executorMode?: ExecutorMode;
  readonly relayUrl: string;
  readonly clock: Clock;
  readonly log: EngineLog;
  readonly logLevel?: LogLevel;
  readonly timing?: Partial<EngineTiming>;
  /** Where this user's nodes agree on which of them lets an installation patch itself. */
  readonly patchLocksDir?: string;
  /** Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

type ReadyState = Extract<EngineState, { kind: 'ready' }>;

export function createEngineSupervisor(options: EngineSupervisorOptions): Engine {
  return new EngineSupervisor(options);
}

class EngineSupervisor implements Engine {
  readonly #options: EngineSupervisorOptions;
  readonly #listeners = new Set<(state: EngineState) => void>();
  #server: EngineServer | null = null;
  #inference: RoleSupervisor | null = null;
  #download: RoleSupervisor | null = null;
  #starting: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  #downloads = 0;
  readonly #patchLock: PatchLock | null;

  constructor(options: EngineSupervisorOptions) {
    this.#options = options;
    const { cwd, patchUrl } = engineProgram(options.config, options.modelsDir);
    this.#patchLock =
      cwd === null || patchUrl === ''
        ? null
        : new PatchLock({
            installation: cwd,
            folder: options.patchLocksDir ?? join(SYSTEM.folders.state, 'patch-turns'),
            log: options.log,
          });
  }

  /** The inference engine's: downloads do not affect the node's readiness. */
  state(): EngineState {
    return this.#inference?.state ?? { kind: 'stopped' };
  }

  onState(listener: (state: EngineState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends orphans of an earlier run, then starts the inference engine. @throws EngineError ENGINE_ILLEGAL_STATE */
  start(): Promise<void> {
    if (this.#starting !== null || this.#stopping !== null) {
      return Promise.reject(new EngineError('ENGINE_ILLEGAL_STATE', 'the engine was started before'));
    }
    this.#starting = this.#begin();
    return this.#starting;
  }

  ready(signal: AbortSignal): Promise<ReadyState> {
    const now = this.state();
    if (now.kind === 'ready') return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        unsubscribe();
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = () => end(() => reject(signal.reason));
      const unsubscribe = this.onState((state) => {
        if (state.kind === 'ready') end(() => resolve(state));
        else if (this.#stopping !== null) end(() => reject(stoppedError()));
      });
      if (signal.aborted) onAbort();
      else if (this.#stopping !== null) end(() => reject(stoppedError()));
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  async execute(job: EngineJob): Promise<EngineOutcome> {
    if (this.#inference === null) throw new EngineError('ENGINE_ILLEGAL_STATE', 'the engine has not been started');
    const id = job.commitment.replace(/^0x/, '');
    const frame: EngineJobFrame = {
      task: {
        task_name: 'inference',
        task_type: TASK_TYPE[job.type],
        task_id: id,
        models: [...job.models],
        task_args: job.taskArgs,
        output_dir: job.outputDir,
      },
    };
    return await this.#inference.execute({ id, frame: JSON.stringify(frame), timeLeftMs: () => job.timeLeftMs() });
  }

  async download(model: EngineModel, type: TaskType, signal: AbortSignal): Promise<EngineOutcome> {
    signal.throwIfAborted();
    const engine = this.#downloadEngine();
    const id = `download:${++this.#downloads}:${model.id}`;
    const frame: EngineJobFrame = {
      task: { task_name: 'download', task_type: TASK_TYPE[type], task_id: id, model },
    };
    // The protocol has no cancellation: the process that has the job is ended.
    return await engine.execute({ id, frame: JSON.stringify(frame), timeLeftMs: null, signal });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #begin(): Promise<void> {
    const { engineDir, resultsDir, clock, log } = this.#options;
    await mkdir(engineDir, { recursive: true });
    await mkdir(resultsDir, { recursive: true });
    for (const role of ['inference', 'download'] as const) await endOrphan({ file: this.#pidFile(role), clock, log });
    this.#server = await startEngineServer();
    this.#inference = this.#supervise('inference', this.#server);
    this.#inference.start();
  }

  async #end(): Promise<void> {
    if (this.#inference === null) await this.#starting?.catch(() => {});
    await Promise.all([this.#inference?.stop(), this.#download?.stop()]);
    this.#patchLock?.release();
    await this.#server?.close();
    if (this.#inference === null) this.#announce({ kind: 'stopped' });
  }

  #downloadEngine(): RoleSupervisor {
    if (this.#server === null || this.#stopping !== null) {
      throw new EngineError('ENGINE_ILLEGAL_STATE', 'the engine is not running');
    }
    if (this.#download === null) {
      this.#download = this.#supervise('download', this.#server);
      this.#download.start();
    }
    return this.#download;
  }

  #supervise(role: EngineRole, server: EngineServer): RoleSupervisor {
    const { config, engineDir, modelsDir, resultsDir, gpuUuids, relayUrl, clock, log, logLevel, timing } = this.#options;
    const program = engineProgram(config, modelsDir);
    return new RoleSupervisor({
      role,
      server,
      cwd: program.cwd ?? engineDir,
      ...(config.kind === 'embedded' ? { check: () => OUTSIDE.check('node', 'program') } : {}),
      pidFile: this.#pidFile(role),
      clock,
      log,
      timing: { ...ENGINE_TIMING, ...timing },
      command: ({ url: nodeUrl, emptyPatchesUrl }) => ({
        command: program.command,
        args: program.args,
        env: engineEnvironment({
          role,
          nodeUrl,
          relayUrl,
          engineDir,
          resultsDir,
          gpuUuids,
          executorMode: this.#options.executorMode ?? 'device_map',
          modelsDir: program.modelsDir,
          patches:
            this.#patchLock?.take() === true
              ? { kind: 'from', url: program.patchUrl }
              : { kind: 'none', emptyListUrl: emptyPatchesUrl },
          logLevel: logLevel ?? 'info',
          extra: program.env,
          inherited: this.#options.environment ?? process.env,
          system: SYSTEM,
        }),
      }),
      onState: (state) => {
        if (role === 'inference') this.#announce(state);
      },
      // RELAY_PROTOCOL 9.4: when an engine has patched itself, its downloader must follow.
      onVersionChange: () => {
        if (role === 'inference') this.#download?.restart('the inference engine has another version');
      },
    });
  }

  #pidFile(role: EngineRole): string {
    return join(this.#options.engineDir, `${role}-engine.json`);
  }

  #announce(state: EngineState): void {
    for (const listener of [...this.#listeners]) listener(state);
  }
}

function stoppedError(): EngineError {
  return new EngineError('ENGINE_STOPPED', 'the engine was stopped');
}
