/** Connects over loopback to the program running on a data directory, with the token from that directory. */
import { request } from 'undici';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { createHostClient, createNodeClient, type HostClient, type NodeClient } from '../../contract/rpc-client.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';
import { socketPort } from '../../host/rpc/socket-port.ts';
import { HeadlessError } from '../errors.ts';
import { type ProgramAddress, readAddress } from './address-file.ts';

export interface RunningProgram {
  readonly host: HostClient;
  /** @throws HeadlessError HEADLESS_NO_NODE */
  node(profileId: string): Promise<NodeClient>;
  close(): void;
}

const LOOPBACK = '127.0.0.1';
const CONNECT_WITHIN_MS = 10_000;

/** @throws HeadlessError HEADLESS_NOT_RUNNING, HEADLESS_REFUSED */
export async function connectProgram(dataDir: string): Promise<RunningProgram> {
  const address = addressOf(dataDir);
  const ports: RpcPort[] = [];
  const open = async (path: string, missing: () => HeadlessError) => {
    const port = await connect(address, path, { dataDir, missing });
    ports.push(port);
    return port;
  };
  const host = await open('/rpc/host', () => notRunning(dataDir));
  return {
    host: createHostClient(host),
    node: async (profileId) =>
      createNodeClient(
        await open(
          `/rpc/node/${profileId}`,
          () => new HeadlessError('HEADLESS_NO_NODE', `the node ${profileId} is not running`, { node: profileId }),
        ),
      ),
    close() {
      for (const port of ports) port.close();
    },
  };
}

/** A new address of the window. @throws HeadlessError HEADLESS_NOT_RUNNING, HEADLESS_REFUSED, HEADLESS_NO_WINDOW */
export async function windowAddress(dataDir: string): Promise<string> {
  const { port, token } = addressOf(dataDir);
  const answer = await request(`http://${LOOPBACK}:${port}/address`, { headers: { authorization: `Bearer ${token}` } }).catch(
    (cause: unknown) => {
      throw notRunning(dataDir, cause);
    },
  );
  const body = await answer.body.text();
  if (answer.statusCode === 404) throw new HeadlessError('HEADLESS_NO_WINDOW', 'the running program serves no window');
  if (answer.statusCode !== 200) throw refused(dataDir);
  return z.object({ address: z.string() }).parse(JSON.parse(body)).address;
}

function addressOf(dataDir: string): ProgramAddress {
  const address = readAddress(dataDir);
  if (address === null) throw notRunning(dataDir);
  return address;
}

function connect(
  { port, token }: ProgramAddress,
  path: string,
  { dataDir, missing }: { readonly dataDir: string; readonly missing: () => HeadlessError },
): Promise<RpcPort> {
  const socket = new WebSocket(`ws://${LOOPBACK}:${port}${path}`, {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: CONNECT_WITHIN_MS,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socketPort(socket)));
    socket.once('unexpected-response', (_request, { statusCode }) => {
      reject(statusCode === 404 ? missing() : refused(dataDir));
      socket.terminate();
    });
    // A file left behind by a program that was killed.
    socket.once('error', (cause) => reject(notRunning(dataDir, cause)));
  });
}

function notRunning(dataDir: string, cause?: unknown): HeadlessError {
  return new HeadlessError('HEADLESS_NOT_RUNNING', `no program is running on ${dataDir}`, { dataDir }, { cause });
}

function refused(dataDir: string): HeadlessError {
  return new HeadlessError('HEADLESS_REFUSED', `the program on ${dataDir} does not accept its own token`, { dataDir });
}
