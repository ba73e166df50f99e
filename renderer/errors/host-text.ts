/** An error as a host reads it: meaning, likely cause, what to do, what is safe meanwhile. Pure; contains no field name and no code. */
import { plainCatalogue } from '../i18n/en/error-catalogue.ts';
import type { errors } from '../i18n/en/errors.ts';
import type { Translation } from '../i18n/translation.ts';

type Texts = Translation<typeof errors>;

export interface ErrorLocale {
  readonly texts: Texts;
  /** Meaning and remedy by code, in the host's language. */
  readonly catalogue: Readonly<Record<string, readonly [meaning: string, remedy: string]>>;
  amount(wei: bigint): string;
  date(ms: number): string;
}

export interface HostError {
  readonly code: string;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface HostText {
  /** Null if the code is unknown here. */
  readonly meaning: string | null;
  readonly cause: string | null;
  readonly remedy: string | null;
  readonly safe: string | null;
  /** The other party's own words, if they are the reason itself; never ours. */
  readonly quote: string | null;
}

/** Codes whose reason is what another program said. */
const CODES_WITH_QUOTE: ReadonlySet<string> = new Set([
  ...['RELAY_REFUSED', 'CHAIN_REFUSED', 'CHAIN_REVERTED', 'CHAIN_BAD_ARGUMENT', 'MONEY_WITHDRAW_REFUSED', 'NODE_JOIN_FAILED'],
  ...['EXECUTION_FAILED', 'ENGINE_AWAY', 'ENGINE_WARM_UP_FAILED', 'MODEL_ENGINE_FAILED', 'OFFICIAL_BAD_SETTING'],
  ...['GPU_PROBE_FAILED', 'GPU_PROBE_WARNED', 'GPU_BAD_SETTINGS', 'MODEL_STORE_UNUSABLE', 'MODEL_NO_SPACE', 'PREFLIGHT_BROKEN'],
  ...['HOST_FILE_DAMAGED', 'HOST_FILE_RESTORED', 'HOST_FILE_UNREADABLE', 'HOST_FILE_UNWRITABLE', 'LOG_UNREADABLE'],
  ...['NETWORK_PRESET_BAD', 'NETWORK_PRESET_UNREADABLE', 'LOCAL_NETWORK_FAILED', 'WORKER_FATAL', 'MODEL_BAD_CATALOGUE'],
  ...['SHELL_UPDATE_FAILED', 'ENGINE_ORPHAN_REMAINS', 'ENGINE_BAD_ENVIRONMENT', 'IMAGE_BAD_MODEL'],
]);

const SAFETY_BY_CODE: readonly (readonly [start: string, keeps: keyof Texts['keeps']])[] = [
  ['RELAY_UNREACHABLE', 'relay'],
  ['RELAY_BAD_ANSWER', 'relay'],
  ['CHAIN_UNREACHABLE', 'chain'],
  ['CHAIN_BAD_ANSWER', 'chain'],
  ['STORE_', 'store'],
  ['ENGINE_AWAY', 'engine'],
  ['ENGINE_TOO_SLOW', 'engine'],
  ['ENGINE_WARM_UP_FAILED', 'engine'],
  ['EXECUTION_FAILED', 'engine'],
  ['MONEY_WITHDRAW_OPEN', 'withdrawal'],
  ['MONEY_WITHDRAW_UNCLEAR', 'withdrawal'],
  ['GPU_SELF_TEST_', 'selfTest'],
  ['MODEL_ENGINE_FAILED', 'model'],
  ['MODEL_INTERRUPTED', 'model'],
  ['WORKER_EXITED', 'worker'],
];

/** Facts of an error that become a sentence, by their names in the error. */
const FACT_TEXTS = {
  missingWei: 'missing',
  minimumWei: 'minimum',
  mostWei: 'most',
  balanceWei: 'held',
  availableAtSeconds: 'from',
} as const satisfies Record<string, keyof Texts['facts']>;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export function hostText(error: HostError, words: ErrorLocale): HostText {
  const data = error.data ?? {};
  // An error that only wraps another: the wrapped one counts.
  const carried =
    error.code === 'WORKER_FATAL' && isText(data.reason) && data.reason in words.catalogue ? data.reason : error.code;
  const entry = words.catalogue[carried];
  const facts = factsOf(data, words);
  const keeps = SAFETY_BY_CODE.find(([start]) => carried.startsWith(start))?.[1];
  return {
    meaning: entry === undefined ? null : [entry[0], ...facts].join(' '),
    cause: causeOf(data, words.texts),
    remedy: entry?.[1] ?? null,
    safe: keeps === undefined ? null : words.texts.keeps[keeps],
    quote: entry === undefined || CODES_WITH_QUOTE.has(error.code) ? quoteOf(error) : null,
  };
}

function factsOf(data: Readonly<Record<string, unknown>>, words: ErrorLocale): string[] {
  return Object.entries(FACT_TEXTS).flatMap(([name, fact]) => {
    const value = data[name];
    if (!(typeof value === 'string' || typeof value === 'number') || !/^\d+$/.test(String(value))) return [];
    const filled = fact === 'from' ? words.date(Number(value) * 1_000) : words.amount(BigInt(value));
    return [words.texts.facts[fact].replace(/\{\{\w+\}\}/, () => filled)];
  });
}

/** Where a connection failed, and at which end. */
function causeOf({ phase, side, answeredBy }: Readonly<Record<string, unknown>>, { because }: Texts): string | null {
  const said = [answeredBy === 'portal' ? answeredBy : phase, side].flatMap((fact) =>
    isText(fact) && Object.hasOwn(because, fact) ? [because[fact as keyof Texts['because']]] : [],
  );
  return said.length === 0 ? null : said.join(' ');
}

function quoteOf({ message, data = {} }: HostError): string | null {
  const words = [data.reason, data.rpcMessage, data.lastWords, data.lastError].find(isText) ?? message;
  return words === '' ? null : words;
}

/** The rooms' catalogues in English for hosts: without markup for commands, and without field names. */
export function englishCatalogue(
  entries: Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>,
): ErrorLocale['catalogue'] {
  const plain = (text: string) => text.replaceAll('`', '');
  const rows = Object.entries(entries).map(([code, { meaning, remedy }]) => [code, [plain(meaning), plain(remedy)]] as const);
  return { ...Object.fromEntries(rows), ...plainCatalogue };
}
