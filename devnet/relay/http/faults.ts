/** A misbehaving relay for tests of its clients: slow, failing, silent, repeating itself. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../../protocol/ports.ts';

export type Fault =
  /** Answers after this time. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Has no effect and answers with a status. */
  | { readonly kind: 'status'; readonly status: number }
  /** Has no effect and closes the connection. */
  | { readonly kind: 'drop' }
  /** Performs the request, then closes the connection without an answer. */
  | { readonly kind: 'dropAnswer' }
  /** Events only: answers as if asked from this many events earlier. */
  | { readonly kind: 'repeatEvents'; readonly count: number };

/** Called for every request; null = no fault. */
export type FaultPlan = (request: { readonly method: string; readonly path: string }) => Fault | null;

export function injectFaults(app: FastifyInstance, { plan, clock }: { readonly plan: FaultPlan; readonly clock: Clock }): void {
  const losesAnswer = new WeakSet<object>();

  app.addHook('onRequest', async (request, reply) => {
    const fault = plan({ method: request.method, path: request.url.split('?')[0] ?? '' });
    switch (fault?.kind) {
      case 'late':
        await clock.sleep(fault.ms);
        return;
      case 'status':
        return reply.code(fault.status).send({ message: 'injected fault' });
      case 'drop':
        request.raw.socket.destroy();
        return reply.hijack();
      case 'dropAnswer':
        losesAnswer.add(request);
        return;
      case 'repeatEvents': {
        const query = request.query as { start?: string };
        query.start = String(Math.max(0, Number(query.start ?? 0) - fault.count));
      }
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    if (!losesAnswer.has(request)) return payload;
    request.raw.socket.destroy();
    reply.hijack();
    return payload;
  });
}
