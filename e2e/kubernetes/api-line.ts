/** The connection from a machine's pods to the API: a port of its own that can be cut, like a network. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface ApiLine {
  readonly port: number;
  /** Breaks connections and refuses new ones until `mend`. */
  cut(): void;
  restore(): void;
  close(): Promise<void>;
}

/** @param port of the API on 127.0.0.1 */
export async function startApiLine(port: number): Promise<ApiLine> {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  return {
    port: address.port,
    cut,
    restore() {
      isCut = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
