/**
 * The relay of a network whose tasks are on the chain: it carries arguments and results, and reports on the chain that
 * it has them. Its API is that of early 2025. Source: CHAIN_MODE 9.
 */

import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance } from 'fastify';
import type { SerialisedError } from '../../../protocol/errors.ts';
import { serialiseError } from '../../../protocol/errors.ts';
import type { Hex } from '../../../protocol/hex.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { Refusal, refuseField } from '../../relay/refusal.ts';
import type { TaskChain } from '../task-chain.ts';
import { followTasks } from './follow.ts';
import { oldRelayRoutes } from './routes.ts';
import { type OldRelayContext, OldRelayStore } from './store.ts';

const MAX_BODY_BYTES = 256 * 1024 ** 2;

export interface OldRelayOptions {
  readonly chain: TaskChain;
  /** The account from which the contracts accept reports; registered at the start. */
  readonly privateKey: Hex;
  readonly clock: Clock;
  /** 0 (default) = any free one. */
  readonly port?: number;
  /** Milliseconds between two polls of the chain; null = only when {@link OldRelay.follow} is called. Default 1 s. */
  readonly pollMs?: number | null;
  readonly onError?: (error: SerialisedError) => void;
}

export interface OldRelay {
  readonly url: string;
  readonly address: Hex;
  /** Polls every open task once. @throws DevnetChainError if a report is reverted */
  follow(): Promise<void>;
  close(): Promise<void>;
}

/** Pays the gas of its reports. */
const GAS_WEI = 10n ** 20n;

/** Resolves when it is listening. @throws DevnetChainError */
export async function startOldRelay(options: OldRelayOptions): Promise<OldRelay> {
  const { chain, clock, privateKey, port = 0, pollMs = 1000, onError = () => {} } = options;
  const context: OldRelayContext = { chain, clock, account: chain.account(privateKey), store: new OldRelayStore() };
  const { address } = context.account;
  if ((await chain.balance(address)) < GAS_WEI) await chain.addBalance(address, GAS_WEI);
  await chain.setRelay(address);
  const app = await buildApp(context);
  const url = await app.listen({ host: '127.0.0.1', port });

  const closing = new AbortController();
  const loop = pollMs === null ? Promise.resolve() : followUntil(context, { pollMs, signal: closing.signal, onError });
  return {
    url,
    address,
    follow: () => followTasks(context),
    async close() {
      closing.abort();
      await loop;
      await app.close();
    },
  };
}

interface Following {
  readonly pollMs: number;
  readonly signal: AbortSignal;
  readonly onError: (error: SerialisedError) => void;
}

async function followUntil(context: OldRelayContext, { pollMs, signal, onError }: Following): Promise<void> {
  while (!signal.aborted) {
    await followTasks(context).catch((error: unknown) => onError(serialiseError(error)));
    await context.clock.sleep(pollMs, signal).catch(() => {});
  }
}

async function buildApp(context: OldRelayContext): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, routerOptions: { maxParamLength: 500 } });
  await app.register(formbody);
  await app.register(multipart, { limits: { fileSize: MAX_BODY_BYTES } });
  app.setNotFoundHandler((_, reply) => reply.code(404).type('text/plain').send('404 page not found'));
  app.setErrorHandler((error, _, reply) => {
    const refusal = error instanceof Refusal ? error : refuseField('', error instanceof Error ? error.message : String(error));
    return reply.code(refusal.status).send(refusal.body);
  });
  oldRelayRoutes(app, context);
  return app;
}
