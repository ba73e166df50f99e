/**
 * Rules for pods of the chart: the profile "restricted" of Kubernetes' Pod Security Standards, and our own rules on
 * secrets and shells. Source: the standards as of Kubernetes 1.37.
 */
import { z } from 'zod';

const contextSchema = z.looseObject({
  allowPrivilegeEscalation: z.boolean().optional(),
  privileged: z.boolean().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  runAsNonRoot: z.boolean().optional(),
  runAsUser: z.number().optional(),
  procMount: z.string().optional(),
  seccompProfile: z.looseObject({ type: z.string() }).optional(),
  capabilities: z.looseObject({ drop: z.array(z.string()).default([]), add: z.array(z.string()).default([]) }).optional(),
});

const containerSchema = z.looseObject({
  name: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z
    .array(z.looseObject({ name: z.string(), value: z.string().optional(), valueFrom: z.looseObject({}).optional() }))
    .default([]),
  envFrom: z.array(z.unknown()).default([]),
  ports: z.array(z.looseObject({ hostPort: z.number().optional() })).default([]),
  securityContext: contextSchema.prefault({}),
  volumeMounts: z.array(z.looseObject({ mountPath: z.string(), readOnly: z.boolean().default(false) })).default([]),
  lifecycle: z
    .looseObject({ preStop: z.looseObject({ exec: z.looseObject({ command: z.array(z.string()) }).optional() }).optional() })
    .prefault({}),
});

const podSpecSchema = z.looseObject({
  hostNetwork: z.boolean().default(false),
  hostPID: z.boolean().default(false),
  hostIPC: z.boolean().default(false),
  securityContext: contextSchema.extend({ sysctls: z.array(z.unknown()).default([]) }).prefault({}),
  containers: z.array(containerSchema).min(1),
  initContainers: z.array(containerSchema).default([]),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
});

const VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);
const SECRET = /pass(word|phrase|wd)|secret|token|private|mnemonic|_key$/i;
const SHELL = /(^|\/)(ba|da)?sh$/;

/** @param spec of a pod. @returns one text for each rule that is broken; empty = none */
export function podProblems(spec: unknown): string[] {
  const pod = podSpecSchema.parse(spec);
  const problems: string[] = [];
  const rule = (holds: boolean, text: string) => {
    if (!holds) problems.push(text);
  };
  rule(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, 'a namespace of the machine');
  rule(pod.securityContext.sysctls.length === 0, 'sysctls');
  for (const { name, ...volume } of pod.volumes) {
    for (const kind of Object.keys(volume)) rule(VOLUMES.has(kind), `volume ${name}: ${kind}`);
  }
  for (const container of [...pod.containers, ...pod.initContainers]) {
    const { name, securityContext: own, lifecycle } = container;
    const either = { ...pod.securityContext, ...own };
    rule(own.privileged !== true, `${name}: privileged`);
    rule(own.allowPrivilegeEscalation === false, `${name}: allowPrivilegeEscalation is not false`);
    rule(own.capabilities?.drop.includes('ALL') === true, `${name}: capabilities are not dropped`);
    rule(
      (own.capabilities?.add ?? []).every((one) => one === 'NET_BIND_SERVICE'),
      `${name}: capabilities are added`,
    );
    rule(either.runAsNonRoot === true && either.runAsUser !== 0, `${name}: may run as root`);
    rule(['RuntimeDefault', 'Localhost'].includes(either.seccompProfile?.type ?? ''), `${name}: no seccomp profile`);
    rule((own.procMount ?? 'Default') === 'Default', `${name}: procMount`);
    rule(
      container.ports.every(({ hostPort }) => hostPort === undefined),
      `${name}: a port of the machine`,
    );
    // Our own rules.
    rule(own.readOnlyRootFilesystem === true, `${name}: its root file system can be written to`);
    rule(container.envFrom.length === 0, `${name}: envFrom`);
    for (const { name: variable, value, valueFrom } of container.env) {
      rule(!SECRET.test(variable) || value?.startsWith('/') === true, `${name}: ${variable} has the name of a secret`);
      rule(valueFrom === undefined || 'fieldRef' in valueFrom, `${name}: ${variable} is not a field of the pod`);
    }
    const commands = [...container.command, ...container.args, ...(lifecycle.preStop?.exec?.command ?? [])];
    rule(!commands.some((word) => SHELL.test(word)), `${name}: a shell`);
    for (const { mountPath, readOnly } of container.volumeMounts) {
      rule(readOnly || !/^\/(run|etc)\//.test(mountPath), `${name}: ${mountPath} can be written to`);
    }
  }
  return problems;
}
