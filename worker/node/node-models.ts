/** A node's models, between the host's store and the network: what is offered, what is missing, where engines find them. */
import { join } from 'node:path';
import type { ModelView } from '../../contract/models.ts';
import type { EngineConfig, NodeConfig } from '../../contract/node-config.ts';
import { normaliseModelIdNode } from '../../protocol/models/model-id.ts';
import type { Log } from '../log.ts';
import type { Models } from '../models/models.ts';
import { downloadPolicy, proxyEnvironment } from '../models/sources/proxy.ts';
import { environmentPolicy } from '../outbound/outbound-dispatcher.ts';
import type { ProxyPolicy } from '../outbound/proxy-policy.ts';
import type { NodeModels } from './node-options.ts';

/** One directory for engines of all kinds. */
export function modelsDirectory({ dataDir, models }: Pick<NodeConfig, 'dataDir' | 'models'>): string {
  return models.directory ?? join(dataDir, 'models');
}

/** The engine's configuration for a start: programs that download by themselves are told the source and the proxy. */
export function engineWithSources(
  { engine, models, outbound }: Pick<NodeConfig, 'engine' | 'models'> & Partial<Pick<NodeConfig, 'outbound'>>,
  proxies: ProxyPolicy = environmentPolicy(),
): EngineConfig {
  switch (engine.kind) {
    case 'embedded':
      return { hubUrl: models.hubUrl, ...engine };
    case 'official': {
      const proxy = proxyEnvironment(downloadPolicy(models.proxy, proxies), models.hubUrl);
      const token = outbound?.hubToken ?? null;
      // Its library sends the token to HF_ENDPOINT, and drops it if redirected to another host.
      const hub = { HF_ENDPOINT: models.hubUrl, ...(token === null ? {} : { HF_TOKEN: token }) };
      return { ...engine, env: { ...hub, ...withoutVariables(proxy, engine.env), ...engine.env } };
    }
    case 'program':
      return engine;
  }
}

/** If the host has set a variable in one spelling, no other spelling is set: Python's libraries read lower case first. */
function withoutVariables(environment: Record<string, string>, names: Readonly<Record<string, string>>): Record<string, string> {
  const taken = new Set(Object.keys(names).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !taken.has(name.toLowerCase())));
}

export interface OfferedModels extends NodeModels {
  /** Scans the disk, then returns the IDs in the configuration that are missing. */
  missing(): Promise<string[]>;
  close(): void;
}

export interface OfferedModelsOptions {
  readonly config: Pick<NodeConfig, 'engine' | 'modelIds'>;
  readonly models: Pick<Models, 'modelIds' | 'onEvent' | 'subscribe' | 'scan'>;
  readonly log: Log;
}

/** The models that the configuration names or the network has requested, as far as they are on disk. */
export function createOfferedModels({ config, models, log }: OfferedModelsOptions): OfferedModels {
  const { engine } = config;
  const listeners: (() => void)[] = [];
  const present = new Set<string>();
  const see = ({ modelId, state }: Pick<ModelView, 'modelId' | 'state'>) => {
    if (state.kind === 'present') present.add(modelId);
    else present.delete(modelId);
  };
  // Another program manages its own models.
  const isThere = (id: string) => engine.kind === 'program' || present.has(normaliseModelIdNode(id));
  const offered = () => [...new Set([...config.modelIds, ...models.modelIds])].filter(isThere);
  let before = '';
  const close = models.subscribe((update) => {
    update.models.filter((model) => model.engine === engine.kind).forEach(see);
    const removed = update.kind === 'delta' ? update.removedModels : [];
    for (const model of removed) if (model.engine === engine.kind) present.delete(model.modelId);
    const now = JSON.stringify(offered());
    if (now === before) return;
    before = now;
    for (const listener of listeners) listener();
  });
  return {
    get modelIds() {
      return offered();
    },
    onEvent: (event) => models.onEvent(event),
    onChange: (listener) => void listeners.push(listener),
    async missing() {
      await models.scan().catch((error: unknown) => log.warn({ err: error }, 'the models directory could not be scanned'));
      return config.modelIds.filter((id) => !isThere(id));
    },
    close,
  };
}
