/** Diagnostic reports of nodes. Source: RELAY_PROTOCOL 3.9. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { RelayContext } from '../context.ts';
import { notFound, refuseField } from '../refusal.ts';
import { bind, type FieldKinds } from './bind.ts';
import { requireSignature } from './signature.ts';

const reportShape = (k: FieldKinds) => ({
  node_address: k.text(),
  task_id_commitment: k.text(),
  task_args: k.text(),
  error_type: k.text(),
  message: k.text(),
  stack_trace: k.text(),
  gpu_count: k.int(0),
  gpu_model: k.optionalText(),
  gpu_vram_mb: k.int(0),
  executor_mode: k.text(),
  captured_at: k.requiredInt(),
  timestamp: k.requiredInt(),
  signature: k.text(),
});

const pathSchema = z.object({ c: z.string() });

export function diagnosticsRoutes(app: FastifyInstance, context: RelayContext): void {
  app.post('/v2/tasks/:c/node_error', (request) => {
    const { timestamp, signature, captured_at, ...payload } = bind(request, { shape: reportShape, struct: 'NodeErrorInput' });
    const { c } = pathSchema.parse(request.params);
    const { node_address: node, task_id_commitment: commitment } = payload;
    if (c !== commitment) throw refuseField('task_id_commitment', 'Path and signed body do not match');
    const { addresses } = requireSignature(context, { payload, timestamp, signature, version: 2 });
    // Only here are addresses compared as addresses, not as text.
    if (!addresses.some((signer) => sameAddress(signer, node))) throw refuseField('signature', 'Signer not allowed');
    const task = context.store.tasks.get(commitment);
    if (task === undefined) throw notFound();
    if (task.selectedNode === null || !sameAddress(task.selectedNode, node)) throw refuseField('signature', 'Signer not allowed');
    const key = `${task.selectedNode} ${commitment}`;
    if (!context.store.nodeErrors.has(key)) {
      context.store.transaction(() =>
        context.store.nodeErrors.put({
          node: task.selectedNode as Hex,
          commitment,
          errorType: payload.error_type,
          message: payload.message,
          stackTrace: payload.stack_trace,
          atMs: captured_at * 1000,
        }),
      );
    }
    return { message: 'success' };
  });
}
