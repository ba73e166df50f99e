/**
 * Serves an implementation of a contract on ports. Only coded errors cross the transport, and nothing else of what it
 * throws. This is the only place where a client's frames are decoded: a bad one closes its connection with a code, and
 * does nothing else.
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
  /** Path in the contract, joined by dots. */
  readonly path: string;
  readonly act: ActKind;
  /** Omitted: a page. */
  readonly caller?: Caller;
  /** Parsed. */
  readonly input: unknown;
  /** Aborts if the caller no longer waits; then nobody is asked for confirmation. */
  readonly signal?: AbortSignal | undefined;
}

/** Resolves if the act may be carried out, after confirmation by a person if needed; otherwise throws a coded error. */
export type ActGuard = (call: ActCall) => Promise<void>;

export interface RpcServer {
  /** Ends with the port. A caller counts as the program itself only if that is stated. */
  serve(port: RpcPort, caller?: Caller): void;
}

/**
 * `onUnexpected` receives whole errors without a code, which are bugs and belong only in a log. It also receives the
 * reasons for closing connections because of bad input, but each code only once, so that nobody can fill a log. `admit`
 * is called first for every call, with its path in the contract; an error that it throws is the answer.
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
          const rpcError = toRpcError(error);
          // The caller cancelled it and expects no answer, so its end is not a bug.
          if (options.signal?.aborted === true) throw rpcError;
          if (rpcError.code === 'UNEXPECTED' || (error instanceof ORPCError && error.status >= 500)) onUnexpected(error);
          throw rpcError;
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
  return { serve: (port, caller = 'page') => servePort({ port, caller, handler, onRefused }) };
}

/** What a router's handlers can read about a call. */
export interface CallContext extends Record<PropertyKey, unknown> {
  readonly caller: Caller;
}

async function refuseActs({ path }: ActCall): Promise<void> {
  throw new ContractError('ACT_NOT_FOR_PAGES', `${path} is not for a page`, { path });
}

/** An invalid input is passed to the procedure itself, which refuses it with the field's name. */
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

interface ServedPort {
  readonly port: RpcPort;
  readonly caller: Caller;
  readonly handler: RPCHandler<CallContext>;
  readonly onRefused: (code: string, error: unknown) => void;
}

function servePort({ port, caller, handler, onRefused }: ServedPort): void {
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
      // Calls that were open when the connection closed fail, too; its end already reports that.
      if (closed) return;
      const code = error instanceof CodedError ? error.code : 'UNEXPECTED';
      onRefused(code, error);
      port.close(code);
    });
  });
}

/** The port as the RPC library expects it; we do the listening. */
function peerOf(port: RpcPort): MinimalWebsocket {
  return {
    addEventListener: () => {},
    send(frame: unknown) {
      // The contract has no binary data: files are sent as base64.
      if (typeof frame !== 'string') throw new ContractError('RPC_BAD_FRAME', 'a frame of the contract is not text');
      port.post(frame);
    },
  };
}
