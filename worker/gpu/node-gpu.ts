/**
 * The cards of one node, from its configuration to one object that is reported and isolates the engine (law 6):
 * selected cards are read from this machine, claimed against other profiles, and watched.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { GpuCard } from '../../contract/gpu.ts';
import type { NodeConfig, NvidiaGpuConfig } from '../../contract/node-config.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Engine } from '../engines/engine.ts';
import type { Log } from '../log.ts';
import { type DerivedGpu, deriveGpu, type GptExecutor, type NodeMachine } from './assignment.ts';
import { CardGuard } from './card-guard.ts';
import { claimGpus, type GpuClaim } from './claims.ts';
import { gpuError, problemError } from './errors.ts';
import { openGpuDatabase } from './gpu-database.ts';
import { assertReportedGpu, type ReportedGpu, reportedGpu } from './isolation.ts';
import { NvidiaSmi, nvidiaSmiCommands } from './nvidia-smi.ts';
import { ownProcesses } from './own-processes.ts';
import { nodePlatform, platformFacts } from './platform.ts';
import { SystemProcessRunner } from './process-runner.ts';
import { SelfTestStore } from './self-test-store.ts';
import { TelemetryStore } from './telemetry-store.ts';

export interface NodeGpu {
  /** Law 6: reported at join, and what the engine is confined to. */
  readonly gpu: ReportedGpu;
  readonly executorMode: DerivedGpu['executorMode'];
  /** Watches the cards of the node that this engine belongs to; undefined for cards that are only stated. */
  guard(engine: Engine): CardGuard | undefined;
  /** Gives the cards back; the end of the process does the same. */
  close(): void;
}

export interface NodeGpuOptions {
  readonly config: NodeConfig;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * @throws GpuError GPU_TAKEN, GPU_REPORT_MISMATCH, GPU_UNKNOWN_CARD, GPU_NOT_IDENTICAL, GPU_BAD_SELECTION, what makes a
 * card unusable, or why nvidia-smi did not answer. Then nothing stays claimed.
 */
export async function openNodeGpu(options: NodeGpuOptions): Promise<NodeGpu> {
  const { config, clock } = options;
  const { gpu } = config;
  if (gpu.kind !== 'nvidia' && (gpu.uuids.length === 0 || config.engine.kind === 'program')) return statedGpu(gpu);
  if (config.engine.kind === 'embedded' && config.engine.device === 'cpu') {
    throw gpuError('GPU_REPORT_MISMATCH', 'The engine is set to use the processor.');
  }
  const nvidia = nvidiaSmi(gpu.kind === 'nvidia' ? gpu.nvidiaSmi : undefined, clock);
  const probe = await nvidia.probe();
  if (probe.kind !== 'found') throw problemError(probe.problem, { uuids: [...gpu.uuids] });
  const machine = { cards: probe.cards, platform: thisPlatform(), executor: executorOf(config) };
  const derived = gpu.kind === 'nvidia' ? selectedGpu(gpu, machine) : assertReportedGpu(gpu, machine);
  if (derived === null) throw gpuError('GPU_BAD_SELECTION', 'It is empty.');
  const claim = claimed(derived, options);
  const close = () => claim.release();
  const told = { gpu: reportedGpu(derived), executorMode: derived.executorMode };
  if (gpu.kind !== 'nvidia') return { ...told, guard: () => undefined, close };
  try {
    const watched = watch({ ...options, gpu, derived, nvidia, cards: probe.cards });
    return {
      ...told,
      guard: watched.guard,
      close: () => {
        watched.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Believed: the devnet's cards are made up. */
function statedGpu({ name, vramGib, uuids }: ReportedGpu): NodeGpu {
  const executorMode = name.includes(' TP+') ? 'tensor_parallel' : 'device_map';
  return { gpu: { name, vramGib, uuids }, executorMode, guard: () => undefined, close: () => {} };
}

/** @throws GpuError GPU_REPORT_MISMATCH when the cards are not what the host has confirmed, or what deriveGpu throws. */
function selectedGpu({ uuids, confirmed }: NvidiaGpuConfig, machine: NodeMachine): DerivedGpu | null {
  return confirmed === undefined ? deriveGpu({ ids: uuids }, machine) : assertReportedGpu({ ...confirmed, uuids }, machine);
}

function claimed({ uuids }: DerivedGpu, { config, clock }: NodeGpuOptions): GpuClaim {
  const { gpu, dataDir } = config;
  const outcome = claimGpus(uuids, {
    folder: (gpu.kind === 'nvidia' ? gpu.claimsDir : undefined) ?? join(dirname(dataDir), 'gpu-claims'),
    profile: basename(dataDir),
    pid: process.pid,
    nowMs: clock.now(),
  });
  if (outcome.kind === 'taken') throw problemError(outcome.problem, { uuids: [...uuids] });
  return outcome.claim;
}

interface Watch extends NodeGpuOptions {
  readonly gpu: NvidiaGpuConfig;
  readonly derived: DerivedGpu;
  readonly nvidia: NvidiaSmi;
  readonly cards: readonly GpuCard[];
}

function watch(options: Watch): Pick<NodeGpu, 'guard' | 'close'> {
  const { config, gpu, derived, nvidia, cards, clock, log } = options;
  const database = openGpuDatabase(join(config.dataDir, 'gpu.sqlite'));
  const store = new SelfTestStore(database);
  const selfTest = (engine: Engine, { modelId }: { readonly modelId: string }) => ({
    engine,
    engineKind: config.engine.kind,
    gpu: derived,
    driver: cards.find((card) => card.id === derived.uuids[0])?.driver ?? '',
    modelId,
    store,
    clock,
    workDir: join(config.dataDir, 'self-test'),
  });
  return {
    guard: (engine) =>
      new CardGuard({
        gpu: derived,
        config: gpu,
        firstSample: { atMs: clock.now(), cards },
        nvidia,
        telemetry: new TelemetryStore(database),
        selfTest: gpu.selfTest === null ? null : selfTest(engine, gpu.selfTest),
        ownProcesses,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        clock,
        log,
      }),
    close: () => database.close(),
  };
}

function nvidiaSmi(command: string | undefined, clock: Clock): NvidiaSmi {
  const commands = command === undefined ? nvidiaSmiCommands({ os: process.platform, env: process.env }) : [command];
  return new NvidiaSmi({ runner: new SystemProcessRunner({ clock }), commands });
}

/** The official worker's setting; our own engine never shards a model. */
function executorOf({ engine }: NodeConfig): GptExecutor {
  return engine.kind === 'embedded' ? 'device_map' : (engine.env.GPT_EXECUTOR ?? null);
}

function thisPlatform(): NodeMachine['platform'] {
  const readText = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null);
  return nodePlatform(platformFacts({ os: process.platform, env: process.env, exists: existsSync, readText }));
}
