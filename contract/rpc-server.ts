/**
 * Serves an implementation of a contract on ports. What it throws crosses as a coded error, and nothing else of it. This
 * is the one place where frames of a client are decoded: a bad one closes its connection with a code, and does no more.
 */
import type { AnySchema } from '@orpc/contract';
import type { AnyProcedure, AnyRouter } from '@orpc/server';
import { ORPCError } from '@orpc/server';
import { type MinimalWebsocket, RPCHandler } from '@orpc/server/websocket';
import { CodedError } from '../protocol/errors.ts';
import { type ActKind, type Caller, isAdmitted, type ProcedureMeta } from './acts.ts';
import { ContractError } from './errors.ts';
import { toRpcError } from './rpc-errors.ts';
import { checkRequestFrame, MAX_UNDER_WAY } from './rpc-frames.ts';
import type { RpcPort } from './rpc-port.ts';

/** A call of a page, or by a role, to a procedure that is an act. */
export interface ActCall {
  /** As in the contract, joined by dots. */
  readonly path: string;
  readonly act: ActKind;
  /** Left out, a page. */
  readonly caller?: Caller;
  /** Parsed. */
  readonly input: unknown;
  /** Whoever called does not wait any more: then nobody is asked for it. */
  readonly signal?: AbortSignal | undefined;
}

/** Resolves when it may be done, by the word of a person where one is needed; throws a coded error when not. */
export type ActGuard = (call: ActCall) => Promise<void>;

export interface RpcServer {
  /** Ends with the port. Nobody is taken for the program itself who is not said to be. */
  serve(port: RpcPort, caller?: Caller): void;
}

/**
 * `onUnexpected` is told of errors without a code, whole: they are defects, and only a log may hold them. It is told of
 * connections that are closed because of what came in on them, too; of each code once, so that nobody can fill a log.
 * `admit` is asked about every call first, by its path in the contract; what it throws is the answer.
 */
export function createRpcServer(
  router: AnyRouter,
  onUnexpected: (error: unknown) => void,
  guard: ActGuard = refuseActs,
  admit: (path: string) => void = () => {},
): RpcServer {
  const handler = new RPCHandler<CallContext>(router, {
    clientInterceptors: [
      async (options) => {
        try {
          admit(options.path.join('.'));
          await guardActs(options, guard);
          return await options.next();
        } catch (error) {
          const carried = toRpcError(error);
          // Who cancelled it expects no answer, and its end is no defect.
          if (options.signal?.aborted === true) throw carried;
          if (carried.code === 'UNEXPECTED' || (error instanceof ORPCError && error.status >= 500)) onUnexpected(error);
          throw carried;
        }
      },
    ],
  });
  const told = new Set<string>();
  const onRefused = (code: string, error: unknown): void => {
    if (code !== 'UNEXPECTED' && told.has(code)) return;
    told.add(code);
    onUnexpected(error);
  };
  return { serve: (port, caller = 'page') => serveOn({ port, caller, handler, onRefused }) };
}

/** What the handlers of a router may ask about a call. */
export interface CallContext extends Record<PropertyKey, unknown> {
  readonly caller: Caller;
}

async function refuseActs({ path }: ActCall): Promise<void> {
  throw new ContractError('ACT_NOT_FOR_PAGES', `${path} is not for a page`, { path });
}

/** An input that does not fit is left to the procedure itself, which refuses it by name. */
async function guardActs(
  call: {
    readonly context: CallContext;
    readonly path: readonly string[];
    readonly input: unknown;
    readonly procedure: AnyProcedure;
    readonly signal?: AbortSignal | undefined;
  },
  guard: ActGuard,
): Promise<void> {
  const { meta, inputSchema } = call.procedure['~orpc'] as { meta: ProcedureMeta; inputSchema?: AnySchema };
  const { caller } = call.context;
  if (!isAdmitted(caller, meta)) {
    const path = call.path.join('.');
    throw new ContractError('ACCESS_DENIED', `the role ${caller} may not call ${path}`, { path, role: caller });
  }
  if (meta.act === undefined || caller === 'own') return;
  const parsed = await inputSchema?.['~standard'].validate(call.input);
  if (parsed === undefined || parsed.issues !== undefined) return;
  await guard({ path: call.path.join('.'), act: meta.act, caller, input: parsed.value, signal: call.signal });
}

interface Served {
  readonly port: RpcPort;
  readonly caller: Caller;
  readonly handler: RPCHandler<CallContext>;
  readonly onRefused: (code: string, error: unknown) => void;
}

function serveOn({ port, caller, handler, onRefused }: Served): void {
  const peer = peerOf(port);
  let underWay = 0;
  let closed = false;
  const take = async (frame: string): Promise<void> => {
    checkRequestFrame(frame);
    if (underWay >= MAX_UNDER_WAY) throw new ContractError('RPC_FLOOD', `${underWay} requests wait for their answers`);
    underWay += 1;
    try {
      await handler.message(peer, frame, { context: { caller } satisfies CallContext });
    } finally {
      underWay -= 1;
    }
  };
  port.onClose(() => {
    closed = true;
    handler.close(peer);
  });
  port.onFrame((frame) => {
    if (closed) return;
    take(frame).catch((error: unknown) => {
      // What was under way when the connection went fails, too; that is told by its end.
      if (closed) return;
      const code = error instanceof CodedError ? error.code : 'UNEXPECTED';
      onRefused(code, error);
      port.close(code);
    });
  });
}

/** The port as the RPC library wants it; listening is ours. */
function peerOf(port: RpcPort): MinimalWebsocket {
  return {
    addEventListener: () => {},
    send(frame: unknown) {
      // Nothing in the contract is binary: files travel as base64.
      if (typeof frame !== 'string') throw new ContractError('RPC_BAD_FRAME', 'a frame of the contract is not text');
      port.post(frame);
    },
  };
}
