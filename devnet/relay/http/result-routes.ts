/**
 * Result files and checkpoints. Source: RELAY_PROTOCOL 3.2; routes whose input has no json tags report Go field names.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { NODE_STATUS } from '../../../protocol/node/status.ts';
import type { RelayContext } from '../context.ts';
import type { TaskFile } from '../files.ts';
import { exception, refuseField } from '../refusal.ts';
import { assertUploadable, knownTask, uploadResult } from '../task-execution.ts';
import { bind, type FieldKinds } from './bind.ts';
import { readMultipart } from './multipart.ts';
import { checkSignature, requireSignature } from './signature.ts';
import { assertCreator } from './task-routes.ts';

const PATH = '/v1/inference_tasks/:task_id_commitment';
const signed = (k: FieldKinds) => ({ task_id_commitment: k.text(), timestamp: k.requiredInt(), signature: k.text() });

export function resultRoutes(app: FastifyInstance, context: RelayContext): void {
  app.post(`${PATH}/results`, async (request) => {
    if (!request.isMultipart()) throw exception("request Content-Type isn't multipart/form-data");
    const multipart = await readMultipart(request);
    const input = bind(request, { shape: signed, multipart, goNames: ['timestamp', 'signature'] });
    const { task_id_commitment } = input;
    const check = checkSignature(context, { ...input, payload: { task_id_commitment }, version: 1 });
    if (check === 'malformed') throw exception('invalid signature');
    if (check === 'stale') throw refuseField('signature', 'Invalid signature');
    const task = knownTask(context, task_id_commitment);
    assertUploadable(task, check.isSigner);
    const { files = [], checkpoint: checkpoints = [] } = multipart.files;
    uploadResult(context, { task, isSigner: check.isSigner, files, checkpoints });
    return { message: 'success' };
  });

  app.get(`${PATH}/results/:index`, (request, reply) => {
    const input = bind(request, { shape: (k) => ({ ...signed(k), index: k.text() }), goNames: ['timestamp', 'signature'] });
    const { task_id_commitment, index } = input;
    const { isSigner } = requireSignature(context, { ...input, payload: { index, task_id_commitment }, version: 1 });
    const task = knownTask(context, task_id_commitment);
    assertCreator(task, isSigner);
    if (task.status !== 'EndSuccess' && task.status !== 'EndGroupSuccess')
      throw refuseField('task_id', 'Task results not uploaded');
    const name = `${index}.${task.type === 'Llm' ? 'json' : 'png'}`;
    if (!/^\d{1,4}$/.test(index)) throw refuseField('index', 'File not found');
    return attach(context, reply, {
      commitment: task.commitment,
      file: { kind: 'result', name },
      name,
      missing: ['index', 'File not found'],
    });
  });

  app.get(`${PATH}/results/checkpoint`, (request, reply) => {
    const input = bind(request, { shape: signed, goNames: ['timestamp', 'signature'] });
    const { task_id_commitment } = input;
    const { isSigner } = requireSignature(context, { ...input, payload: { task_id_commitment }, version: 1 });
    const task = knownTask(context, task_id_commitment);
    assertCreator(task, isSigner);
    // Only a single task's checkpoint can be read (quirk 4).
    if (task.status !== 'EndSuccess') throw refuseField('task_id', 'Task checkpoint not uploaded');
    return attach(context, reply, {
      commitment: task.commitment,
      file: { kind: 'checkpoint', of: 'result' },
      name: 'checkpoint.zip',
      missing: ['task_id', 'Checkpoint file not found'],
    });
  });

  app.get(`${PATH}/checkpoint`, (request, reply) => {
    const input = bind(request, { shape: signed, goNames: ['timestamp', 'signature'] });
    const { task_id_commitment } = input;
    const { isSigner } = requireSignature(context, { ...input, payload: { task_id_commitment }, version: 1 });
    const task = knownTask(context, task_id_commitment);
    if (task.status === 'Queued') throw refuseField('task_id', 'Task not ready');
    const allowed = isSigner(task.creator) || (task.selectedNode !== null && isSigner(task.selectedNode));
    if (!allowed) throw refuseField('signature', 'Signer not allowed');
    return attach(context, reply, {
      commitment: task.commitment,
      file: { kind: 'checkpoint', of: 'input' },
      name: 'checkpoint.zip',
      missing: ['task_id', 'Checkpoint file not found'],
    });
  });

  app.get(`${PATH}/selected_node`, (request) => {
    const input = bind(request, { shape: signed, goNames: ['timestamp', 'signature'] });
    const { task_id_commitment } = input;
    const { isSigner } = requireSignature(context, { ...input, payload: { task_id_commitment }, version: 1 });
    const task = knownTask(context, task_id_commitment);
    if (task.selectedNode === null) throw refuseField('task_id_commitment', 'Task not started');
    if (!isSigner(task.creator) && !isSigner(task.selectedNode)) throw refuseField('signature', 'Signer not allowed');
    const node = context.store.nodes.get(task.selectedNode);
    const Data = {
      address: task.selectedNode,
      status: NODE_STATUS[node?.status ?? 'Quit'],
      gpu_name: node?.gpuName ?? '',
      gpu_vram: node?.gpuVramGib ?? 0,
      version: node?.version ?? '',
      network: node?.network ?? '',
    };
    // The real relay's key is capitalised here (quirk 3).
    return { message: 'success', Data };
  });
}

interface Attachment {
  readonly commitment: string;
  readonly file: TaskFile;
  readonly name: string;
  readonly missing: readonly [field: string, message: string];
}

function attach({ files }: RelayContext, reply: FastifyReply, { commitment, file, name, missing }: Attachment): FastifyReply {
  const bytes = files.get(commitment, file);
  if (bytes === undefined) throw refuseField(...missing);
  return reply
    .header('content-disposition', `attachment; filename=${name}`)
    .type('application/octet-stream')
    .send(Buffer.from(bytes));
}
