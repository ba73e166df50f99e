/** The HTTP side of the relay: envelopes, errors, routes. Source: RELAY_PROTOCOL 3. */
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance } from 'fastify';
import type { ChainBridge } from '../chain/chain-bridge.ts';
import type { RelayContext } from '../context.ts';
import { parseGoJson } from '../go-json.ts';
import { Refusal, refuseField } from '../refusal.ts';
import { createAccess } from './access.ts';
import { accountRoutes, incomeRoutes } from './account-routes.ts';
import { delegationRoutes } from './delegation-routes.ts';
import { diagnosticsRoutes } from './diagnostics-routes.ts';
import { emissionRoutes } from './emission-routes.ts';
import { type FaultPlan, injectFaults } from './faults.ts';
import { incentiveRoutes } from './incentive-routes.ts';
import { nodeRoutes } from './node-routes.ts';
import { publicRoutes } from './public-routes.ts';
import { resultRoutes } from './result-routes.ts';
import { statsRoutes } from './stats-routes.ts';
import { taskRoutes } from './task-routes.ts';
import { withdrawRoutes } from './withdraw-routes.ts';

export interface AppOptions {
  /** Null = no chain. */
  readonly bridge: ChainBridge | null;
  readonly faults?: FaultPlan | undefined;
}

export async function buildApp(context: RelayContext, { bridge, faults }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: context.config.maxBodyBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
  });
  await app.register(formbody);
  await app.register(multipart, { limits: { fileSize: context.config.maxBodyBytes } });

  // The relay reads JSON with a decoder that accepts an empty body; missing fields are then reported one by one.
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, body: string) => {
    if (body === '') return {};
    try {
      return parseGoJson(body, { truncated: 'unexpected EOF' });
    } catch (error) {
      throw refuseField('', error instanceof Error ? error.message : 'invalid JSON');
    }
  });
  // A body of any other type is read as a form without fields.
  app.addContentTypeParser('*', { parseAs: 'string' }, async () => ({}));

  app.setNotFoundHandler((_, reply) => reply.code(404).type('text/plain').send('404 page not found'));
  app.setErrorHandler((error, _, reply) => {
    const refusal = asRefusal(error);
    if (refusal.body === null) return reply.code(refusal.status).send();
    return reply.code(refusal.status).send(refusal.body);
  });

  if (faults !== undefined) injectFaults(app, { plan: faults, clock: context.clock });
  const access = createAccess(context);
  publicRoutes(app, context);
  taskRoutes(app, context);
  resultRoutes(app, context);
  nodeRoutes(app, context, { access, bridge });
  accountRoutes(app, context, access);
  incomeRoutes(app, context, access);
  emissionRoutes(app, context, access);
  withdrawRoutes(app, context, { access, bridge });
  diagnosticsRoutes(app, context);
  statsRoutes(app, context);
  delegationRoutes(app, context);
  incentiveRoutes(app, context);
  return app;
}

/** Anything but a refusal is the framework rejecting a body, or a bug, which the relay calls an exception. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return refuseField('', 'http: request body too large');
  if (status === 400) return refuseField('', message);
  return new Refusal(status >= 400 && status < 500 ? status : 500, { message }, message);
}
