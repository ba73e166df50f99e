/** The part of a Kubernetes API server that leases need, over HTTP, with the answers of a real one. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Stored {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly spec: object;
}

export interface FakeApiServer {
  readonly url: string;
  readonly leases: Map<string, Stored>;
  /** `METHOD path`, with the token of each. */
  readonly asked: { readonly line: string; readonly token: string | undefined }[];
  /** Tokens that it accepts. */
  readonly tokens: Set<string>;
  /** Sent instead of the next answer. */
  next: { readonly status: number; readonly body: string } | null;
  close(): Promise<void>;
}

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/crynux/leases';

export async function fakeApiServer(): Promise<FakeApiServer> {
  let version = 100;
  const leases = new Map<string, Stored>();
  const keep = (name: string, { metadata, spec }: Stored) => {
    const stored = { metadata: { ...metadata, name, resourceVersion: String(++version) }, spec };
    leases.set(name, stored);
    return { kind: 'Lease', apiVersion: 'coordination.k8s.io/v1', ...stored };
  };
  const status = (code: number, reason: string, message: string) => ({
    code,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
  });

  function answer(method: string, path: string, text: string): { readonly code: number; readonly body: object } {
    const body = text === '' ? null : (JSON.parse(text) as Stored);
    const name = path === LEASES ? (body?.metadata.name ?? '') : path.slice(LEASES.length + 1);
    const known = leases.get(name);
    const quoted = `leases.coordination.k8s.io "${name}"`;
    if (method === 'POST' && body !== null) {
      return known === undefined
        ? { code: 201, body: keep(name, body) }
        : status(409, 'AlreadyExists', `${quoted} already exists`);
    }
    if (known === undefined) return status(404, 'NotFound', `${quoted} not found`);
    if (method === 'GET' || body === null) return { code: 200, body: { kind: 'Lease', ...known } };
    if (body.metadata.resourceVersion === known.metadata.resourceVersion) return { code: 200, body: keep(name, body) };
    return status(409, 'Conflict', `Operation cannot be fulfilled on ${quoted}: the object has been modified`);
  }

  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const token = headers.authorization?.replace('Bearer ', '');
    fake.asked.push({ line: `${method} ${url}`, token });
    const text = await textOf(request);
    const { next } = fake;
    fake.next = null;
    const known = fake.tokens.has(token ?? '');
    const { code, body } = known ? answer(method, url, text) : status(401, 'Unauthorized', 'Unauthorized');
    response.writeHead(next?.status ?? code, { 'content-type': 'application/json' });
    response.end(next?.body ?? JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeApiServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leases,
    asked: [],
    tokens: new Set(['first']),
    next: null,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return fake;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
