/**
 * Reads the recorded exchanges with the real relay (`protocol/vectors/relay`, described by INDEX.md there). Both the
 * client's and the devnet's tests go through them. An unknown file, field or route is an error, because a recording that is
 * silently skipped proves nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const FOLDER = new URL('../vectors/relay/', import.meta.url);
/** Says where the recordings come from and what the names mean. */
const SOURCE_NOTE = 'INDEX.md';

const multipartPartSchema = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({
    name: z.string(),
    filename: z.string(),
    contentType: z.string(),
    bytes: z.number().int().nonnegative(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
]);

const requestSchema = z.strictObject({
  path: z.string().startsWith('/'),
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  contentType: z.string().optional(),
  authorization: z.string().optional(),
  /** The body, in the form that it had. Of a body that is too long only the length is kept. */
  json: z.unknown().optional(),
  form: z.array(z.tuple([z.string(), z.string()])).optional(),
  multipart: z.array(multipartPartSchema).optional(),
  text: z.string().optional(),
  bytes: z.number().int().nonnegative().optional(),
});

const exchangeSchema = z.strictObject({
  /** Describes the situation to a reader; tests never rely on it. */
  name: z.string().min(1),
  note: z.string().optional(),
  at: z.iso.datetime(),
  request: requestSchema,
  status: z.number().int().min(100).max(599),
  contentType: z.string().nullable(),
  contentDisposition: z.string().optional(),
  /** The answer's JSON, or its text if the content type is not JSON; null with `empty`, `base64` or `bytes`. */
  body: z.unknown(),
  /** The answer's text, if JSON.parse would round a number in it. */
  raw: z.string().optional(),
  empty: z.literal(true).optional(),
  /** A file; a long one is represented by its length and hash. */
  base64: z.string().optional(),
  bytes: z.number().int().nonnegative().optional(),
  sha256: z.string().optional(),
});

const recordingSchema = z.strictObject({
  route: z.string(),
  method: z.enum(['GET', 'POST', 'DELETE']),
  source: z.string(),
  exchanges: z.array(exchangeSchema).min(1),
});

export type RecordedExchange = z.output<typeof exchangeSchema>;
export type RelayRecording = z.output<typeof recordingSchema> & {
  /** `GET /v1/node/:address`. */
  readonly key: RelayRoute;
};

/** Every recorded route. */
export const RELAY_ROUTES = [
  'DELETE (unknown route)',
  'DELETE /v1/worker/:version',
  'GET (unknown route)',
  'GET /',
  'GET /v1/client/:address/income/stats',
  'GET /v1/delegator/:user_address',
  'GET /v1/delegator/:user_address/delegation',
  'GET /v1/delegator/:user_address/delegations',
  'GET /v1/events',
  'GET /v1/events/current_id',
  'GET /v1/incentive/node/:address',
  'GET /v1/incentive/nodes',
  'GET /v1/incentive/total',
  'GET /v1/inference_tasks/:task_id_commitment',
  'GET /v1/inference_tasks/:task_id_commitment/checkpoint',
  'GET /v1/inference_tasks/:task_id_commitment/results/:index',
  'GET /v1/inference_tasks/:task_id_commitment/results/checkpoint',
  'GET /v1/inference_tasks/:task_id_commitment/selected_node',
  'GET /v1/network',
  'GET /v1/network/nodes/data',
  'GET /v1/network/nodes/number',
  'GET /v1/network/tasks/number',
  'GET /v1/network/withdraw_config',
  'GET /v1/node/:address',
  'GET /v1/node/:address/task',
  'GET /v1/now',
  'GET /v1/relay_account/:address/deposit/list',
  'GET /v1/relay_account/:address/task_fee',
  'GET /v1/relay_account/:address/withdraw/list',
  'GET /v1/relay_account/event_logs',
  'GET /v1/staking/:address',
  'GET /v1/stats/histogram/task_execution_time',
  'GET /v1/stats/histogram/task_fee',
  'GET /v1/stats/histogram/task_upload_result_time',
  'GET /v1/stats/histogram/task_waiting_time',
  'GET /v1/stats/line_chart/delegation/:user_address/:node_address/earnings',
  'GET /v1/stats/line_chart/delegation/:user_address/:node_address/emission',
  'GET /v1/stats/line_chart/delegator/:address/earnings',
  'GET /v1/stats/line_chart/incentive',
  'GET /v1/stats/line_chart/node/:address/delegator_num',
  'GET /v1/stats/line_chart/node/:address/earnings',
  'GET /v1/stats/line_chart/node/:address/scores',
  'GET /v1/stats/line_chart/node/:address/staking',
  'GET /v1/stats/line_chart/task_count',
  'GET /v1/stats/line_chart/task_success_rate',
  'GET /v1/stats/node_events',
  'GET /v1/stats/queue/count',
  'GET /v1/user_staking/node/:address',
  'GET /v1/withdraw/list',
  'GET /v1/worker/:version/count',
  'GET /v2/admin/node_task_errors',
  'GET /v2/admin/nodes/:address/scores',
  'GET /v2/admin/pending_slashes',
  'GET /v2/admin/pending_slashes/:pending_slash_id',
  'GET /v2/admin/relay_account/:address/balance',
  'GET /v2/admin/slashes/nodes',
  'GET /v2/admin/slashes/nodes/:address/delegators',
  'GET /v2/admin/slashes/nodes/:address/vestings',
  'GET /v2/admin/task_whitelist',
  'GET /v2/admin/tasks/:task_id_commitment/trace',
  'GET /v2/delegated_staking/nodes',
  'GET /v2/delegated_staking/nodes/:address',
  'GET /v2/delegated_staking/nodes/:address/delegations',
  'GET /v2/delegated_staking/nodes/:address/emission/chart',
  'GET /v2/delegated_staking/nodes/filter_options',
  'GET /v2/incentive/delegations',
  'GET /v2/incentive/nodes',
  'GET /v2/incentive/nodes/all',
  'GET /v2/loaded-models',
  'GET /v2/models/llm/execution-time',
  'GET /v2/models/sd/execution-time',
  'GET /v2/network/nodes/data',
  'GET /v2/node/:address',
  'GET /v2/node/:address/qos/tracing',
  'GET /v2/relay_account/:address/balance',
  'GET /v2/relay_account/:address/emission/chart',
  'GET /v2/relay_account/:address/vesting/list',
  'GET /v2/relay_account/:address/vesting/locked',
  'POST /v1/client/connect_wallet',
  'POST /v1/inference_tasks/:task_id_commitment',
  'POST /v1/inference_tasks/:task_id_commitment/abort_reason',
  'POST /v1/inference_tasks/:task_id_commitment/results',
  'POST /v1/inference_tasks/:task_id_commitment/score',
  'POST /v1/inference_tasks/:task_id_commitment/task_error',
  'POST /v1/inference_tasks/validate',
  'POST /v1/node/:address/join',
  'POST /v1/node/:address/model',
  'POST /v1/node/:address/pause',
  'POST /v1/node/:address/quit',
  'POST /v1/node/:address/resume',
  'POST /v1/node/:address/version',
  'POST /v1/relay_account/:address/withdraw',
  'POST /v1/withdraw/:id/fulfill',
  'POST /v1/withdraw/:id/reject',
  'POST /v1/worker/:version',
  'POST /v2/admin/nodes/slash',
  'POST /v2/admin/vesting',
  'POST /v2/node/:address/capabilities',
  'POST /v2/node/:address/join',
  'POST /v2/tasks/:task_id_commitment/node_error',
] as const;
export type RelayRoute = (typeof RELAY_ROUTES)[number];

/** The file with a route's exchanges. */
export function recordingFile(method: string, route: string): string {
  const words = route
    .replace(/^\(/, '/')
    .replace(/\)$/, '')
    .replace(/:([a-z_]+)/g, (_, name: string) => name.toUpperCase());
  return `${method}_${words === '/' ? '' : words.replace(/[/ -]/g, '_')}.json`;
}

/** One file's text. @throws if a field, the route or the file's name is unknown. */
export function parseRelayRecording(file: string, text: string): RelayRecording {
  const recording = recordingSchema.parse(JSON.parse(text));
  const key = `${recording.method} ${recording.route}`;
  const route = RELAY_ROUTES.find((known) => known === key);
  if (route === undefined) throw new Error(`${file}: no test knows the route ${key}`);
  const expected = recordingFile(recording.method, recording.route);
  if (file !== expected) throw new Error(`${file}: the exchanges of ${key} belong into ${expected}`);
  return { ...recording, key: route };
}

/** All recordings, by route. @throws for an unexpected file, and for a known route without a file. */
export function readRelayRecordings(folder: URL = FOLDER): RelayRecording[] {
  const recordings: RelayRecording[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (file === SOURCE_NOTE) continue;
    if (!file.endsWith('.json')) throw new Error(`${file}: not a recording`);
    recordings.push(parseRelayRecording(file, readFileSync(new URL(file, folder), 'utf8')));
  }
  const missing = RELAY_ROUTES.filter((route) => !recordings.some(({ key }) => key === route));
  if (missing.length > 0) throw new Error(`no recording of ${missing.join(', ')}`);
  return recordings;
}

export function isSuccess(exchange: RecordedExchange): boolean {
  return exchange.status >= 200 && exchange.status < 300;
}

/** The answer's body as the relay sent it; null if only its length and hash were kept. */
export function answerBytes(exchange: RecordedExchange): Uint8Array | null {
  if (exchange.empty === true) return new Uint8Array();
  if (exchange.raw !== undefined) return new TextEncoder().encode(exchange.raw);
  if (exchange.base64 !== undefined) return Uint8Array.from(Buffer.from(exchange.base64, 'base64'));
  if (exchange.bytes !== undefined) return null;
  const isJson = exchange.contentType?.includes('json') ?? false;
  if (!isJson && typeof exchange.body === 'string') return new TextEncoder().encode(exchange.body);
  return new TextEncoder().encode(JSON.stringify(exchange.body));
}
