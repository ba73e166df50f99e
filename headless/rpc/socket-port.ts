/** A WebSocket as a connection of the contract: text frames only, of a limited size, for a peer that keeps up. */
import type { RawData, WebSocket } from 'ws';
import type { RpcPort } from '../../contract/rpc-port.ts';

/** The largest request: a keystore file, a network preset. */
export const MAX_REQUEST_BYTES = 1024 * 1024;
/** What may wait for a slow peer: some files of tasks, no more. It connects again and reads a snapshot. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

const UNSUPPORTED_DATA = 1003;
const TRY_AGAIN_LATER = 1013;

export function socketPort(socket: WebSocket): RpcPort {
  const closes: (() => void)[] = [];
  let closed = false;
  const ended = () => {
    if (closed) return;
    closed = true;
    for (const listener of closes) listener();
  };
  socket.on('close', ended);
  // `close` follows; an error that nobody hears would end the process.
  socket.on('error', () => {});
  return {
    post(frame) {
      if (closed || socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_WAITING_BYTES) return socket.close(TRY_AGAIN_LATER, 'too slow');
      socket.send(frame);
    },
    onFrame(listener) {
      socket.on('message', (data: RawData, isBinary: boolean) => {
        if (isBinary) socket.close(UNSUPPORTED_DATA, 'text only');
        else if (!closed) listener(data.toString());
      });
    },
    onClose: (listener) => void closes.push(listener),
    close() {
      ended();
      socket.close();
    },
  };
}

/** Passes frames both ways; one side's end is the other's. */
export function bridge(one: RpcPort, other: RpcPort): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.onFrame((frame) => to.post(frame));
    from.onClose(() => to.close());
  }
}
