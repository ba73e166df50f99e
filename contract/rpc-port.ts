/**
 * One connection between a client and a server of the contract, whatever carries it: a MessagePort, a WebSocket, or the
 * channel of a forked process. Frames are text; each is one message of the RPC library.
 */
import type { BrowserPortLike } from '@orpc/client/message-port';
import { ContractError } from './errors.ts';

export interface RpcPort {
  post(frame: string): void;
  onFrame(listener: (frame: string) => void): void;
  /** Once, when either side is gone. */
  onClose(listener: () => void): void;
  close(): void;
}

/** The port as the RPC library wants it. */
export function messagePortOf(port: RpcPort): BrowserPortLike {
  return {
    onMessage: { addListener: (listener) => port.onFrame(listener) },
    onDisconnect: { addListener: (listener) => port.onClose(listener) },
    postMessage(frame: unknown) {
      // Nothing in the contract is binary: files travel as base64.
      if (typeof frame !== 'string') throw new ContractError('RPC_BAD_INPUT', 'a frame of the contract is not text');
      port.post(frame);
    },
  };
}

/** Two ends of one connection inside a process. Frames arrive in their order, never during the call that sends them. */
export function portPair(): readonly [RpcPort, RpcPort] {
  const ends = [new LocalEnd(), new LocalEnd()] as const;
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}

class LocalEnd implements RpcPort {
  other: LocalEnd | null = null;
  readonly #frames: ((frame: string) => void)[] = [];
  readonly #closes: (() => void)[] = [];
  #closed = false;

  post(frame: string): void {
    const { other } = this;
    if (this.#closed || other === null) return;
    queueMicrotask(() => {
      if (!other.#closed) for (const listener of other.#frames) listener(frame);
    });
  }

  onFrame(listener: (frame: string) => void): void {
    this.#frames.push(listener);
  }

  onClose(listener: () => void): void {
    this.#closes.push(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#closes) listener();
    this.other?.close();
  }
}
