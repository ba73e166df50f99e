/** Converts limits, schedule and idle settings to form values and back. Pure. */
import { type GpuSettings, gpuSettingsSchema, type Weekday } from '../../../contract/gpu.ts';

export interface LimitForm {
  readonly on: boolean;
  readonly pauseAt: string;
  readonly resumeAt: string;
}

export interface WindowForm {
  /** Identifies a time window while it is being edited. */
  readonly key: number;
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
}

export interface GpuSettingsForm {
  readonly temperature: LimitForm;
  readonly power: LimitForm;
  readonly scheduled: boolean;
  readonly windows: readonly WindowForm[];
  readonly idleOnly: boolean;
  readonly quietSeconds: string;
  /** Comma-separated names. */
  readonly ignored: string;
}

export type FormProblem = 'temperature' | 'power' | 'windows' | 'quiet';

const WORKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

export function newWindow(key: number): WindowForm {
  return { key, days: WORKDAYS, from: '18:00', to: '08:00' };
}

export function settingsToForm({ limits, schedule, idle }: GpuSettings): GpuSettingsForm {
  const limit = (set: GpuSettings['limits']['temperatureC'], usual: readonly [string, string]): LimitForm =>
    set === null
      ? { on: false, pauseAt: usual[0], resumeAt: usual[1] }
      : { on: true, pauseAt: String(set.pauseAt), resumeAt: String(set.resumeAt) };
  return {
    temperature: limit(limits.temperatureC, ['85', '75']),
    power: limit(limits.powerW, ['350', '300']),
    scheduled: schedule !== null,
    windows: schedule?.windows.map((window, key) => ({ key, ...window })) ?? [newWindow(0)],
    idleOnly: idle.only,
    quietSeconds: String(idle.quietSeconds),
    ignored: idle.ignored.join(', '),
  };
}

const PROBLEM_BY_PATH: Readonly<Record<string, FormProblem>> = {
  'limits.temperatureC': 'temperature',
  'limits.powerW': 'power',
  schedule: 'windows',
  idle: 'quiet',
};

/** The settings, or the first part of the form that is invalid. */
export function parseSettings(form: GpuSettingsForm): { readonly settings: GpuSettings } | { readonly problem: FormProblem } {
  const limit = ({ on, pauseAt, resumeAt }: LimitForm) =>
    on ? { pauseAt: parseNumber(pauseAt), resumeAt: parseNumber(resumeAt) } : null;
  const parsed = gpuSettingsSchema.safeParse({
    limits: { temperatureC: limit(form.temperature), powerW: limit(form.power) },
    schedule: form.scheduled ? { windows: form.windows.map(({ days, from, to }) => ({ days: [...days], from, to })) } : null,
    idle: {
      only: form.idleOnly,
      quietSeconds: parseNumber(form.quietSeconds),
      ignored: form.ignored.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()])),
    },
  });
  if (parsed.success) return { settings: parsed.data };
  const path = parsed.error.issues[0]?.path ?? [];
  return { problem: PROBLEM_BY_PATH[path.slice(0, 2).join('.')] ?? PROBLEM_BY_PATH[String(path[0])] ?? 'quiet' };
}

/** NaN, which every schema refuses, for text that is not a number. */
function parseNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
