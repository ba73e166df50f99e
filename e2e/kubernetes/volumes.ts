/** A pod's volumes as folders of this machine, and its environment. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Api } from './api.ts';
import type { Container, Mount, Pod, Volume } from './pod-schema.ts';

const secretSchema = z.looseObject({ data: z.record(z.string(), z.base64()).default({}) });
const configMapSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });
const claimSchema = z.looseObject({ spec: z.looseObject({ volumeName: z.string().optional() }) });
const volumeSchema = z.looseObject({ spec: z.looseObject({ hostPath: z.looseObject({ path: z.string() }) }) });
const tokenSchema = z.looseObject({ status: z.looseObject({ token: z.string() }) });

export interface VolumeOptions {
  readonly api: Api;
  readonly pod: Pod;
  /** Only for this pod. */
  readonly folder: string;
}

type Items = readonly { readonly key: string; readonly path: string }[] | undefined;

/**
 * By the volumes' names. @throws Error for a claim that is not yet bound; ApiRefusal for what the machine may not read
 */
export async function makeVolumes({ api, pod, folder }: VolumeOptions): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  for (const volume of pod.spec.volumes) {
    const own = path.join(folder, 'volumes', volume.name);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    made.set(volume.name, await fill(volume, own, { api, pod }));
  }
  return made;
}

async function fill(volume: Volume, own: string, { api, pod }: Pick<VolumeOptions, 'api' | 'pod'>): Promise<string> {
  const space = `/api/v1/namespaces/${pod.metadata.namespace}`;
  if ('emptyDir' in volume) return own;
  if ('persistentVolumeClaim' in volume) {
    const claim = `${space}/persistentvolumeclaims/${volume.persistentVolumeClaim.claimName}`;
    const { volumeName } = (await api.get(claim, claimSchema)).spec;
    if (volumeName === undefined) throw new Error(`${claim} is not bound`);
    const { hostPath } = (await api.get(`/api/v1/persistentvolumes/${volumeName}`, volumeSchema)).spec;
    mkdirSync(hostPath.path, { recursive: true, mode: 0o700 });
    return hostPath.path;
  }
  if ('secret' in volume) {
    const { data } = await api.get(`${space}/secrets/${volume.secret.secretName}`, secretSchema);
    const files = Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')] as const);
    writeFiles(own, new Map(files), volume.secret.items);
    return own;
  }
  if ('configMap' in volume) {
    const { data } = await api.get(`${space}/configmaps/${volume.configMap.name}`, configMapSchema);
    writeFiles(own, new Map(Object.entries(data)), volume.configMap.items);
    return own;
  }
  for (const source of volume.projected.sources) {
    if ('serviceAccountToken' in source) {
      const { expirationSeconds, path: name, audience } = source.serviceAccountToken;
      const spec = {
        expirationSeconds,
        ...(audience === undefined ? {} : { audiences: [audience] }),
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: pod.metadata.name, uid: pod.metadata.uid },
      };
      const ask = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
      const account = `${space}/serviceaccounts/${pod.spec.serviceAccountName}/token`;
      writeFileSync(path.join(own, name), (await api.post(account, ask, tokenSchema)).status.token, { mode: 0o600 });
    } else if ('configMap' in source) {
      const { data } = await api.get(`${space}/configmaps/${source.configMap.name}`, configMapSchema);
      writeFiles(own, new Map(Object.entries(data)), source.configMap.items);
    } else {
      for (const { path: name, fieldRef } of source.downwardAPI.items) {
        writeFileSync(path.join(own, name), fieldOf(pod, fieldRef.fieldPath, ''));
      }
    }
  }
  return own;
}

function writeFiles(folder: string, data: ReadonlyMap<string, string | Uint8Array>, items: Items): void {
  const chosen = items ?? [...data.keys()].map((key) => ({ key, path: key }));
  for (const { key, path: name } of chosen) {
    const text = data.get(key);
    if (text === undefined) throw new Error(`there is no ${key} for ${folder}`);
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
  }
}

/** The target of a mount. @throws Error if its sub-path does not exist */
export function sourceOf(mount: Mount, volumes: ReadonlyMap<string, string>, env: ReadonlyMap<string, string>): string {
  const folder = volumes.get(mount.name);
  if (folder === undefined) throw new Error(`no volume ${mount.name}`);
  return mount.subPathExpr === undefined ? folder : path.join(folder, expandVariables(mount.subPathExpr, env));
}

/** In the container's order, with `$(NAME)` of earlier ones. */
export function environmentOf(pod: Pod, container: Container, podIp: string): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  for (const entry of container.env) {
    const value = 'value' in entry ? expandVariables(entry.value, env) : fieldOf(pod, entry.valueFrom.fieldRef.fieldPath, podIp);
    env.set(entry.name, value);
  }
  return env;
}

/** Expands `$(NAME)` if there is such a variable, like a kubelet. */
export function expandVariables(text: string, env: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, name: string) => env.get(name) ?? whole);
}

function fieldOf(pod: Pod, field: string, podIp: string): string {
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName ?? '',
    'status.podIP': podIp,
  };
  const value = fields[field];
  if (value === undefined) throw new Error(`the stand-in for a kubelet does not know the field ${field}`);
  return value;
}
