/** The Kubernetes API as used by the stand-in for a kubelet and by the scenario: JSON over TLS, with a token. */
import { Agent, request } from 'undici';
import { z } from 'zod';

const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), uid: z.string(), resourceVersion: z.string() }),
});
const listSchema = z.object({ items: z.array(z.unknown()) });
const statusSchema = z.object({ message: z.string().optional(), reason: z.string().optional() });

export interface ApiOptions {
  readonly url: string;
  /** Of the server's certificate, PEM. */
  readonly ca: string;
  readonly token: string;
}

/** What the API has refused, in its own words. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

type Patch = 'application/merge-patch+json' | 'application/strategic-merge-patch+json';

export interface Api {
  readonly url: string;
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  /** Each item is parsed. */
  list<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>[]>;
  create(path: string, body: object): Promise<z.output<typeof objectSchema>>;
  /** For an answer that is not a stored object, such as a token. */
  post<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.output<Schema>>;
  patch(path: string, body: object, kind?: Patch): Promise<void>;
  /** Does not fail if the object is already gone. */
  remove(path: string, options?: object): Promise<void>;
  close(): Promise<void>;
}

/** @throws ApiRefusal for every answer that is not a success */
export function connectApi({ url, ca, token }: ApiOptions): Api {
  const agent = new Agent({ connect: { ca } });

  async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object, type = 'application/json') {
    const answer = await request(`${url}${path}`, {
      method,
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode < 300) return JSON.parse(text) as unknown;
    throw refusalOf(answer.statusCode, `${method} ${path}`, text);
  }

  return {
    url,
    get: async (path, schema) => schema.parse(await call('GET', path)),
    list: async (path, schema) => listSchema.parse(await call('GET', path)).items.map((item) => schema.parse(item)),
    create: async (path, body) => objectSchema.parse(await call('POST', path, body)),
    post: async (path, body, schema) => schema.parse(await call('POST', path, body)),
    async patch(path, body, kind = 'application/merge-patch+json') {
      await call('PATCH', path, body, kind);
    },
    async remove(path, options) {
      await call('DELETE', path, options).catch((error: unknown) => {
        if (!(error instanceof ApiRefusal) || error.status !== 404) throw error;
      });
    },
    close: () => agent.close(),
  };
}

function refusalOf(status: number, what: string, text: string): ApiRefusal {
  let said: z.output<typeof statusSchema> = {};
  try {
    said = statusSchema.parse(JSON.parse(text));
  } catch {
    // Some refusals are plain text.
  }
  return new ApiRefusal(status, said.reason ?? '', `${what}: ${status} ${said.message ?? text}`);
}
