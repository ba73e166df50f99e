/** The seven routes of the old relay. Source: CHAIN_MODE 9, CHAIN_CORRECTIONS 8–13. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { relayAcceptsArgs } from '../../../protocol/args/index.ts';
import { type Hex, isHex } from '../../../protocol/hex.ts';
import { scoreOfFiles } from '../../../protocol/scores/score.ts';
import { recoverAddress } from '../../../protocol/signing/recoverable.ts';
import { MAX_CLOCK_DISTANCE_SECONDS, requestDigest } from '../../../protocol/signing/request-signature.ts';
import { bind, type FieldKinds, type MultipartBody } from '../../relay/http/bind.ts';
import { readMultipart } from '../../relay/http/multipart.ts';
import { exception, refuseField } from '../../relay/refusal.ts';
import { type ChainTask, readChainTask } from '../chain-task.ts';
import { type OldRelayContext, type OldRelayTask, setStatus } from './store.ts';
import { oldTaskWire } from './wire.ts';

const PATH = '/v1/inference_tasks/:task_id_commitment';
const proof = (k: FieldKinds) => ({ timestamp: k.requiredInt(), signature: k.text() });
const signed = (k: FieldKinds) => ({ task_id_commitment: k.text(), ...proof(k) });

export function oldRelayRoutes(app: FastifyInstance, context: OldRelayContext): void {
  const { clock, store } = context;

  app.get('/v1/now', () => ({ message: 'success', data: { now: Math.floor(clock.now() / 1000) } }));

  app.post(PATH, async (request) => {
    const multipart = request.isMultipart() ? await readMultipart(request) : undefined;
    const shape = (k: FieldKinds) => ({ ...signed(k), task_args: k.text() });
    const input = bind(request, { shape, ...(multipart === undefined ? {} : { multipart }) });
    const { task_args, task_id_commitment } = input;
    const signer = signerOf(context, { ...input, payload: { task_args, task_id_commitment } });
    const task = await requireChainTask(context, task_id_commitment);
    if (task.creator !== signer) throw refuseField('signature', 'Signer not allowed');
    if (task.status !== 'Started') throw refuseField('task_id_commitment', 'Task not started');
    const problem = argumentsProblem(task, task_args);
    if (problem !== null) throw refuseField('task_args', problem);
    if (store.get(task_id_commitment) !== undefined) throw refuseField('task_id_commitment', 'Task already uploaded');
    const [checkpoint = null] = multipart?.files.checkpoint ?? [];
    if (task.type === 'FineTuneLora' && checkpoint === null) throw refuseField('checkpoint', 'Checkpoint not uploaded');
    const row = store.add({ commitment: task.commitment, creator: signer, args: task_args, createdMs: clock.now(), checkpoint });
    return { message: 'success', data: oldTaskWire(row, task) };
  });

  app.get(PATH, async (request) => {
    const { row, task } = await authoriseRead(context, request);
    if (row.status !== 'Created' && row.status !== 'ParamsUploaded') throw refuseField('task_id_commitment', 'Task not ready');
    return { message: 'success', data: oldTaskWire(row, task) };
  });

  app.get(`${PATH}/checkpoint`, async (request, reply) => {
    const { row } = await authoriseRead(context, request);
    if (row.status !== 'ParamsUploaded') throw refuseField('task_id_commitment', 'Task not ready');
    return sendAttachment(reply, row.checkpoint, { name: 'checkpoint.zip', field: 'task_id_commitment' });
  });

  app.post(`${PATH}/results`, async (request) => {
    if (!request.isMultipart()) throw exception("request Content-Type isn't multipart/form-data");
    const multipart = await readMultipart(request);
    const input = bind(request, { shape: signed, multipart, goNames: ['timestamp', 'signature'] });
    const { task_id_commitment } = input;
    const signer = signerOf(context, { ...input, payload: { task_id_commitment }, isResultsRoute: true });
    const row = requireRow(context, task_id_commitment);
    const task = await requireChainTask(context, task_id_commitment);
    if (task.selectedNode !== signer) throw refuseField('signature', 'Signer not allowed');
    const isValidated = task.status === 'Validated' || task.status === 'GroupValidated';
    if (row.status !== 'ParamsUploaded' || !isValidated) throw refuseField('task_id_commitment', 'Task not validated');
    storeResults(row, task, multipart);
    setStatus(context, row, 'ResultsReady');
    return { message: 'success' };
  });

  app.get(`${PATH}/results/checkpoint`, async (request, reply) => {
    const input = bind(request, { shape: signed, goNames: ['timestamp', 'signature'] });
    const { task_id_commitment } = input;
    const row = await authoriseDownload(context, { ...input, payload: { task_id_commitment } });
    return sendAttachment(reply, row.resultCheckpoint, { name: 'checkpoint.zip', field: 'task_id_commitment' });
  });

  app.get(`${PATH}/results/:index`, async (request, reply) => {
    const shape = (k: FieldKinds) => ({ index: k.text(), ...signed(k) });
    const input = bind(request, { shape, goNames: ['timestamp', 'signature'] });
    const { index, task_id_commitment } = input;
    const row = await authoriseDownload(context, { ...input, payload: { index, task_id_commitment } });
    const bytes = /^\d{1,4}$/.test(index) ? row.results[Number(index)] : undefined;
    return sendAttachment(reply, bytes ?? null, { name: index, field: 'index' });
  });
}

interface Claim {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly task_id_commitment: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly signature: string;
  readonly isResultsRoute?: boolean;
}

/** @throws Refusal 400 "Invalid signature"; on the results route a malformed one is a 500 */
function signerOf({ clock }: OldRelayContext, { payload, timestamp, signature, isResultsRoute = false }: Claim): Hex {
  let signer: Hex;
  try {
    signer = recoverAddress(requestDigest(payload, timestamp), `0x${signature.slice(2)}`);
  } catch {
    throw isResultsRoute ? exception('invalid signature') : refuseField('signature', 'Invalid signature');
  }
  const distance = Math.abs(Math.floor(clock.now() / 1000) - timestamp);
  if (distance <= MAX_CLOCK_DISTANCE_SECONDS) return signer;
  throw refuseField(isResultsRoute ? 'Signature' : 'signature', 'Invalid signature');
}

async function requireChainTask({ chain }: OldRelayContext, commitment: string): Promise<ChainTask> {
  const task = isHex(commitment, 32) ? await readChainTask(chain, commitment) : null;
  // Compared as text: another spelling of the same number is another task.
  if (task === null || task.commitment !== commitment) throw refuseField('task_id_commitment', 'Task not found');
  return task;
}

function requireRow({ store }: OldRelayContext, commitment: string): OldRelayTask {
  const row = store.get(commitment);
  if (row === undefined) throw refuseField('task_id_commitment', 'Task not found');
  return row;
}

/** For its node and its creator. */
async function authoriseRead(context: OldRelayContext, request: FastifyRequest): Promise<{ row: OldRelayTask; task: ChainTask }> {
  const input = bind(request, { shape: signed });
  const { task_id_commitment } = input;
  const signer = signerOf(context, { ...input, payload: { task_id_commitment } });
  const row = requireRow(context, task_id_commitment);
  const task = await requireChainTask(context, task_id_commitment);
  if (signer !== task.creator && signer !== task.selectedNode) throw refuseField('signature', 'Signer not allowed');
  return { row, task };
}

/** For its creator, once the files are available. */
async function authoriseDownload(context: OldRelayContext, claim: Claim): Promise<OldRelayTask> {
  const signer = signerOf(context, claim);
  const row = requireRow(context, claim.task_id_commitment);
  if (signer !== row.creator) throw refuseField('signature', 'Signer not allowed');
  if (row.results.length === 0) throw refuseField('task_id_commitment', 'Task results not uploaded');
  return row;
}

/** @throws Refusal unless the files hash to exactly the score on the chain */
function storeResults(row: OldRelayTask, task: ChainTask, { files }: MultipartBody): void {
  const { files: results = [], checkpoint: [checkpoint = null] = [] } = files;
  let score: Hex | null = null;
  try {
    score = scoreOfFiles(task.type, results);
  } catch {
    // No files, or not an image.
  }
  if (score !== task.score) throw refuseField('files', 'Wrong result files uploaded');
  if (task.type === 'FineTuneLora' && checkpoint === null) throw refuseField('checkpoint', 'Checkpoint not uploaded');
  row.results = results;
  row.resultCheckpoint = checkpoint;
}

function argumentsProblem({ type }: ChainTask, text: string): string | null {
  try {
    return relayAcceptsArgs(type, JSON.parse(text) as unknown);
  } catch {
    return 'task arguments are not JSON';
  }
}

function sendAttachment(
  reply: FastifyReply,
  bytes: Uint8Array | null,
  { name, field }: { readonly name: string; readonly field: string },
): FastifyReply {
  if (bytes === null) throw refuseField(field, 'File not found');
  return reply
    .header('content-disposition', `attachment; filename=${name}`)
    .type('application/octet-stream')
    .send(Buffer.from(bytes));
}
