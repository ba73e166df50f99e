/**
 * `nvidia-smi -q -x` as cards. Schema generations v10 to v13 move, rename and drop fields, and a failing driver writes
 * words instead of numbers (in any language), so every number is optional: anything else is null.
 */
import { parseStringPromise } from 'xml2js';
import { z } from 'zod';
import type { GpuCard, GpuProcess } from '../../contract/gpu.ts';
import { gpuProblem } from './errors.ts';
import {
  elementText,
  gpuBlocks,
  isWellFormed,
  locateLog,
  withEscapedNames,
  withoutControlCharacters,
  withoutElement,
  withoutStrayAmpersands,
} from './nvidia-text.ts';
import { nvidiaUnusable } from './usability.ts';

export type NvidiaXml =
  | {
      readonly kind: 'cards';
      readonly cards: readonly GpuCard[];
      readonly attached: number | null;
      /**
       * Without persistence mode, the driver is unloaded whenever nobody uses it, and each query waits until it has
       * started.
       */
      readonly persistence: 'on' | 'off' | 'unknown';
    }
  | { readonly kind: 'unreadable'; readonly detail: string };

const NUMBER = /^(-?\d+(?:[.,]\d+)?)(?:\s*[%A-Za-z/]+)?$/;

/** `26.78 W`, `15360 MiB`, `40 C`, `65 %` → the number; `N/A`, `[Not Supported]`, `Unknown Error`, … → null. */
function parseNumber(text: unknown): number | null {
  const number = typeof text === 'string' ? NUMBER.exec(text.trim())?.[1] : undefined;
  return number === undefined ? null : Number(number.replace(',', '.'));
}

/** Any element, or none. */
const anything = z.unknown().optional();
const quantity = anything.transform(parseNumber);
/** A failing driver also reports -1, or all bits set. */
const nonNegative = quantity.transform((value) =>
  value === null || value < 0 || value > Number.MAX_SAFE_INTEGER ? null : value,
);
const textOrNull = anything.transform((value) =>
  typeof value === 'string' && value.trim() !== '' && !/^\[?(?:n\/a|not supported)\]?$/i.test(value) ? value : null,
);

/** xml2js returns a string for an empty element, an object for one child, an array for several. */
function listOf<Item extends z.ZodType>(item: Item) {
  return anything
    .transform((value) => (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'object' && one !== null))
    .pipe(z.array(item));
}

function element<Shape extends z.ZodRawShape>(shape: Shape) {
  return anything
    .transform((value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}))
    .pipe(z.object(shape));
}

const power = element({ instant_power_draw: nonNegative, power_draw: nonNegative, average_power_draw: nonNegative });

const gpuSchema = z.object({
  $: element({ id: textOrNull }),
  product_name: textOrNull,
  uuid: textOrNull,
  compute_mode: textOrNull,
  persistence_mode: textOrNull,
  gpu_recovery_action: textOrNull,
  mig_mode: element({ current_mig: textOrNull }),
  fb_memory_usage: element({ total: nonNegative, used: nonNegative }),
  utilization: element({ gpu_util: nonNegative }),
  temperature: element({ gpu_temp: quantity }),
  power_readings: power,
  gpu_power_readings: power,
  processes: anything
    .transform((value) => value ?? null)
    .pipe(
      z.union([
        z.null(),
        z.string(),
        z.object({
          process_info: listOf(
            z.object({ pid: nonNegative, type: textOrNull, process_name: textOrNull, used_memory: nonNegative }),
          ),
        }),
      ]),
    )
    .catch(null),
});
type Gpu = z.output<typeof gpuSchema>;

const logSchema = z.object({
  nvidia_smi_log: z.object({ driver_version: textOrNull, attached_gpus: nonNegative, gpu: listOf(gpuSchema) }),
});
type Log = z.output<typeof logSchema>['nvidia_smi_log'];

/** Most of the output, and unused: a list of every clock that the card supports. */
const SUPPORTED_CLOCKS = 'supported_clocks';
/** Contains elements with the same names as the card it belongs to. */
const MIG_DEVICES = 'mig_devices';
/** Everything that is read about a card; without its children if one of them is broken. */
const ELEMENTS = Object.keys(gpuSchema.shape).filter((name) => name !== '$' && name !== 'processes');

/** Sixteen cards with a thousand processes. A longer log is read in pieces, each no larger than the other limit. */
const MAX_LOG = 2 * 1024 * 1024;
const MAX_PIECE = 256 * 1024;

/**
 * Parses the whole log if it is well-formed after escaping the process names; otherwise in pieces, so that a defect
 * costs only its own piece. @param output of nvidia-smi, including any text before and after
 */
export async function parseNvidiaXml(output: string): Promise<NvidiaXml> {
  const located = locateLog(output);
  if (located === null) return { kind: 'unreadable', detail: 'there is no <nvidia_smi_log>' };
  const text = withoutStrayAmpersands(withEscapedNames(withoutControlCharacters(withoutElement(located.log, SUPPORTED_CLOCKS))));
  const log = (await parseWhole(text)) ?? (await parseInPieces(text));
  if (log === null) return { kind: 'unreadable', detail: 'no card in it is complete' };
  const { driver_version: driver, attached_gpus: attached, gpu: gpus } = log;
  const modes = gpus.map(({ persistence_mode: mode }) => mode?.toLowerCase());
  return {
    kind: 'cards',
    attached,
    cards: gpus.map((gpu, index) => cardOf({ gpu, index, driver })),
    persistence: modes.includes('disabled') ? 'off' : modes.includes('enabled') ? 'on' : 'unknown',
  };
}

async function parseWhole(text: string): Promise<Log | null> {
  return text.length > MAX_LOG ? null : (logSchema.safeParse(await parseXml(text)).data?.nvidia_smi_log ?? null);
}

async function parseInPieces(text: string): Promise<Log | null> {
  const blocks = gpuBlocks(text);
  if (blocks.length === 0) return null;
  const head = text.slice(0, text.indexOf('<gpu '));
  const ids = new Set<string | null>();
  const gpus: Gpu[] = [];
  for (const { id, text: block } of blocks) {
    // Printed twice, for example by a wrapper that retries.
    if (id !== null && ids.has(id)) continue;
    ids.add(id);
    const processes = block.indexOf('<processes>');
    const facts = withoutElement(processes < 0 ? block : block.slice(0, processes), MIG_DEVICES);
    const pieces = await Promise.all(ELEMENTS.map((name) => parsePiece(facts, name)));
    const parts: Record<string, unknown> = Object.assign({}, ...pieces, await parsePiece(block, 'processes'));
    gpus.push(gpuSchema.parse({ ...parts, $: { id } }));
  }
  const facts = await Promise.all([parsePiece(head, 'driver_version'), parsePiece(head, 'attached_gpus')]);
  return { ...logSchema.shape.nvidia_smi_log.parse(Object.assign({}, ...facts)), gpu: gpus };
}

/** The element alone, as a field of an object; absent if it is broken. */
async function parsePiece(text: string, name: string): Promise<object> {
  const content = elementText(text, name);
  if (content === null || content.length > MAX_PIECE) return {};
  const tree = await parseXml(`<${name}>${content}</${name}>`);
  return typeof tree === 'object' && tree !== null ? tree : {};
}

async function parseXml(xml: string): Promise<unknown> {
  if (!isWellFormed(xml)) return null;
  return parseStringPromise(xml, { explicitArray: false, trim: true }).catch(() => null);
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
    // An unreadable name counts as none; otherwise the network would be told a different card.
    name: gpu.product_name === null || gpu.product_name.includes('\ufffd') ? '' : gpu.product_name,
    index,
    busId: gpu.$.id,
    integrated: false,
    driver,
    memoryMib: gpu.fb_memory_usage.total === 0 ? null : gpu.fb_memory_usage.total,
    memoryUsedMib: gpu.fb_memory_usage.used,
    loadPercent: load === null ? null : Math.min(100, Math.max(0, load)),
    temperatureC: gpu.temperature.gpu_temp,
    powerW: powerDraw(gpu.gpu_power_readings) ?? powerDraw(gpu.power_readings),
    processes: processesOf(gpu.processes),
    mig: mig === 'enabled' ? ('enabled' as const) : mig === 'disabled' ? ('disabled' as const) : ('unsupported' as const),
    unusable: null,
  };
  const unusable = nvidiaUnusable({ card, computeMode: gpu.compute_mode, recovery: gpu.gpu_recovery_action });
  return { ...card, unusable: unusable === null ? null : gpuProblem(unusable.code, unusable.detail) };
}

function powerDraw(readings: Gpu['power_readings']): number | null {
  return readings.instant_power_draw ?? readings.power_draw ?? readings.average_power_draw;
}

const PROCESS_KINDS: Readonly<Record<string, GpuProcess['kind']>> = { C: 'compute', G: 'graphics', 'C+G': 'both' };

function processesOf(processes: Gpu['processes']): GpuProcess[] | null {
  // An absent element (or a word such as N/A in it) means that the driver does not report it; an empty one means that
  // there are none.
  if (processes === null) return null;
  if (typeof processes === 'string') return processes.trim() === '' ? [] : null;
  return processes.process_info.flatMap((info): GpuProcess[] =>
    info.pid === null || !Number.isInteger(info.pid)
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
