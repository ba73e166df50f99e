/**
 * The part of a pod that the stand-in for a kubelet supports. It refuses unknown fields (`strictObject`), so that
 * nothing a chart asks for is silently ignored.
 */
import { z } from 'zod';

const envSchema = z.union([
  z.strictObject({ name: z.string(), value: z.string().default('') }),
  z.strictObject({
    name: z.string(),
    valueFrom: z.strictObject({ fieldRef: z.strictObject({ apiVersion: z.literal('v1'), fieldPath: z.string() }) }),
  }),
]);

const mountSchema = z.strictObject({
  name: z.string(),
  mountPath: z.string().startsWith('/'),
  readOnly: z.boolean().default(false),
  subPathExpr: z.string().optional(),
  recursiveReadOnly: z.string().optional(),
});

const execSchema = z.strictObject({ exec: z.strictObject({ command: z.array(z.string()).min(1) }) });

const probeSchema = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.union([z.string(), z.number()]), scheme: z.literal('HTTP') }),
  initialDelaySeconds: z.number().default(0),
  periodSeconds: z.number().default(10),
  timeoutSeconds: z.number().default(1),
  successThreshold: z.number().default(1),
  failureThreshold: z.number().default(3),
});

const containerSchema = z.strictObject({
  name: z.string(),
  image: z.string(),
  imagePullPolicy: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).default([]),
  env: z.array(envSchema).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  resources: z.looseObject({}),
  volumeMounts: z.array(mountSchema).default([]),
  startupProbe: probeSchema.optional(),
  livenessProbe: probeSchema.optional(),
  readinessProbe: probeSchema.optional(),
  lifecycle: z.strictObject({ preStop: execSchema }).optional(),
  securityContext: z.looseObject({
    runAsUser: z.number().optional(),
    readOnlyRootFilesystem: z.literal(true),
    allowPrivilegeEscalation: z.literal(false),
  }),
  terminationMessagePath: z.string(),
  terminationMessagePolicy: z.string(),
});

const itemsSchema = z.array(z.strictObject({ key: z.string(), path: z.string(), mode: z.number().optional() })).optional();

const projectedSchema = z.union([
  z.strictObject({
    serviceAccountToken: z.strictObject({ expirationSeconds: z.number(), path: z.string(), audience: z.string().optional() }),
  }),
  z.strictObject({ configMap: z.strictObject({ name: z.string(), items: itemsSchema }) }),
  z.strictObject({
    downwardAPI: z.strictObject({
      items: z.array(z.strictObject({ path: z.string(), fieldRef: z.looseObject({ fieldPath: z.string() }) })),
    }),
  }),
]);

const volumeSchema = z.union([
  z.strictObject({
    name: z.string(),
    secret: z.strictObject({
      secretName: z.string(),
      defaultMode: z.number(),
      items: itemsSchema,
      optional: z.boolean().optional(),
    }),
  }),
  z.strictObject({
    name: z.string(),
    configMap: z.strictObject({ name: z.string(), defaultMode: z.number(), items: itemsSchema }),
  }),
  z.strictObject({ name: z.string(), emptyDir: z.looseObject({}) }),
  z.strictObject({ name: z.string(), persistentVolumeClaim: z.strictObject({ claimName: z.string() }) }),
  z.strictObject({
    name: z.string(),
    projected: z.strictObject({ sources: z.array(projectedSchema), defaultMode: z.number() }),
  }),
]);

export const podSchema = z.object({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
    deletionGracePeriodSeconds: z.number().optional(),
  }),
  spec: z.looseObject({
    nodeName: z.string().optional(),
    containers: z.array(containerSchema).length(1),
    initContainers: z.array(z.never()).default([]),
    volumes: z.array(volumeSchema).default([]),
    serviceAccountName: z.string().default('default'),
    securityContext: z.looseObject({ runAsUser: z.number().optional(), runAsGroup: z.number().optional() }),
    terminationGracePeriodSeconds: z.number(),
    hostname: z.string().optional(),
  }),
  status: z.looseObject({ phase: z.string().optional(), podIP: z.string().optional() }),
});
export type Pod = z.output<typeof podSchema>;
export type Container = z.output<typeof containerSchema>;
export type Probe = z.output<typeof probeSchema>;
export type Volume = z.output<typeof volumeSchema>;
export type Mount = z.output<typeof mountSchema>;
