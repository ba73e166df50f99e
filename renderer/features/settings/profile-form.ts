/** Converts a profile to form values and back. Pure. */
import type { ProxySettings } from '../../../contract/model-settings.ts';
import { type Profile, type ProfileDraft, profileDraftSchema } from '../../../contract/profiles.ts';
import { type Retention, retentionSchema } from '../../../contract/retention.ts';
import { formatCnxExact, parseCnx } from '../../../protocol/money/wei.ts';

const GIB = 1024 ** 3;

/** Everything as typed. */
export interface ProfileForm {
  readonly name: string;
  readonly stake: string;
  readonly modelIds: string;
  readonly autoStart: boolean;
  readonly rejoin: ProfileDraft['rejoin'];
  readonly logLevel: ProfileDraft['logLevel'];
  readonly directory: string;
  /** Token of the chosen folder; null = unchanged. */
  readonly chosen: string | null;
  readonly hubUrl: string;
  readonly mirrors: string;
  readonly proxy: string;
  readonly reserveGib: string;
  readonly keepDays: string;
  readonly keepGib: string;
}

export function profileToForm({
  name,
  stakeWei,
  modelIds,
  autoStart,
  rejoin,
  logLevel,
  models,
  retention,
}: Profile): ProfileForm {
  const { proxy } = models;
  return {
    name,
    stake: formatCnxExact(BigInt(stakeWei)),
    modelIds: modelIds.join('\n'),
    autoStart,
    rejoin,
    logLevel,
    directory: models.directory ?? '',
    chosen: null,
    hubUrl: models.hubUrl,
    mirrors: models.mirrorUrls.join('\n'),
    proxy: proxy === null ? '' : `${proxy.host}:${proxy.port}`,
    reserveGib: String(models.reserveBytes / GIB),
    keepDays: String(retention.days),
    keepGib: String(retention.resultsGib),
  };
}

export type FormField =
  | 'name'
  | 'stake'
  | 'modelIds'
  | 'directory'
  | 'hubUrl'
  | 'mirrors'
  | 'proxy'
  | 'reserveGib'
  | 'keepDays'
  | 'keepGib';

export type ParsedForm =
  | { readonly kind: 'draft'; readonly draft: ProfileDraft }
  | { readonly kind: 'problem'; readonly field: FormField; readonly problem: string };

const FIELDS: Readonly<Record<string, FormField>> = {
  name: 'name',
  stakeWei: 'stake',
  modelIds: 'modelIds',
  'models.directory': 'directory',
  'models.hubUrl': 'hubUrl',
  'models.mirrorUrls': 'mirrors',
  'models.proxy': 'proxy',
  'models.reserveBytes': 'reserveGib',
  'retention.days': 'keepDays',
  'retention.resultsGib': 'keepGib',
};

/** The profile with the typed values, or the first invalid field. */
export function parseForm(profile: Profile, form: ProfileForm): ParsedForm {
  const { directory, ...models } = profile.models;
  const chosen = form.directory.trim();
  const read = profileDraftSchema.safeParse({
    ...profile,
    name: form.name,
    stakeWei: stakeInput(form.stake),
    modelIds: splitLines(form.modelIds),
    autoStart: form.autoStart,
    rejoin: form.rejoin,
    logLevel: form.logLevel,
    retention: retentionInput(form),
    models: {
      ...models,
      ...(chosen === '' ? {} : { directory: chosen }),
      hubUrl: form.hubUrl.trim(),
      mirrorUrls: splitLines(form.mirrors),
      proxy: parseProxy(form.proxy, profile.models.proxy),
      reserveBytes: Math.round(parseDecimal(form.reserveGib) * GIB),
    },
  });
  if (read.success) return { kind: 'draft', draft: read.data };
  const issue = read.error.issues[0];
  const path = issue?.path.join('.') ?? '';
  const field = Object.entries(FIELDS).find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'name';
  return { kind: 'problem', field, problem: issue?.message ?? '' };
}

type RetentionForm = Pick<ProfileForm, 'keepDays' | 'keepGib'>;

const retentionInput = ({ keepDays, keepGib }: RetentionForm) => ({
  days: parseDecimal(keepDays),
  resultsGib: parseDecimal(keepGib),
});

/** Which of the two limits is invalid, whatever else was typed. */
export function retentionProblems(form: RetentionForm): { readonly days: boolean; readonly gib: boolean } {
  const read = retentionSchema.safeParse(retentionInput(form));
  const wrong = new Set(read.error?.issues.map(({ path }) => path[0]));
  return { days: wrong.has('days'), gib: wrong.has('resultsGib') };
}

/** True if results that are kept now may be removed. */
export function keepsLess(form: RetentionForm, before: Retention): boolean {
  const read = retentionSchema.safeParse(retentionInput(form));
  return read.success && (read.data.days < before.days || read.data.resultsGib < before.resultsGib);
}

/** Accepts a point or a comma before the decimals; NaN for anything else and for what could be read two ways (`1,500`). */
function parseDecimal(text: string): number {
  const typed = text.trim();
  if (/^[1-9]\d{0,2},\d{3}$/.test(typed) || !/^\d+(?:[.,]\d+)?$/.test(typed)) return Number.NaN;
  return Number(typed.replace(',', '.'));
}

/** Text that is not an amount stays as typed, for the schema to refuse. */
function stakeInput(text: string): string {
  try {
    return parseCnx(text).toString();
  } catch {
    return text;
  }
}

function splitLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Keeps a proxy's user name and password if its host and port are unchanged. */
function parseProxy(text: string, before: ProxySettings | null): unknown {
  if (text.trim() === '') return null;
  const at = text.lastIndexOf(':');
  const [host, port] = [text.slice(0, at).trim(), Number(text.slice(at + 1))];
  return before !== null && before.host === host && before.port === port ? before : { host, port };
}
