/** Values for installing the chart: four nodes with made-up cards on a network on loopback. */
import type { NetworkPresetInput } from '../../contract/node-config.ts';
import { bundledModelIds } from '../../host/app/bundled-models.ts';
import { localCard } from '../../host/app/local-nodes.ts';

export const STORE_CLASS = 'loopback-store';
export const MODELS_CLASS = 'loopback-models';
export const KEYS_SECRET = 'fleet-keys';
export const METRICS_SECRET = 'fleet-metrics';

export function helmValues(options: {
  readonly replicas: number;
  readonly preset: NetworkPresetInput;
  readonly podAnnotations?: object;
}): object {
  const { replicas, preset, podAnnotations = {} } = options;
  return {
    replicas,
    image: { tag: 'here' },
    node: {
      ...{ network: preset.id, stake: 'minimum', engine: 'embedded', models: bundledModelIds() },
      gpu: { stated: localCard(24) },
    },
    networks: [preset],
    keys: { existingSecret: KEYS_SECRET },
    metrics: { tokenSecret: METRICS_SECRET },
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '4Gi' } },
    storage: {
      store: { size: '1Gi', storageClassName: STORE_CLASS },
      models: { size: '1Gi', storageClassName: MODELS_CLASS, accessModes: ['ReadWriteMany'] },
    },
    drain: { timeoutSeconds: 120 },
    // All pods share this machine's loopback.
    window: { port: 0 },
    podAnnotations,
  };
}
