/** Starts supervised engines in separate folders, and waits for events instead of time. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineConfig } from '../../../contract/node-config.ts';
import { systemClock } from '../../kit/system-clock.ts';
import type { Engine, EngineJob, EngineState } from '../engine.ts';
import type { EngineLog } from '../log.ts';
import type { EngineSupervisorOptions } from '../supervisor.ts';
import { createEngineSupervisor } from '../supervisor.ts';
import { programFile } from './program-file.ts';

const FAKE_ENGINE = programFile(fileURLToPath(new URL('./fake-engine.ts', import.meta.url)));

export function fakeEngine(...args: string[]): EngineConfig {
  return { kind: 'program', command: process.execPath, args: [FAKE_ENGINE, ...args], env: {} };
}

export interface FakeEvent {
  readonly event: string;
  readonly [key: string]: unknown;
}

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly data: object;
}

export interface EngineHarness {
  readonly engine: Engine;
  readonly folder: string;
  readonly states: readonly EngineState[];
  readonly entries: readonly LogEntry[];
  /** What the fake engine has reported so far. */
  eventsOf(event: string): FakeEvent[];
  /** The next or an earlier line; `nth` counts from 1. */
  waitForEvent(event: string, nth?: number): Promise<FakeEvent>;
  waitForLog(code: string): Promise<LogEntry>;
  /** The next state of a kind, or the present one. */
  state<Kind extends EngineState['kind']>(kind: Kind): Promise<Extract<EngineState, { kind: Kind }>>;
  job(id: string, args: object, more?: Partial<EngineJob>): Promise<EngineJob>;
  close(): Promise<void>;
}

export async function createHarness(
  config: EngineConfig,
  options: Partial<EngineSupervisorOptions> & { folder?: string } = {},
): Promise<EngineHarness> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'engine-')));
  const entries: LogEntry[] = [];
  const states: EngineState[] = [];
  const checks = new Set<() => void>();
  const recheck = () => {
    for (const check of [...checks]) check();
  };
  const write = (level: LogEntry['level']) => (data: object, message: string) => {
    entries.push({ level, message, data });
    recheck();
  };
  const log: EngineLog = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const engine = createEngineSupervisor({
    config,
    engineDir: join(folder, 'engine'),
    modelsDir: join(folder, 'models'),
    resultsDir: join(folder, 'results'),
    gpuUuids: [],
    relayUrl: 'http://127.0.0.1:9',
    patchLocksDir: join(folder, 'patch-turns'),
    clock: systemClock,
    log,
    ...options,
  });
  engine.onState((state) => {
    states.push(state);
    recheck();
  });

  const eventually = <Value>(look: () => Value | undefined): Promise<Value> =>
    new Promise((resolve) => {
      const check = () => {
        const value = look();
        if (value === undefined) return;
        checks.delete(check);
        resolve(value);
      };
      checks.add(check);
      check();
    });
  const eventsOf = (event: string): FakeEvent[] =>
    entries
      .filter(({ message }) => message === 'engine output')
      .map(({ data }) => (data as { line: string }).line)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as FakeEvent)
      .filter((line) => line.event === event);

  return {
    engine,
    folder,
    states,
    entries,
    eventsOf,
    waitForEvent: (event, nth = 1) => eventually(() => eventsOf(event)[nth - 1]),
    waitForLog: (code) => eventually(() => entries.find(({ data }) => JSON.stringify(data).includes(`"${code}"`))),
    state: <Kind extends EngineState['kind']>(kind: Kind) =>
      eventually(() => {
        const state = engine.state();
        return state.kind === kind ? (state as Extract<EngineState, { kind: Kind }>) : undefined;
      }),
    async job(id, args, more = {}) {
      const outputDir = join(folder, 'results', id);
      await mkdir(outputDir, { recursive: true });
      return {
        commitment: `0x${id.padStart(64, '0')}`,
        type: 'Llm',
        models: [],
        taskArgs: JSON.stringify(args),
        outputDir,
        timeLeftMs: () => Number.MAX_SAFE_INTEGER,
        ...more,
      };
    },
    async close() {
      await engine.stop();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
