/**
 * Leases of `coordination.k8s.io/v1`, accessed with the pod's own service account. Uses one resource of the API with
 * three verbs (get, create, update), and every write names the version that was read. Source: Kubernetes API reference,
 * Lease v1.
 */
import path from 'node:path';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { HostError } from '../errors.ts';
import { readTextFile } from '../text-file.ts';
import type { LeaseRecord, LeaseRequest, LeaseStore } from './lease-store.ts';

/** Folder of a pod's service account. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const WITHIN_MS = 5_000;
const MAX_BYTES = 256 * 1024;

export interface KubernetesPlace {
  /** `https://10.96.0.1:443` */
  readonly server: string;
  readonly namespace: string;
  /** Paths: token and certificate rotate, so they are read again for every request. */
  readonly tokenFile: string;
  /** Null = without TLS, only in tests. */
  readonly caFile: string | null;
}

/** @throws HostError LEASE_NO_CLUSTER outside a pod */
export function kubernetesPlace(given: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Null = the pod's own. */
  readonly namespace: string | null;
  readonly folder?: string;
}): KubernetesPlace {
  const { environment, namespace, folder = SERVICE_ACCOUNT } = given;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host === undefined || port === undefined) {
    throw new HostError('LEASE_NO_CLUSTER', 'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set');
  }
  const own = namespace ?? readAccount(path.join(folder, 'namespace')).trim();
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: own,
    tokenFile: path.join(folder, 'token'),
    caFile: path.join(folder, 'ca.crt'),
  };
}

function readAccount(file: string): string {
  try {
    return readTextFile(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HostError('LEASE_NO_CLUSTER', `the service account cannot be read: ${why}`, { file }, { cause });
  }
}

const leaseSchema = z.object({
  kind: z.literal('Lease'),
  metadata: z.looseObject({ name: z.string(), resourceVersion: z.string().min(1) }),
  spec: z
    .object({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().int().nonnegative().nullish(),
      renewTime: z.string().nullish(),
      acquireTime: z.string().nullish(),
      leaseTransitions: z.number().int().nullish(),
    })
    .nullish(),
});
const statusSchema = z.object({ kind: z.literal('Status'), reason: z.string().default(''), message: z.string().default('') });

export function kubernetesLeases(place: KubernetesPlace): LeaseStore {
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(place.namespace)}/leases`;
  let agent: { readonly ca: string | null; readonly dispatcher: Agent } | null = null;

  async function dispatcher(): Promise<Agent> {
    const ca = place.caFile === null ? null : readAccount(place.caFile);
    if (agent !== null && agent.ca === ca) return agent.dispatcher;
    const old = agent;
    agent = { ca, dispatcher: new Agent({ connect: { timeout: WITHIN_MS, ...(ca === null ? {} : { ca }) } }) };
    await old?.dispatcher.close();
    return agent.dispatcher;
  }

  async function ask(method: 'GET' | 'POST' | 'PUT', at: string, body?: object): Promise<{ status: number; text: string }> {
    const token = readAccount(place.tokenFile).trim();
    try {
      const answer = await request(`${place.server}${at}`, {
        method,
        dispatcher: await dispatcher(),
        headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' },
        signal: AbortSignal.timeout(WITHIN_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      let text = '';
      for await (const chunk of answer.body.setEncoding('utf8')) {
        text += chunk;
        if (text.length > MAX_BYTES) throw new Error('the answer is too long');
      }
      return { status: answer.statusCode, text };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw unreachable(`${place.server} does not answer: ${why}`, cause);
    }
  }

  return {
    async read(name) {
      const { status, text } = await ask('GET', `${leases}/${name}`);
      return status === 404 ? null : recordOf(status, text);
    },
    async create(name, wish) {
      const { status, text } = await ask('POST', leases, bodyOf({ name, namespace: place.namespace }, wish));
      return status === 409 ? 'taken' : recordOf(status, text);
    },
    async replace(name, wish, { metadata, version }) {
      const { status, text } = await ask('PUT', `${leases}/${name}`, bodyOf({ ...metadata, resourceVersion: version }, wish));
      return status === 409 || status === 404 ? 'taken' : recordOf(status, text);
    },
    async close() {
      await agent?.dispatcher.close();
      agent = null;
    },
  };
}

function bodyOf(metadata: object, { holder, durationSeconds, renewed, acquired, transitions }: LeaseRequest): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: durationSeconds,
      renewTime: renewed,
      acquireTime: acquired,
      leaseTransitions: transitions,
    },
  };
}

/** @throws HostError LEASE_FORBIDDEN, LEASE_UNREACHABLE */
function recordOf(status: number, text: string): LeaseRecord {
  const json = jsonOf(text);
  if (status === 401 || status === 403) {
    const { data } = statusSchema.safeParse(json);
    throw new HostError('LEASE_FORBIDDEN', `the API server refuses: ${data?.message ?? `status ${status}`}`, { status });
  }
  const parsed = leaseSchema.safeParse(json);
  if (status !== 200 && status !== 201) {
    const { data } = statusSchema.safeParse(json);
    throw unreachable(`the API server answers ${status}: ${data?.message ?? 'without a reason'}`);
  }
  if (!parsed.success) throw unreachable("the API server's answer is not a lease");
  const { metadata, spec } = parsed.data;
  const { holderIdentity, leaseDurationSeconds, renewTime, acquireTime, leaseTransitions } = spec ?? {};
  return {
    // Other clients write an empty text for nobody.
    holder: holderIdentity == null || holderIdentity === '' ? null : holderIdentity,
    durationSeconds: leaseDurationSeconds ?? 0,
    ...{ renewed: renewTime ?? null, acquired: acquireTime ?? null, transitions: leaseTransitions ?? 0 },
    ...{ version: metadata.resourceVersion, metadata },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreachable(message: string, cause?: unknown): HostError {
  return new HostError('LEASE_UNREACHABLE', message, {}, { cause });
}
