/**
 * One connection between a client and a server of the contract over any carrier: a MessagePort, a WebSocket, or the
 * channel of a forked process. Frames are text; each is one message of the RPC library.
 */

export interface RpcPort {
  post(frame: string): void;
  onFrame(listener: (frame: string) => void): void;
  /** Called once, when either side is gone, with the code of the reason if one was given and the transport carries it. */
  onClose(listener: (why?: string) => void): void;
  /** `why`: a code of an error catalogue. */
  close(why?: string): void;
}

/** Two ends of one connection inside a process. Frames arrive in order, but never during the call that sends them. */
export function portPair(): readonly [RpcPort, RpcPort] {
  const ends = [new LocalPort(), new LocalPort()] as const;
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}

class LocalPort implements RpcPort {
  other: LocalPort | null = null;
  readonly #frames: ((frame: string) => void)[] = [];
  readonly #closes: ((why?: string) => void)[] = [];
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

  onClose(listener: (why?: string) => void): void {
    this.#closes.push(listener);
  }

  close(why?: string): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#closes) listener(why);
    this.other?.close(why);
  }
}
