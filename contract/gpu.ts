/**
 * What a UI can read and set about the machine's cards. Memory in MiB, temperature in °C, power in W, load in percent;
 * null = the card or driver does not report it.
 */
import { z } from 'zod';

export const gpuProblemSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  /** What was found: an exit code, a line of output, a field's value. May be empty. */
  detail: z.string(),
});
export type GpuProblemView = z.output<typeof gpuProblemSchema>;

export const gpuProcessSchema = z.object({
  pid: z.number().int().nonnegative(),
  kind: z.enum(['compute', 'graphics', 'both', 'unknown']),
  name: z.string(),
  memoryMib: z.number().nullable(),
});
export type GpuProcess = z.output<typeof gpuProcessSchema>;

export const gpuCardSchema = z.object({
  /** An NVIDIA card's UUID; for other cards, or if the driver hides the UUID, a name derived from the bus address. */
  id: z.string().min(1),
  uuid: z.string().nullable(),
  vendor: z.enum(['nvidia', 'amd', 'intel', 'apple', 'other']),
  name: z.string(),
  /** Position in the driver's list. */
  index: z.number().int().nonnegative(),
  busId: z.string().nullable(),
  /** True for a GPU that is integrated into the processor or main board. */
  integrated: z.boolean(),
  driver: z.string().nullable(),
  memoryMib: z.number().positive().nullable(),
  memoryUsedMib: z.number().nonnegative().nullable(),
  loadPercent: z.number().min(0).max(100).nullable(),
  temperatureC: z.number().nullable(),
  powerW: z.number().nonnegative().nullable(),
  /** null = unknown, which is different from none. */
  processes: z.array(gpuProcessSchema).nullable(),
  mig: z.enum(['enabled', 'disabled', 'unsupported']),
  /** Why this card cannot be assigned to a node; null = it can. */
  unusable: gpuProblemSchema.nullable(),
});
export type GpuCard = z.output<typeof gpuCardSchema>;

export const gpuInventorySchema = z.object({
  atMs: z.number(),
  cards: z.array(gpuCardSchema),
  /** Why a probe failed, completely or for some cards. */
  problems: z.array(gpuProblemSchema),
});
export type GpuInventory = z.output<typeof gpuInventorySchema>;

/** Cards of one profile: one, or several of exactly the same name. */
export const gpuSelectionSchema = z.object({ ids: z.array(z.string().min(1)).min(1) });
export type GpuSelection = z.output<typeof gpuSelectionSchema>;

/** What the network will be told; shown before the host confirms a selection. */
export const gpuReportSchema = z.object({ reportedName: z.string(), reportedVramGib: z.number().int().positive() });
export type GpuReport = z.output<typeof gpuReportSchema>;

const limitSchema = z
  .object({ pauseAt: z.number().positive(), resumeAt: z.number().positive() })
  .refine((limit) => limit.resumeAt < limit.pauseAt, { path: ['resumeAt'], message: 'must be below pauseAt' });

export const gpuLimitsSchema = z.object({
  /** For the hottest card of the profile. */
  temperatureC: limitSchema.nullable().default(null),
  /** For the sum of all cards of the profile. */
  powerW: limitSchema.nullable().default(null),
});

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');

export const gpuScheduleSchema = z.object({
  /**
   * The node accepts tasks during any of these windows. A window whose end is not after its start extends into the next
   * day.
   */
  windows: z.array(z.object({ days: z.array(z.enum(WEEKDAYS)).min(1), from: clockTime, to: clockTime })).min(1),
});
export type GpuSchedule = z.output<typeof gpuScheduleSchema>;

export const gpuIdleSchema = z.object({
  /** Accept tasks only while no other program uses the card. */
  only: z.boolean().default(false),
  /** How long the other programs must have been gone. */
  quietSeconds: z.number().int().nonnegative().default(60),
  /** Names of programs (without folder, case-insensitive) to ignore, in addition to the desktop's own. */
  ignored: z.array(z.string().min(1)).default([]),
});

/** What a host can set about the cards of one node. */
export const gpuSettingsSchema = z.object({
  limits: gpuLimitsSchema.default({ temperatureC: null, powerW: null }),
  /** Null = always. */
  schedule: gpuScheduleSchema.nullable().default(null),
  idle: gpuIdleSchema.default({ only: false, quietSeconds: 60, ignored: [] }),
});
export type GpuSettings = z.output<typeof gpuSettingsSchema>;

export const gpuAcceptanceSchema = z.object({ accept: z.boolean(), reasons: z.array(gpuProblemSchema) });
export type GpuAcceptanceView = z.output<typeof gpuAcceptanceSchema>;

const figures = z.object({ average: z.number(), maximum: z.number() }).nullable();

/** A card's history, down-sampled to at most this many steps. */
export const gpuHistoryQuerySchema = z.object({
  cardId: z.string().min(1),
  fromMs: z.number().nonnegative(),
  toMs: z.number().nonnegative(),
  points: z.number().int().min(2).max(1_000),
});
export type GpuHistoryQuery = z.output<typeof gpuHistoryQuerySchema>;

/** One step of a card's history. */
export const gpuHistoryPointSchema = z.object({
  atMs: z.number(),
  seconds: z.number().positive(),
  loadPercent: figures,
  memoryUsedMib: figures,
  temperatureC: figures,
  powerW: figures,
});
export type GpuHistoryPoint = z.output<typeof gpuHistoryPointSchema>;

/** A card's energy use on a UTC day, as far as it was measured. */
export const cardEnergySchema = z.object({
  cardId: z.string(),
  dayMs: z.number(),
  wattHours: z.number().nonnegative(),
  /** How long it was measured. */
  seconds: z.number().nonnegative(),
});
export type CardEnergy = z.output<typeof cardEnergySchema>;

export const selfTestViewSchema = z.object({
  /** `due`, `failed`, `changed` and `rejected` keep the node from accepting tasks. */
  state: z.enum(['due', 'passed', 'failed', 'changed', 'rejected']),
  problem: gpuProblemSchema.nullable(),
  testedAtMs: z.number().nullable(),
  seconds: z.number().nullable(),
  score: z.string().nullable(),
  /** `waiting`: the host asked for a test, which begins when the current task has ended. `running`: the engine executes it. */
  progress: z.enum(['none', 'waiting', 'running']).default('none'),
  /** The last accepted result, if it is different. */
  expectedScore: z.string().nullable(),
  /** What has changed since the last accepted test. */
  changed: z.array(z.enum(['cards', 'driver', 'engineVersion'])),
});
export type SelfTestView = z.output<typeof selfTestViewSchema>;

/** The cards of one running node. */
export const nodeGpuViewSchema = z.object({
  report: gpuReportSchema,
  uuids: z.array(z.string()),
  /** The latest reading of this node's cards, however old; null = there is none. */
  sample: z.object({ atMs: z.number(), cards: z.array(gpuCardSchema) }).nullable(),
  /** Why the last reading failed. */
  problem: gpuProblemSchema.nullable(),
  acceptance: gpuAcceptanceSchema,
  /** Null = switched off, or the engine is not ready yet. */
  selfTest: selfTestViewSchema.nullable(),
});
export type NodeGpuView = z.output<typeof nodeGpuViewSchema>;

/**
 * The host's orders about the self-test. `cancel` takes back a `run` that has not begun: a test that runs cannot be stopped,
 * because a result that could be thrown away would hide what gets a node slashed.
 */
export const SELF_TEST_ORDERS = ['run', 'cancel', 'accept', 'reject'] as const;
export type SelfTestOrder = (typeof SELF_TEST_ORDERS)[number];
