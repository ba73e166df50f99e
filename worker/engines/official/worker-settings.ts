/**
 * What the official worker's settings accept (worker-settings.json), read as its library reads them: any refusal ends
 * the worker at once, before it has a log. Facts of worker 3.5.0 with pydantic 2.7.4 and pydantic-settings 2.6.1.
 */
import { z } from 'zod';
import table from './worker-settings.json' with { type: 'json' };

interface Leaf {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'models';
  readonly required: boolean;
  /** Exactly these values, in this spelling. */
  readonly values?: readonly string[] | undefined;
  readonly default?: string | number | undefined;
}
interface Group {
  readonly name: string;
  readonly type: 'group';
  readonly required: boolean;
  readonly fields: readonly (Leaf | Group)[];
}
export type WorkerSetting = Leaf | Group;

const leafSchema = z.object({
  name: z.string(),
  type: z.enum(['text', 'integer', 'models']),
  required: z.boolean(),
  values: z.array(z.string()).optional(),
  default: z.union([z.string(), z.number()]).optional(),
});
const settingSchema: z.ZodType<WorkerSetting> = z.lazy(() =>
  z.union([
    leafSchema,
    z.object({ name: z.string(), type: z.literal('group'), required: z.boolean(), fields: z.array(settingSchema) }),
  ]),
);

/** The settings `cw_*`. */
export const WORKER_SETTINGS: readonly WorkerSetting[] = z.array(settingSchema).parse(table.settings);
/** What the worker and its libraries also read. */
export const WORKER_VARIABLES: readonly string[] = table.variables.map(({ name }) => name);

export interface SettingProblem {
  /** As spelled in the environment, or as it should be: `cw_log__level`. */
  readonly variable: string;
  readonly why: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Values = Readonly<Record<string, unknown>>;

/** What the worker would refuse in an environment; empty = it starts. Names are case-insensitive, values are not. */
export function workerSettingProblems(environment: Environment): SettingProblem[] {
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) given.set(name.toLowerCase(), value);
  return WORKER_SETTINGS.flatMap((setting) => problemsOf(setting, setting.name, givenValue(setting, setting.name, given)));
}

/** What the worker would ignore: a misspelt name, or a key that it does not know. */
export function unknownWorkerSettings(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined || !/^cw_/i.test(name)) return [];
    const [first = '', ...parts] = name.toLowerCase().split('__');
    const found = parts.reduce<WorkerSetting | undefined>(
      fieldOf,
      WORKER_SETTINGS.find((setting) => setting.name === first),
    );
    if (found === undefined) return [name];
    const keys = found.type === 'group' ? Object.keys(asRecord(parseJson(value)) ?? {}) : [];
    return keys.filter((key) => fieldOf(found, key) === undefined).map((key) => `${name}.${key}`);
  });
}

function fieldOf(setting: WorkerSetting | undefined, name: string): WorkerSetting | undefined {
  return setting?.type === 'group' ? setting.fields.find((field) => field.name === name) : undefined;
}

/** A group is one JSON value, its parts are separate variables, and a part takes precedence over the JSON. */
function givenValue(setting: WorkerSetting, variable: string, given: ReadonlyMap<string, string>): unknown {
  const text = given.get(variable);
  if (setting.type !== 'group' && setting.type !== 'models') return text;
  const whole = text === undefined ? undefined : parseJson(text);
  if (setting.type !== 'group') return whole;
  const parts = setting.fields.flatMap((field): [string, unknown][] => {
    const value = givenValue(field, `${variable}__${field.name}`, given);
    return value === undefined ? [] : [[field.name, value]];
  });
  if (parts.length === 0) return whole;
  const base = asRecord(whole) ?? {};
  const merged = parts.map(([name, value]): [string, unknown] => {
    const [under, over] = [asRecord(base[name]), asRecord(value)];
    return [name, under !== null && over !== null ? { ...under, ...over } : value];
  });
  return { ...base, ...Object.fromEntries(merged) };
}

function problemsOf(setting: WorkerSetting, variable: string, value: unknown): SettingProblem[] {
  const refused = (why: string): SettingProblem[] => [{ variable, why }];
  if (value === undefined) return setting.required ? refused('is required') : [];
  switch (setting.type) {
    case 'text':
      if (typeof value !== 'string') return refused('must be text');
      if (setting.values !== undefined && !setting.values.includes(value)) {
        return refused(`must be one of ${setting.values.join(', ')}, not ${JSON.stringify(value)}`);
      }
      return [];
    case 'integer':
      return isInteger(value) ? [] : refused(`must be a whole number, not ${JSON.stringify(value)}`);
    case 'models':
      return value === null || modelListSchema.safeParse(value).success ? [] : refused('must be a list of models');
    case 'group': {
      if (value === null && !setting.required) return [];
      const values: Values | null = asRecord(value);
      if (values === null) return refused('must be a JSON object');
      return setting.fields.flatMap((field) => problemsOf(field, `${variable}__${field.name}`, values[field.name]));
    }
  }
}

const modelListSchema = z.array(z.object({ id: z.string(), variant: z.string().nullable().optional() }));

function isInteger(value: unknown): boolean {
  return typeof value === 'number' ? Number.isInteger(value) : typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value);
}

const NOT_JSON = Symbol('not JSON');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function asRecord(value: unknown): Values | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : null;
}

/**
 * A host’s settings in the official node’s `.env` (RELAY_PROTOCOL 9.1): every `WORKER_X=v` as `X: v`, the last of each
 * name. Other lines belong to the node and may contain its secrets.
 */
export function workerSettings(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^\s*(?:export\s+)?WORKER_(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings[name] = stripQuotes(value);
  }
  return settings;
}

/** A comment may follow a quoted value like any other. */
function stripQuotes(value: string): string {
  const [, quote, inner] = /^(["'])((?:\\.|(?!\1).)*)\1\s*(?:#.*)?$/.exec(value) ?? [];
  if (quote === undefined || inner === undefined) return value.replace(/(?:^|\s+)#.*$/, '');
  return inner.replace(/\\(["'\\])/g, '$1');
}
