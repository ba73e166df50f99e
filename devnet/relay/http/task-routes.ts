/** Tasks of creators and nodes. Source: RELAY_PROTOCOL 3.2. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Hex } from '../../../protocol/hex.ts';
import { ABORT_REASON, taskTypeFromNumber } from '../../../protocol/tasks/status.ts';
import type { RelayContext } from '../context.ts';
import { balanceOf } from '../ledger.ts';
import { exception, refuseField } from '../refusal.ts';
import type { TaskRow } from '../store/rows.ts';
import { createTask } from '../task-creation.ts';
import { cancelTask, knownTask, reportTaskError, submitScore } from '../task-execution.ts';
import { validateSingle, validateThree } from '../validation.ts';
import { bind, type FieldKinds, type MultipartBody } from './bind.ts';
import { readMultipart } from './multipart.ts';
import { requireSignature, type Signers } from './signature.ts';
import { taskWire } from './wire.ts';

const PATH = '/v1/inference_tasks/:task_id_commitment';
const proof = (k: FieldKinds) => ({ timestamp: k.requiredInt(), signature: k.text() });
const signed = (k: FieldKinds) => ({ task_id_commitment: k.text(), ...proof(k) });

export function taskRoutes(app: FastifyInstance, context: RelayContext): void {
  app.post(PATH, async (request) => {
    const multipart = request.isMultipart() ? await readMultipart(request) : undefined;
    return { message: 'success', data: taskWire(create(context, request, multipart)) };
  });

  app.get(PATH, (request) => {
    const input = bind(request, { shape: signed });
    const { task_id_commitment } = input;
    const { isSigner } = requireSignature(context, { ...input, payload: { task_id_commitment }, version: 1 });
    const task = knownTask(context, task_id_commitment);
    if (task.args === '') throw refuseField('task_id_commitment', 'Task not ready');
    const byNode = task.selectedNode !== null && isSigner(task.selectedNode);
    if (!byNode && !isSigner(task.creator)) throw refuseField('signature', 'Signer not allowed');
    if (byNode && task.deliveredTimeMs === null) {
      context.store.transaction(() => context.store.tasks.put({ ...task, deliveredTimeMs: context.clock.now() }));
    }
    return { message: 'success', data: taskWire(task) };
  });

  app.post(`${PATH}/score`, (request) => {
    const input = bind(request, {
      shape: (k) => ({ task_id_commitment: k.text(), score: k.optionalText(), execution_dtype: k.optionalText(), ...proof(k) }),
      struct: 'SubmitScoreInput',
    });
    const { task_id_commitment, score, execution_dtype } = input;
    const payload = { task_id_commitment, score, ...(execution_dtype === '' ? {} : { execution_dtype }) };
    const { isSigner } = requireSignature(context, { ...input, payload, version: 1 });
    submitScore(context, { task: knownTask(context, task_id_commitment), isSigner, score, executionDtype: execution_dtype });
    return { message: 'success' };
  });

  app.post(`${PATH}/task_error`, (request) => {
    const input = bind(request, { shape: (k) => ({ task_id_commitment: k.text(), task_error: k.requiredUint(), ...proof(k) }) });
    const { task_id_commitment, task_error } = input;
    const { isSigner } = requireSignature(context, { ...input, payload: { task_id_commitment, task_error }, version: 1 });
    reportTaskError(context, { task: knownTask(context, task_id_commitment), isSigner });
    return { message: 'success' };
  });

  app.post(`${PATH}/abort_reason`, (request) => {
    const input = bind(request, {
      shape: (k) => ({ task_id_commitment: k.text(), abort_reason: k.requiredUint(), ...proof(k) }),
    });
    const { task_id_commitment, abort_reason } = input;
    const { isSigner } = requireSignature(context, { ...input, payload: { task_id_commitment, abort_reason }, version: 1 });
    const task = knownTask(context, task_id_commitment);
    assertCreator(task, isSigner);
    if (abort_reason !== ABORT_REASON.CreatorCancelled) throw refuseField('abort_reason', 'Abort reason not allowed');
    cancelTask(context, task);
    return { message: 'success' };
  });

  app.post('/v1/inference_tasks/validate', (request) => {
    validate(context, request);
    return { message: 'success' };
  });
}

function create(context: RelayContext, request: FastifyRequest, multipart: MultipartBody | undefined): TaskRow {
  const input = bind(request, {
    shape: (k) => ({
      task_id_commitment: k.text(),
      task_args: k.text(),
      task_type: k.uint(0),
      nonce: k.text(),
      task_model_ids: k.texts(),
      min_vram: k.nullableUint(),
      required_gpu: k.nullableText(),
      required_gpu_vram: k.nullableUint(),
      task_version: k.text(),
      task_size: k.nullableUint(),
      task_fee: k.wei(),
      timeout: k.uint(0),
      ...proof(k),
    }),
    struct: 'TaskInput',
    ...(multipart === undefined ? {} : { multipart }),
  });
  const { timestamp, signature, timeout, ...fields } = input;
  const payload = { ...fields, task_fee: fields.task_fee.toString(), ...(timeout === 0 ? {} : { timeout }) };
  const signers = requireSignature(context, { payload, timestamp, signature, version: 1 });
  return createTask(context, {
    commitment: fields.task_id_commitment,
    creator: creatorOf(context, signers),
    args: fields.task_args,
    // Anything but an image or a text is checked against the schema of a fine-tune task.
    type: taskTypeFromNumber(fields.task_type) ?? 'FineTuneLora',
    isKnownType: taskTypeFromNumber(fields.task_type) !== undefined,
    nonce: fields.nonce,
    modelIds: fields.task_model_ids,
    minVramGib: fields.min_vram,
    requiredGpu: fields.required_gpu,
    requiredGpuVramGib: fields.required_gpu_vram,
    size: fields.task_size,
    version: fields.task_version,
    feeWei: fields.task_fee,
    timeoutSeconds: timeout,
    checkpoints: multipart === undefined ? null : (multipart.files.checkpoint ?? []),
  });
}

/** The relay's canonical text decides, unless only the Python variant leads to an account with money. */
function creatorOf(context: RelayContext, { addresses }: Signers): Hex {
  return addresses.find((address) => balanceOf(context, address) > 0n) ?? addresses[0];
}

function validate(context: RelayContext, request: FastifyRequest): void {
  const input = bind(request, {
    shape: (k) => ({
      task_id_commitments: k.texts(),
      task_id: k.text(),
      vrf_proof: k.text(),
      public_key: k.text(),
      ...proof(k),
    }),
    struct: 'ValidateTaskInput',
  });
  const { timestamp, signature, ...payload } = input;
  const commitments = payload.task_id_commitments;
  if (commitments.length !== 1 && commitments.length !== 3) {
    throw refuseField('task_id_commitments', 'TaskIDCommitments length incorrect');
  }
  const { isSigner } = requireSignature(context, { payload, timestamp, signature, version: 1 });
  const tasks = commitments.map((commitment) => {
    const task = context.store.tasks.get(commitment);
    if (task === undefined) throw exception('record not found');
    return task;
  });
  for (const task of tasks) assertCreator(task, isSigner);
  const claim = { taskId: payload.task_id, vrfProof: payload.vrf_proof, publicKey: payload.public_key };
  const [single] = tasks;
  if (tasks.length === 1 && single !== undefined) validateSingle(context, single, claim);
  else if (new Set(commitments).size === 3) validateThree(context, tasks, claim);
  else throw exception('task group records are incomplete');
}

export function assertCreator(task: TaskRow, isSigner: Signers['isSigner']): void {
  if (!isSigner(task.creator)) throw refuseField('signature', 'Signer not allowed');
}
