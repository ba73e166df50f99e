/** A WebSocket as a port of the contract: text frames of limited size only, for a peer that keeps up. */
import type { RawData, WebSocket } from 'ws';
import { MAX_REQUEST_LENGTH } from '../../contract/rpc-frames.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';

/** Maximum size of a frame to the program. */
export const MAX_REQUEST_BYTES = MAX_REQUEST_LENGTH;
/** What may be queued for a slow peer: a few files of tasks. After that it reconnects and reads a snapshot. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** Close codes of the WebSocket protocol. */
const NORMAL = 1000;
const UNSUPPORTED_DATA = 1003;
const BAD_PAYLOAD = 1007;
const POLICY = 1008;
const TOO_LARGE = 1009;
const TRY_AGAIN_LATER = 1013;
/** Our own code: like a 401, which a browser does not report for a WebSocket. */
const NO_SESSION = 4401;

/** Maps the reason for closing to a close code. */
const CLOSE_CODES: Readonly<Record<string, number>> = {
  RPC_BAD_FRAME: BAD_PAYLOAD,
  RPC_FRAME_TOO_LARGE: TOO_LARGE,
  RPC_FLOOD: TRY_AGAIN_LATER,
  RPC_SESSION_ENDED: NO_SESSION,
  ACCESS_REVOKED: NO_SESSION,
};

export function socketPort(socket: WebSocket): RpcPort {
  const closes: ((why?: string) => void)[] = [];
  let closed = false;
  const ended = (why?: string) => {
    if (closed) return;
    closed = true;
    for (const listener of closes) listener(why);
  };
  socket.on('close', (_code, reason) => ended(reason.length === 0 ? undefined : reason.toString()));
  // `close` follows; without a listener, an error would end the process.
  socket.on('error', () => {});
  return {
    post(frame) {
      if (closed || socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_WAITING_BYTES) return socket.close(TRY_AGAIN_LATER, 'too slow');
      socket.send(frame);
    },
    onFrame(listener) {
      socket.on('message', (data: RawData, isBinary: boolean) => {
        if (isBinary) socket.close(UNSUPPORTED_DATA, 'RPC_BAD_FRAME');
        else if (!closed) listener(data.toString());
      });
    },
    onClose: (listener) => void closes.push(listener),
    close(why) {
      ended(why);
      socket.close(why === undefined ? NORMAL : (CLOSE_CODES[why] ?? POLICY), why);
    },
  };
}

/** Forwards frames in both directions; when one side closes, so does the other. */
export function bridge(one: RpcPort, other: RpcPort): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.onFrame((frame) => to.post(frame));
    from.onClose((why) => to.close(why));
  }
}
