/**
 * The cards of one node, from its configuration to one object that is reported and isolates the engine (law 6):
 * selected cards are read from this machine, claimed against other profiles, and watched.
 */

import { basename, dirname, join } from 'node:path';
import type { CardEnergy, GpuCard, GpuHistoryPoint, GpuHistoryQuery } from '../../contract/gpu.ts';
import type { NodeConfig, NvidiaGpuConfig } from '../../contract/node-config.ts';
import { SYSTEM } from '../../platform/system.ts';
import { monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Engine } from '../engines/engine.ts';
import { SystemProcessRunner } from '../kit/process-runner.ts';
import type { Log } from '../log.ts';
import { type DerivedGpu, deriveGpu, type GptExecutor, type NodeMachine } from './assignment.ts';
import { CardGuard } from './card-guard.ts';
import { claimGpus, type GpuClaim } from './claims.ts';
import { type DiagnosedGpu, diagnosedByName, diagnosedGpu } from './diagnosed.ts';
import { EnergyStore, readEnergy } from './energy-store.ts';
import { gpuError, problemError } from './errors.ts';
import { GPU_FILE, openGpuDatabase } from './gpu-database.ts';
import { assertReportedGpu, type ReportedGpu, reportedGpu } from './isolation.ts';
import { assertMac, macProbe, namesMac } from './mac.ts';
import { machineNvidiaSmi, type NvidiaProbe } from './nvidia-smi.ts';
import { ownProcesses } from './own-processes.ts';
import { thisPlatform } from './platform.ts';
import { SelfTestStore } from './self-test-store.ts';
import { TelemetryStore } from './telemetry-store.ts';

export interface NodeGpu {
  /** Law 6: the object that is reported at join and that the engine is confined to; also how diagnostics name it. */
  readonly gpu: ReportedGpu & { readonly diagnosed: DiagnosedGpu };
  readonly executorMode: DerivedGpu['executorMode'];
  /** Watches the cards of this engine's node; undefined for stated cards. */
  guard(engine: Engine): CardGuard | undefined;
  /** Stored readings of the node's cards; empty for stated cards. */
  history(query: GpuHistoryQuery): GpuHistoryPoint[];
  /** Energy use of its cards, by UTC day. */
  energy(span: { fromMs: number; toMs: number }): CardEnergy[];
  /** Releases the cards; the end of the process does the same. */
  close(): void;
}

export interface NodeGpuOptions {
  readonly config: NodeConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** For tests; absent = this machine's. */
  readonly probe?: CardProbe;
}

/** Reads the cards that can be selected. */
interface CardProbe {
  probe(): Promise<NvidiaProbe>;
}

/**
 * @throws GpuError GPU_TAKEN, GPU_REPORT_MISMATCH, GPU_UNKNOWN_CARD, GPU_NOT_IDENTICAL, GPU_BAD_SELECTION, the code for
 * an unusable card, or why nvidia-smi did not answer. No claim remains then.
 */
export async function openNodeGpu(options: NodeGpuOptions): Promise<NodeGpu> {
  const { config, clock } = options;
  const { gpu } = config;
  if (gpu.kind !== 'nvidia' && (gpu.uuids.length === 0 || config.engine.kind === 'program')) {
    if (isMacGpu(config.engine.kind, gpu)) assertMac(gpu, cardsFrom(await macProbe(clock).probe()));
    else assertStatedCardsAllowed(config);
    return statedGpu(gpu);
  }
  if (config.engine.kind === 'embedded' && config.engine.device === 'cpu') {
    throw gpuError('GPU_REPORT_MISMATCH', 'The engine is set to use the processor.');
  }
  const command = gpu.kind === 'nvidia' ? gpu.nvidiaSmi : undefined;
  const probe = options.probe ?? machineProbe(clock, command);
  const cards = cardsFrom(await probe.probe());
  const machine = { cards, platform: thisPlatform(), executor: executorOf(config) };
  const derived = gpu.kind === 'nvidia' ? selectedGpu(gpu, machine) : assertReportedGpu(gpu, machine);
  if (derived === null) throw gpuError('GPU_BAD_SELECTION', 'It is empty.');
  const claim = claimCards(derived, options);
  const close = () => claim.release();
  const reported = {
    gpu: { ...reportedGpu(derived), diagnosed: diagnosedGpu(derived) },
    executorMode: derived.executorMode,
  };
  if (gpu.kind !== 'nvidia') return { ...reported, guard: () => undefined, history: () => [], energy: () => [], close };
  try {
    const watched = watchCards({ ...options, gpu, derived, probe, cards });
    return {
      ...reported,
      guard: watched.guard,
      history: watched.history,
      energy: watched.energy,
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

/** Believed, if {@link assertStatedCardsAllowed} allows it: the devnet's cards are invented. */
function statedGpu({ name, vramGib, uuids }: ReportedGpu): NodeGpu {
  const executorMode = name.includes(' TP+') ? 'tensor_parallel' : 'device_map';
  const gpu = { name, vramGib, uuids, diagnosed: diagnosedByName({ name, vramGib }) };
  return { gpu, executorMode, guard: () => undefined, history: () => [], energy: () => [], close: () => {} };
}

/**
 * Law 6: a network of official engines has only real cards, and a card that was compared with nothing could be
 * anything.
 * @throws GpuError GPU_REPORT_MISMATCH
 */
function assertStatedCardsAllowed({ network }: NodeConfig): void {
  if (network.acceptedEngines.some((engine) => engine !== 'official')) return;
  throw gpuError('GPU_REPORT_MISMATCH', `${network.title} accepts no card that is only stated; choose one by its UUID.`);
}

/** A Mac's GPU cannot be selected by UUID, but it can be compared. The official worker always uses it there. */
function isMacGpu(engine: NodeConfig['engine']['kind'], gpu: ReportedGpu): boolean {
  return SYSTEM.cards.unified && engine !== 'program' && (engine === 'official' || namesMac(gpu));
}

/** A Mac has no nvidia-smi. */
function machineProbe(clock: Clock, command: string | undefined): CardProbe {
  if (SYSTEM.cards.unified) return macProbe(clock);
  return machineNvidiaSmi({ command, runner: new SystemProcessRunner({ clock }) });
}

/** @throws GpuError why the cards could not be read */
function cardsFrom(probe: NvidiaProbe): readonly GpuCard[] {
  if (probe.kind !== 'found') throw problemError(probe.problem);
  return probe.cards;
}

/** @throws GpuError GPU_REPORT_MISMATCH if the cards are not what the host has confirmed, or what deriveGpu throws. */
function selectedGpu({ uuids, confirmed }: NvidiaGpuConfig, machine: NodeMachine): DerivedGpu | null {
  return confirmed === undefined ? deriveGpu({ ids: uuids }, machine) : assertReportedGpu({ ...confirmed, uuids }, machine);
}

function claimCards({ ids }: DerivedGpu, { config, clock }: NodeGpuOptions): GpuClaim {
  const { gpu, dataDir } = config;
  const outcome = claimGpus(ids, {
    folder: (gpu.kind === 'nvidia' ? gpu.claimsDir : undefined) ?? join(dirname(dataDir), 'gpu-claims'),
    profile: basename(dataDir),
    pid: process.pid,
    nowMs: clock.now(),
  });
  if (outcome.kind === 'taken') throw problemError(outcome.problem, { cards: [...ids] });
  return outcome.claim;
}

interface WatchOptions extends NodeGpuOptions {
  readonly gpu: NvidiaGpuConfig;
  readonly derived: DerivedGpu;
  readonly probe: CardProbe;
  readonly cards: readonly GpuCard[];
}

function watchCards(options: WatchOptions): Pick<NodeGpu, 'guard' | 'history' | 'energy' | 'close'> {
  const { config, gpu, derived, probe, cards, clock, log } = options;
  const database = openGpuDatabase(join(config.dataDir, GPU_FILE), ({ kept, error }) =>
    log.warn({ err: error, kept }, 'telemetry and self-tests are started anew'),
  );
  const store = new SelfTestStore(database);
  const telemetry = new TelemetryStore(database);
  const energy = new EnergyStore(database, clock);
  energy.forgetOld(clock.now());
  const selfTest = (engine: Engine, { modelId }: { readonly modelId: string }) => ({
    engine,
    engineKind: config.engine.kind,
    gpu: derived,
    driver: cards.find((card) => card.id === derived.ids[0])?.driver ?? '',
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
        firstSample: { atMs: clock.now(), at: monotonicNow(clock), cards },
        nvidia: probe,
        telemetry: {
          record(atMs, readings) {
            telemetry.record(atMs, readings);
            energy.record(atMs, readings);
          },
        },
        selfTest: gpu.selfTest === null ? null : selfTest(engine, gpu.selfTest),
        ownProcesses,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        clock,
        log,
      }),
    history: (query) => telemetry.history(query, clock.now()),
    energy: (span) => readEnergy(database, span),
    close: () => database.close(),
  };
}

/** The official worker's setting; our own engine never shards a model. */
function executorOf({ engine }: NodeConfig): GptExecutor {
  return engine.kind === 'embedded' ? 'device_map' : (engine.env.GPT_EXECUTOR ?? null);
}
