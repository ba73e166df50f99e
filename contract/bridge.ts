/**
 * How the desktop window gets its connections. The preload script exposes one function on `window.crynux`; the port
 * arrives as a message to the window itself, because a MessagePort cannot cross the context bridge.
 */
import { z } from 'zod';
import { ContractError } from './errors.ts';
import { PORT_CHANNEL, rpcPortOf } from './message-port.ts';
import { profileIdSchema } from './profiles.ts';
import type { RpcPort } from './rpc-port.ts';

export const connectTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host') }),
  z.object({ kind: z.literal('node'), profileId: profileIdSchema }),
]);
export type ConnectTarget = z.output<typeof connectTargetSchema>;

export const connectRequestSchema = z.object({ id: z.number().int().nonnegative(), target: connectTargetSchema });
type ConnectRequest = z.output<typeof connectRequestSchema>;

export interface CrynuxBridge {
  readonly shell: 'electron';
  connect(request: ConnectRequest): void;
}

const portMessageSchema = z.object({ type: z.literal(PORT_CHANNEL), id: z.number() });

/** The parts of a window that are used here. */
export interface BridgeWindow {
  readonly crynux?: CrynuxBridge | undefined;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

interface MessageEvent {
  readonly data: unknown;
  readonly source: unknown;
  readonly ports: readonly (Parameters<typeof rpcPortOf>[0] | undefined)[];
}

let nextId = 1;

/**
 * Resolves when the shell has made the connection. For a node that is not running, the port closes without ever
 * connecting.
 */
export function connectOverBridge(window: BridgeWindow, target: ConnectTarget): Promise<RpcPort> {
  const { crynux } = window;
  if (crynux === undefined) return Promise.reject(new ContractError('RPC_DISCONNECTED', 'this window has no shell'));
  const id = nextId++;
  return new Promise((resolve) => {
    const listen = (event: MessageEvent): void => {
      const message = portMessageSchema.safeParse(event.data);
      const port = event.ports[0];
      // Only the window itself, meaning its preload script, may hand over a port.
      if (event.source !== window || !message.success || message.data.id !== id || port === undefined) return;
      window.removeEventListener('message', listen);
      resolve(rpcPortOf(port));
    };
    window.addEventListener('message', listen);
    crynux.connect({ id, target });
  });
}
