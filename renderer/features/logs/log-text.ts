/** A log line as a host reads it: what was done, with the facts that describe the outcome. Pure. */
import type { LogLine } from '../../../contract/logs.ts';

/** One of the texts `logs:facts.*`, with its values. */
export interface LogFact {
  readonly name:
    | 'as'
    | 'unknownTask'
    | 'reason'
    | 'model'
    | 'attempt'
    | 'took'
    | 'tookOf'
    | 'failures'
    | 'endpoint'
    | 'version'
    | 'exit'
    | 'transaction'
    | 'reverted'
    | 'path'
    | 'lost'
    | 'line'
    | 'source';
  readonly value: string;
  readonly limit?: string;
}

type Details = Readonly<Record<string, unknown>>;

/** Which of a line's details appear in its row; all of them are in the folded part. */
export function logFacts({ details }: Pick<LogLine, 'details'>): readonly LogFact[] {
  const all = parseDetails(details);
  const text = (name: string): string | null => {
    const value = all[name];
    return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
  };
  const fact = (name: LogFact['name'], value: string | null): LogFact[] => (value === null ? [] : [{ name, value }]);
  const as = text('as');
  const [seconds, limit] = [text('seconds'), text('limitSeconds')];
  return [
    ...(as === 'notFound' ? fact('unknownTask', as) : fact('as', as)),
    ...fact('model', modelOf(all)),
    ...fact('version', text('version')),
    ...fact('attempt', text('attempt')),
    ...(seconds !== null && limit !== null ? [{ name: 'tookOf' as const, value: seconds, limit }] : fact('took', seconds)),
    ...fact('endpoint', text('endpoint')),
    ...fact('transaction', text('hash')),
    ...(all.succeeded === false ? fact('reverted', 'reverted') : []),
    ...fact('exit', text('lastExit')),
    ...fact('reason', text('reason') ?? lastLine(text('lastWords')) ?? text('detail') ?? text('problem')),
    ...fact('line', text('line')),
    ...fact('path', text('path') ?? text('folder')),
    ...fact('lost', text('lost')),
    ...fact('source', text('source')),
    ...(Number(all.failures ?? 0) > 1 ? fact('failures', text('failures')) : []),
  ];
}

function modelOf({ model, modelId, models }: Details): string | null {
  const first = model ?? modelId ?? (Array.isArray(models) ? models.join(', ') : null);
  return typeof first === 'string' && first !== '' ? first : null;
}

function lastLine(text: string | null): string | null {
  return text?.trimEnd().split('\n').at(-1) ?? null;
}

function parseDetails(details: string): Details {
  try {
    const json: unknown = JSON.parse(details);
    return typeof json === 'object' && json !== null ? (json as Details) : {};
  } catch {
    return {};
  }
}

export interface LogTexts {
  /** Keyed by the English text; empty for English. */
  readonly messages: Readonly<Record<string, string>>;
  /** What a code means; null = unknown here. */
  meaning(code: string, details: Details): string | null;
}

/** The text of the line, and the meaning of its error, if it has one. */
export function logSentence(
  line: LogLine,
  { messages, meaning }: LogTexts,
): { readonly text: string; readonly error: string | null } {
  const error = line.code === null ? null : meaning(line.code, errorOf(parseDetails(line.details)));
  // For an error logged in its own words, show its meaning in the host's language instead.
  const own = messages[line.message];
  if (own !== undefined || error === null) return { text: own ?? line.message, error };
  return line.message === errorMessage(line) ? { text: error, error: null } : { text: line.message, error };
}

function errorOf({ err, error, ...rest }: Details): Details {
  const carried = err ?? error ?? rest;
  return typeof carried === 'object' && carried !== null ? (carried as Details) : {};
}

function errorMessage({ details, message }: LogLine): string | null {
  const { err, error, code } = parseDetails(details);
  const carried = (err ?? error) as { message?: unknown } | undefined;
  if (typeof carried?.message === 'string') return carried.message;
  // A task's alarm has only its code.
  return typeof code === 'string' ? message : null;
}
