/** A loopback HTTP server that answers as the test says, for what a well-behaved relay never does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Behaviour = (request: SeenRequest, response: ServerResponse) => void;

export interface HttpRelay {
  readonly url: string;
  readonly seen: SeenRequest[];
  behave(behaviour: Behaviour): void;
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Answers every request with a success envelope around `data`. */
export function succeed(data?: unknown): Behaviour {
  return (_, response) => answerJson(response, 200, data === undefined ? { message: 'success' } : { message: 'success', data });
}

export async function startHttpRelay(): Promise<HttpRelay> {
  const seen: SeenRequest[] = [];
  let behaviour: Behaviour = succeed();
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const url = new URL(message.url ?? '/', 'http://relay');
      const request = {
        method: message.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: message.headers,
        body: Buffer.concat(chunks),
      };
      seen.push(request);
      behaviour(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    behave: (next) => {
      behaviour = next;
    },
  };
}
