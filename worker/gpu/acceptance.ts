/**
 * May the node take another task now? A pure decision based on the newest sample and the host's settings. It never
 * stops a running task: it pauses the node, so the network sends no further one.
 */
import { type GpuCard, type GpuSettings, gpuSettingsSchema } from '../../contract/gpu.ts';
import { elapsedMs, type Monotonic } from '../../protocol/monotonic.ts';
import { type GpuProblem, gpuError, gpuProblem } from './errors.ts';
import { foreignProcesses } from './idle.ts';
import { type GpuSample, LONGEST_GAP_MS } from './sampler.ts';
import { isInSchedule, nextScheduleChange, type TimeZone } from './schedule.ts';

/** What one decision passes to the next, so that a value near its limit does not make the node flap. */
export interface AcceptanceMemory {
  readonly tooHot: boolean;
  readonly tooMuchPower: boolean;
  /** When another program was last seen on the cards. */
  readonly foreignAt: Monotonic | null;
}
export const EMPTY_MEMORY: AcceptanceMemory = { tooHot: false, tooMuchPower: false, foreignAt: null };

export interface AcceptanceInput extends GpuSettings {
  readonly sample: GpuSample | null;
  /** Cards of this node. */
  readonly ids: readonly string[];
  readonly ownPids: ReadonlySet<number>;
  /** The date, for the schedule. */
  readonly nowMs: number;
  /** For ages. */
  readonly now: Monotonic;
  readonly timeZone: TimeZone;
  readonly memory: AcceptanceMemory;
}

/** @throws GpuError GPU_BAD_SETTINGS naming the field. */
export function parseGpuSettings(value: unknown): GpuSettings {
  const result = gpuSettingsSchema.safeParse(value);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.') ?? '';
  throw gpuError('GPU_BAD_SETTINGS', `${field}: ${result.error.issues[0]?.message}`, { field });
}

export type Acceptance =
  | { readonly accept: true; readonly memory: AcceptanceMemory }
  | { readonly accept: false; readonly reasons: readonly GpuProblem[]; readonly memory: AcceptanceMemory };

/** Older samples say nothing about the present. A working sampler is never that late. */
export const SAMPLE_MAX_AGE_MS = LONGEST_GAP_MS + 5000;

export function acceptance(input: AcceptanceInput): Acceptance {
  const cards = freshCards(input);
  const reasons: GpuProblem[] = [];
  const { schedule, nowMs, timeZone } = input;
  if (schedule !== null && !isInSchedule({ schedule, nowMs, timeZone })) {
    const next = nextScheduleChange({ schedule, nowMs, timeZone });
    reasons.push(gpuProblem('GPU_OUTSIDE_SCHEDULE', next === null ? '' : `until ${new Date(next).toISOString()}`));
  }
  const memory = {
    tooHot: checkTemperature(input, cards, reasons),
    tooMuchPower: checkPower(input, cards, reasons),
    foreignAt: checkForeignProcesses(input, cards, reasons),
  };
  return reasons.length === 0 ? { accept: true, memory } : { accept: false, reasons, memory };
}

/** The current state of the node's cards; null unless it is known for all of them. */
function freshCards({ sample, ids, now }: AcceptanceInput): readonly GpuCard[] | null {
  if (sample === null || elapsedMs(sample.at, now) > SAMPLE_MAX_AGE_MS) return null;
  const cards = sample.cards.filter((card) => ids.includes(card.id));
  return cards.length === ids.length ? cards : null;
}

function checkTemperature({ limits, memory }: AcceptanceInput, cards: readonly GpuCard[] | null, reasons: GpuProblem[]): boolean {
  if (limits.temperatureC === null) return false;
  const readings = allKnown(cards?.map((card) => card.temperatureC));
  if (readings === null) return addNoReading('temperature', memory.tooHot, reasons);
  const hottest = Math.max(...readings);
  const over = isOver(hottest, limits.temperatureC, memory.tooHot);
  if (over) reasons.push(gpuProblem('GPU_TOO_HOT', describeReading(hottest, limits.temperatureC, '°C')));
  return over;
}

function checkPower({ limits, memory }: AcceptanceInput, cards: readonly GpuCard[] | null, reasons: GpuProblem[]): boolean {
  if (limits.powerW === null) return false;
  const readings = allKnown(cards?.map((card) => card.powerW));
  if (readings === null) return addNoReading('power', memory.tooMuchPower, reasons);
  const total = readings.reduce((sum, watts) => sum + watts, 0);
  const over = isOver(total, limits.powerW, memory.tooMuchPower);
  if (over) reasons.push(gpuProblem('GPU_TOO_MUCH_POWER', describeReading(total, limits.powerW, 'W')));
  return over;
}

function checkForeignProcesses(
  input: AcceptanceInput,
  cards: readonly GpuCard[] | null,
  reasons: GpuProblem[],
): Monotonic | null {
  const { idle, ownPids, memory, nowMs, now } = input;
  if (!idle.only) return null;
  const lists = allKnown(cards?.map((card) => card.processes));
  if (lists === null) {
    reasons.push(gpuProblem('GPU_NO_READING', 'processes'));
    return memory.foreignAt;
  }
  const others = foreignProcesses({ processes: lists.flat(), ownPids, ignored: idle.ignored });
  const seen = others.length > 0 ? now : memory.foreignAt;
  const waitMs = seen === null ? 0 : idle.quietSeconds * 1000 - elapsedMs(seen, now);
  if (others[0] !== undefined) reasons.push(gpuProblem('GPU_IN_USE', `${others[0].name} (${others[0].pid})`));
  else if (waitMs > 0) reasons.push(gpuProblem('GPU_IN_USE', `until ${new Date(nowMs + waitMs).toISOString()}`));
  return seen;
}

/** A limit that cannot be judged counts as reached, because the host set it for safety. */
function addNoReading(what: string, before: boolean, reasons: GpuProblem[]): boolean {
  reasons.push(gpuProblem('GPU_NO_READING', what));
  return before;
}

function allKnown<Value>(values: readonly (Value | null)[] | undefined): readonly Value[] | null {
  const present = values?.flatMap((value) => (value === null ? [] : [value]));
  return present === undefined || present.length === 0 || present.length !== values?.length ? null : present;
}

interface Limit {
  readonly pauseAt: number;
  readonly resumeAt: number;
}

function isOver(value: number, limit: Limit, before: boolean): boolean {
  return before ? value > limit.resumeAt : value >= limit.pauseAt;
}

function describeReading(value: number, limit: Limit, unit: string): string {
  return `${Math.round(value)} ${unit}; pauses at ${limit.pauseAt} ${unit}, resumes at ${limit.resumeAt} ${unit}`;
}
