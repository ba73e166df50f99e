/** Cards that are not NVIDIA's, or whose NVIDIA driver does not answer, as reported by `systeminformation`. */

import { totalmem } from 'node:os';
import { z } from 'zod';
import type { GpuCard } from '../../contract/gpu.ts';
import { CARD_RULES } from '../../platform/desktop.ts';
import { PlatformError } from '../../platform/errors.ts';
import type { SystemName } from '../../platform/machine.ts';
import { OUTSIDE } from '../../platform/outside.ts';
import { PROGRAMS, type Programs } from '../../platform/programs.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { ProcessRunner } from '../kit/process-runner.ts';
import { type GpuProblem, gpuProblem } from './errors.ts';

const controllerSchema = z.object({
  vendor: z.string().nullish(),
  model: z.string().nullish(),
  bus: z.string().nullish(),
  busAddress: z.string().nullish(),
  pciBus: z.string().nullish(),
  /** MiB. */
  vram: z.number().nullish(),
  vramDynamic: z.boolean().nullish(),
  driverVersion: z.string().nullish(),
  memoryTotal: z.number().nullish(),
  memoryUsed: z.number().nullish(),
  utilizationGpu: z.number().nullish(),
  temperatureGpu: z.number().nullish(),
  powerDraw: z.number().nullish(),
});
export type Controller = z.output<typeof controllerSchema>;

const graphicsSchema = z.object({ controllers: z.array(controllerSchema) });

export type ControllerProbe =
  | { readonly kind: 'found'; readonly controllers: readonly Controller[] }
  | { readonly kind: 'timedOut' | 'unreadable' | 'failed'; readonly problem: GpuProblem };

export const CONTROLLERS_TIMEOUT_MS = 30_000;

/**
 * In a separate process: on Linux and Windows the library calls nvidia-smi synchronously and without a time limit, so a
 * hanging driver would stop the whole node. Never rejects.
 */
export async function probeControllers({
  runner,
  programs = PROGRAMS,
}: {
  readonly runner: ProcessRunner;
  readonly programs?: Pick<Programs, 'node' | 'cardProbe'>;
}): Promise<ControllerProbe> {
  try {
    await OUTSIDE.check('node', 'program/dist');
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { kind: 'failed', problem: gpuProblem('GPU_PROBE_FAILED', `${error.code}: ${error.message}`) };
  }
  const outcome = await runner.run({
    command: programs.node,
    args: ['--disable-warning=ExperimentalWarning', programs.cardProbe],
    env: { NODE_OPTIONS: '' },
    timeoutMs: CONTROLLERS_TIMEOUT_MS,
  });
  if (outcome.kind === 'timedOut') return { kind: 'timedOut', problem: gpuProblem('GPU_PROBE_TIMED_OUT', 'systeminformation') };
  if (outcome.kind !== 'exited' || outcome.code !== 0) {
    const detail = outcome.kind === 'exited' ? outcome.stderr : outcome.kind === 'failed' ? outcome.detail : outcome.kind;
    return { kind: 'failed', problem: gpuProblem('GPU_PROBE_FAILED', `systeminformation: ${detail.slice(0, 200)}`) };
  }
  return readControllers(outcome.stdout);
}

export function readControllers(json: string): ControllerProbe {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { kind: 'unreadable', problem: gpuProblem('GPU_PROBE_UNREADABLE', 'systeminformation: not JSON') };
  }
  const parsed = graphicsSchema.safeParse(value);
  if (parsed.success) return { kind: 'found', controllers: parsed.data.controllers };
  const issue = parsed.error.issues[0];
  return {
    kind: 'unreadable',
    problem: gpuProblem('GPU_PROBE_UNREADABLE', `systeminformation: ${issue?.path.join('.')}: ${issue?.message}`),
  };
}

export interface Machine {
  readonly os: SystemName;
  /** All RAM, which a Mac's GPU shares and reports as its own (RELAY_PROTOCOL 8.9). */
  readonly totalMemoryMib: number;
}

export function thisMachine(): Machine {
  return { os: SYSTEM.name, totalMemoryMib: Math.floor(totalmem() / (1024 * 1024)) };
}

export function controllerCard(given: {
  readonly controller: Controller;
  readonly index: number;
  readonly machine: Machine;
  /** Why nvidia-smi does not report this machine's NVIDIA cards. */
  readonly nvidiaProblem: GpuProblem | null;
}): GpuCard {
  const { controller, index, machine } = given;
  const vendor = vendorOf(controller);
  const name = (controller.model ?? '').trim();
  const shared = CARD_RULES[machine.os].unified && vendor === 'apple';
  const busId = controller.busAddress ?? controller.pciBus ?? null;
  return {
    id: `${vendor}-${busId === null || busId === '' ? index : busId}`,
    uuid: null,
    vendor,
    name,
    index,
    busId: busId === '' ? null : busId,
    integrated: shared || controller.vramDynamic === true || (vendor === 'intel' && !/\barc\b/i.test(name)),
    driver: controller.driverVersion ?? null,
    memoryMib: shared ? machine.totalMemoryMib : memoryOf(controller, machine.os),
    memoryUsedMib: controller.memoryUsed ?? null,
    loadPercent: controller.utilizationGpu ?? null,
    temperatureC: controller.temperatureGpu ?? null,
    powerW: controller.powerDraw ?? null,
    processes: null,
    mig: 'unsupported',
    unusable: shared && name !== '' ? null : unusableReason(vendor, name, given.nvidiaProblem),
  };
}

function unusableReason(vendor: GpuCard['vendor'], name: string, nvidiaProblem: GpuProblem | null): GpuProblem {
  if (vendor === 'nvidia') return nvidiaProblem ?? gpuProblem('GPU_NO_DRIVER', name);
  return vendor === 'apple' ? gpuProblem('GPU_NO_IDENTITY', 'no name') : gpuProblem('GPU_NOT_ISOLATABLE', name);
}

function vendorOf({ vendor, model }: Controller): GpuCard['vendor'] {
  const text = `${vendor ?? ''} ${model ?? ''}`.toLowerCase();
  if (/nvidia|geforce|quadro|tesla/.test(text)) return 'nvidia';
  if (/apple/.test(text)) return 'apple';
  if (/advanced micro devices|\bamd\b|\bati\b|radeon/.test(text)) return 'amd';
  return /intel/.test(text) ? 'intel' : 'other';
}

/** A PCI window usually has 256 MiB, whatever the card's memory. */
const PCI_WINDOW_MIB = 512;

function memoryOf({ memoryTotal, vram }: Controller, os: SystemName): number | null {
  if (memoryTotal != null && memoryTotal > 0) return memoryTotal;
  return vram == null || vram <= 0 || (CARD_RULES[os].showsPciWindow && vram <= PCI_WINDOW_MIB) ? null : vram;
}
