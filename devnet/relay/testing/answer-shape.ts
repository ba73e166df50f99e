/**
 * Compares an answer of the local relay to a recorded one of the real relay: status, content type, envelope, the set of
 * fields, the JSON type and format of each, null or empty, the order of rows, and every word of a refusal. Values are
 * compared only if they say what has happened.
 */

export interface ComparedAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly disposition?: string | null;
  /** Parsed JSON; text if it is not JSON; null for an empty body. */
  readonly body: unknown;
}

/** Fields whose values are states and kinds: these must be equal in the same situation. */
const EXACT: ReadonlySet<string> = new Set(['message', 'status', 'abort_reason', 'task_error', 'task_type', 'slashed']);

/** Texts chosen by whoever asks, empty or not. */
const ASKERS: ReadonlySet<string> = new Set(['required_gpu']);

/** Describes every difference, by path; empty = none. */
export function answerDifferences(real: ComparedAnswer, ours: ComparedAnswer): string[] {
  if (real.status !== ours.status) return [`status ${ours.status} ${brief(ours.body)} for ${real.status} ${brief(real.body)}`];
  const differences: string[] = [];
  if (mediaType(real.contentType) !== mediaType(ours.contentType)) {
    differences.push(`content type ${ours.contentType} for ${real.contentType}`);
  }
  if ((real.disposition ?? null) !== (ours.disposition ?? null)) {
    differences.push(`content disposition ${ours.disposition} for ${real.disposition}`);
  }
  if (real.status >= 400) {
    if (JSON.stringify(real.body) !== JSON.stringify(ours.body))
      differences.push(`refusal ${brief(ours.body)} for ${brief(real.body)}`);
    return differences;
  }
  return [...differences, ...valueDifferences('', real.body, ours.body)];
}

function mediaType(contentType: string | null): string {
  return (contentType ?? '').replace(/\s/g, '').toLowerCase();
}

function brief(body: unknown): string {
  const text = JSON.stringify(body) ?? 'nothing';
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

/** The form of a value, regardless of the value itself. */
export function formatOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) && value >= 1e9 && value < 4e9 ? 'unix seconds' : 'number';
  if (typeof value !== 'string') return typeof value;
  if (value === '') return 'empty text';
  if (/^\d+$/.test(value)) return 'decimal text';
  if (/^0x[0-9a-fA-F]{40}$/.test(value)) return 'address';
  if (/^0x[0-9a-fA-F]*$/.test(value)) return 'hex';
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value)) return 'RFC 3339';
  return parsedText(value) === null ? 'text' : 'JSON text';
}

/** Objects and lists that travel as text; null for any other text. */
function parsedText(value: string): object | null {
  if (!/^[[{]/.test(value)) return null;
  try {
    return JSON.parse(value) as object;
  } catch {
    return null;
  }
}

function valueDifferences(path: string, real: unknown, ours: unknown): string[] {
  const name = /[^.[\]]+$/.exec(path)?.[0] ?? '';
  const [wanted, found] = [formatOf(real), formatOf(ours)];
  if (ASKERS.has(name) && typeof real === typeof ours) return [];
  if (wanted !== found) return [`${path}: ${found} for ${wanted}`];
  if (Array.isArray(real) && Array.isArray(ours)) return listDifferences(path, real, ours);
  if (typeof real === 'string' && typeof ours === 'string' && wanted === 'JSON text') {
    // The arguments of a task are its creator's.
    return /(?:\.args|payload)$/.test(path) ? valueDifferences(`${path}(JSON)`, parsedText(real), parsedText(ours)) : [];
  }
  if (isRecord(real) && isRecord(ours)) return fieldDifferences(path, real, ours);
  // For rows, only their forms are compared.
  return EXACT.has(name) && !path.includes('[') && real !== ours
    ? [`${path}: ${JSON.stringify(ours)} for ${JSON.stringify(real)}`]
    : [];
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldDifferences(path: string, real: Fields, ours: Fields): string[] {
  const differences: string[] = [];
  for (const [name, value] of Object.entries(real)) {
    const at = `${path}.${name}`;
    if (name in ours) differences.push(...valueDifferences(at, value, ours[name]));
    else differences.push(`${at}: missing (${formatOf(value)})`);
  }
  for (const name of Object.keys(ours)) if (!(name in real)) differences.push(`${path}.${name}: not in the real answer`);
  return differences;
}

/** Rows of one kind are compared as one kind; a list with rows differs from an empty one. */
function listDifferences(path: string, real: readonly unknown[], ours: readonly unknown[]): string[] {
  if (real.length === 0 || ours.length === 0) {
    return real.length === ours.length ? [] : [`${path}: ${ours.length} rows for ${real.length}`];
  }
  const order = [directionOf(path, real), directionOf(path, ours)];
  const differences =
    order[0] !== null && order[1] !== null && order[0] !== order[1] ? [`${path}: ${order[1]} for ${order[0]}`] : [];
  const kinds = kindsOf(ours);
  for (const [kind, rows] of kindsOf(real)) {
    const own = kinds.get(kind);
    if (own !== undefined) differences.push(...rowDifferences(`${path}[${kind}]`, rows, own));
  }
  return differences;
}

/** Events of different types have different arguments. */
function kindsOf(rows: readonly unknown[]): Map<string, unknown[]> {
  const kinds = new Map<string, unknown[]>();
  for (const row of rows) {
    const kind = isRecord(row) && ('args' in row || 'payload' in row) ? String(row.type) : '';
    kinds.set(kind, [...(kinds.get(kind) ?? []), row]);
  }
  return kinds;
}

/** By the rows' ids or times. */
function directionOf(path: string, rows: readonly unknown[]): 'ascending' | 'descending' | null {
  const keys = rows.flatMap((row) => {
    const key = isRecord(row) ? (row.id ?? row.timestamp) : path.endsWith('timestamps') ? row : null;
    return typeof key === 'number' ? [key] : [];
  });
  const [first, last] = [keys[0], keys.at(-1)];
  if (keys.length !== rows.length || first === undefined || last === undefined || first === last) return null;
  return first < last ? 'ascending' : 'descending';
}

/** Every form of our rows must be one of theirs; fields that all of their rows have, all of ours must have. */
function rowDifferences(path: string, real: readonly unknown[], ours: readonly unknown[]): string[] {
  const found = ours.map((row) => real.map((candidate) => valueDifferences(path, candidate, row)).reduce(fewest));
  return [...new Set(found.flat())];
}

function fewest(best: string[], next: string[]): string[] {
  return next.length < best.length ? next : best;
}
