/** One WebSocket of an engine: the hello, then results. Anything that does not fit the protocol drops it. */
import type { WebSocket } from 'ws';
import type { EngineHello, EngineResult, EngineRole } from '../../protocol/engine/messages.ts';
import { engineHelloSchema, engineResultSchema } from '../../protocol/engine/messages.ts';
import { parseWireJson } from '../../protocol/wire/parse.ts';
import { EngineError } from './errors.ts';
import type { EngineLog } from './log.ts';

export interface EngineConnection {
  send(frame: string): void;
  /** Requests a sign of life, which every WebSocket client sends automatically while its program is running. */
  ping(): void;
  /** Number of signs of life received so far. */
  readonly receivedCount: number;
  /** Closes without waiting for the other side. */
  drop(): void;
}

export interface ConnectionEvents {
  /** A valid hello of the expected role. */
  onHello(connection: EngineConnection, hello: EngineHello): void;
  /** @throws EngineError ENGINE_BAD_MESSAGE for an unsolicited result. */
  onResult(connection: EngineConnection, result: EngineResult): void;
  onClose(connection: EngineConnection): void;
}

export function serveEngineConnection(input: {
  socket: WebSocket;
  role: EngineRole;
  events: ConnectionEvents;
  log: EngineLog;
}): void {
  const { socket, role, events, log } = input;
  let hasHello = false;
  let receivedCount = 0;
  const connection: EngineConnection = {
    send: (frame) => socket.send(frame),
    ping: () => socket.ping(),
    get receivedCount() {
      return receivedCount;
    },
    drop: () => socket.terminate(),
  };

  const receive = (text: string) => {
    if (hasHello) {
      events.onResult(connection, parseWireJson(engineResultSchema, text, 'engine result'));
      return;
    }
    const hello = parseWireJson(engineHelloSchema, text, 'engine hello');
    if (hello.role !== role) {
      throw new EngineError('ENGINE_BAD_MESSAGE', `a ${hello.role} engine connected where the ${role} engine was expected`);
    }
    hasHello = true;
    events.onHello(connection, hello);
  };

  socket.on('pong', () => {
    receivedCount += 1;
  });
  socket.on('message', (data, isBinary) => {
    receivedCount += 1;
    try {
      if (isBinary) throw new EngineError('ENGINE_BAD_MESSAGE', 'a binary frame');
      receive(data.toString());
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const error = new EngineError('ENGINE_BAD_MESSAGE', `engine dropped: ${message}`, { role }, { cause });
      log.error({ error: error.serialise() }, error.message);
      socket.terminate();
    }
  });
  socket.on('error', (error) => log.warn({ role, reason: error.message }, 'engine connection failed'));
  socket.on('close', () => events.onClose(connection));
}
