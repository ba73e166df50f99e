/**
 * `nvidia-smi -q -x` as cards. Schema generations v10 to v13 move, rename and drop fields, and a driver in trouble
 * writes words where numbers belong (in any language), so every figure is optional: what is no number is null.
 */
import { parseStringPromise } from 'xml2js';
import { z } from 'zod';
import type { GpuCard, GpuProcess } from '../../contract/gpu.ts';
import { gpuProblem } from './errors.ts';
import { nvidiaUnusable } from './usability.ts';

export type NvidiaXml =
  | { readonly kind: 'cards'; readonly cards: readonly GpuCard[]; readonly attached: number | null }
  | { readonly kind: 'unreadable'; readonly detail: string };

const NUMBER = /^(-?\d+(?:[.,]\d+)?)(?:\s*[%A-Za-z/]+)?$/;

/** `26.78 W`, `15360 MiB`, `40 C`, `65 %` → the number; `N/A`, `[Not Supported]`, `Unknown Error`, … → null. */
function figure(text: unknown): number | null {
  const number = typeof text === 'string' ? NUMBER.exec(text.trim())?.[1] : undefined;
  return number === undefined ? null : Number(number.replace(',', '.'));
}

/** Any element, also an absent one. */
const anything = z.unknown().optional();
const quantity = anything.transform(figure);
const words = anything.transform((value) =>
  typeof value === 'string' && value.trim() !== '' && !/^\[?(?:n\/a|not supported)\]?$/i.test(value) ? value : null,
);

/** xml2js gives a string for an empty element, an object for one child, an array for several. */
function list<Item extends z.ZodType>(item: Item) {
  return anything
    .transform((value) => (Array.isArray(value) ? value : typeof value === 'object' && value !== null ? [value] : []))
    .pipe(z.array(item));
}

function element<Shape extends z.ZodRawShape>(shape: Shape) {
  return anything.transform((value) => (typeof value === 'object' && value !== null ? value : {})).pipe(z.object(shape));
}

const power = element({ instant_power_draw: quantity, power_draw: quantity, average_power_draw: quantity });

const gpuSchema = z.object({
  $: element({ id: words }),
  product_name: words,
  uuid: words,
  compute_mode: words,
  gpu_recovery_action: words,
  mig_mode: element({ current_mig: words }),
  fb_memory_usage: element({ total: quantity, used: quantity }),
  utilization: element({ gpu_util: quantity }),
  temperature: element({ gpu_temp: quantity }),
  power_readings: power,
  gpu_power_readings: power,
  processes: anything
    .transform((value) => value ?? null)
    .pipe(
      z.union([
        z.null(),
        z.string(),
        z.object({ process_info: list(z.object({ pid: quantity, type: words, process_name: words, used_memory: quantity })) }),
      ]),
    ),
});
type Gpu = z.output<typeof gpuSchema>;

const logSchema = z.object({
  nvidia_smi_log: z.object({ driver_version: words, attached_gpus: quantity, gpu: list(gpuSchema) }),
});

/** Most of the output, and nothing we read: a list of every clock the card supports. */
const SUPPORTED_CLOCKS = /<supported_clocks>[\s\S]*?<\/supported_clocks>/g;

export async function parseNvidiaXml(xml: string): Promise<NvidiaXml> {
  let tree: unknown;
  try {
    tree = await parseStringPromise(xml.replace(SUPPORTED_CLOCKS, ''), { explicitArray: false, trim: true });
  } catch (error) {
    return { kind: 'unreadable', detail: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
  const log = logSchema.safeParse(tree);
  if (!log.success) {
    const issue = log.error.issues[0];
    return { kind: 'unreadable', detail: `${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { driver_version: driver, attached_gpus: attached, gpu: gpus } = log.data.nvidia_smi_log;
  return { kind: 'cards', attached, cards: gpus.map((gpu, index) => cardOf({ gpu, index, driver })) };
}

const UUID = /^GPU-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function cardOf({ gpu, index, driver }: { gpu: Gpu; index: number; driver: string | null }): GpuCard {
  const uuid = gpu.uuid !== null && UUID.test(gpu.uuid) ? gpu.uuid : null;
  const mig = gpu.mig_mode.current_mig?.toLowerCase();
  const load = gpu.utilization.gpu_util;
  const card = {
    id: uuid ?? `nvidia-${gpu.$.id ?? index}`,
    uuid,
    vendor: 'nvidia' as const,
    name: gpu.product_name ?? '',
    index,
    busId: gpu.$.id,
    integrated: false,
    driver,
    memoryMib: gpu.fb_memory_usage.total === 0 ? null : gpu.fb_memory_usage.total,
    memoryUsedMib: gpu.fb_memory_usage.used,
    loadPercent: load === null ? null : Math.min(100, Math.max(0, load)),
    temperatureC: gpu.temperature.gpu_temp,
    powerW: drawOf(gpu.gpu_power_readings) ?? drawOf(gpu.power_readings),
    processes: processesOf(gpu.processes),
    mig: mig === 'enabled' ? ('enabled' as const) : mig === 'disabled' ? ('disabled' as const) : ('unsupported' as const),
    unusable: null,
  };
  const unusable = nvidiaUnusable({ card, computeMode: gpu.compute_mode, recovery: gpu.gpu_recovery_action });
  return { ...card, unusable: unusable === null ? null : gpuProblem(unusable.code, unusable.detail) };
}

function drawOf(readings: Gpu['power_readings']): number | null {
  return readings.instant_power_draw ?? readings.power_draw ?? readings.average_power_draw;
}

const PROCESS_KINDS: Readonly<Record<string, GpuProcess['kind']>> = { C: 'compute', G: 'graphics', 'C+G': 'both' };

function processesOf(processes: Gpu['processes']): GpuProcess[] | null {
  // An absent element (or a word such as N/A in it) means that the driver does not tell; an empty one that there are none.
  if (processes === null) return null;
  if (typeof processes === 'string') return processes.trim() === '' ? [] : null;
  return processes.process_info.flatMap((info): GpuProcess[] =>
    info.pid === null
      ? []
      : [
          {
            pid: info.pid,
            kind: PROCESS_KINDS[info.type ?? ''] ?? 'unknown',
            name: info.process_name ?? '',
            memoryMib: info.used_memory,
          },
        ],
  );
}
