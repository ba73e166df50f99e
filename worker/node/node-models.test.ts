import { expect, it } from 'vitest';
import { modelSettingsSchema } from '../../contract/model-settings.ts';
import type { ModelsUpdate, ModelView } from '../../contract/models.ts';
import { type EngineConfig, engineConfigSchema } from '../../contract/node-config.ts';
import { QUIET_LOG } from '../testing/loop-rig.ts';
import { createOfferedModels, engineWithSources } from './node-models.ts';

const models = modelSettingsSchema.parse({ hubUrl: 'https://hub.example', proxy: { host: 'proxy.example', port: 3128 } });

it("tells a program that downloads by itself which source and proxy to use; the host's own settings take precedence", () => {
  const official = { kind: 'official', command: 'worker', env: { HTTP_PROXY: 'http://mine:1' } };
  expect(engineWithSources({ engine: engineConfigSchema.parse(official), models })).toMatchObject({
    env: {
      HF_ENDPOINT: 'https://hub.example',
      HTTPS_PROXY: 'http://proxy.example:3128',
      HTTP_PROXY: 'http://mine:1',
      cw_proxy: expect.stringContaining('proxy.example'),
    },
  });
  const told = engineWithSources({ engine: engineConfigSchema.parse(official), models });
  expect(told.kind === 'official' && told.env).not.toHaveProperty('http_proxy');
  expect(engineWithSources({ engine: { kind: 'embedded' }, models })).toEqual({
    kind: 'embedded',
    hubUrl: 'https://hub.example',
  });
});

/** A host's store with the given models. */
function hostModels(present: string[], more: { engine?: 'embedded' | 'official'; requested?: string[] } = {}) {
  let listener: (update: ModelsUpdate) => void = () => {};
  const view = (modelId: string, kind: 'present' | 'absent' | 'corrupt') =>
    ({ engine: more.engine ?? 'embedded', modelId, state: { kind } }) as ModelView;
  const update = (kind: 'snapshot' | 'delta', views: ModelView[], removed: string[] = []) =>
    listener({
      kind,
      revision: 1,
      models: views,
      removedModels: removed.map((modelId) => ({ engine: 'embedded', modelId })),
    } as never);
  return {
    modelIds: more.requested ?? [],
    onEvent() {},
    scan: async () => {},
    subscribe(given: (update: ModelsUpdate) => void) {
      listener = given;
      const views = present.map((id) => view(id, 'present'));
      update('snapshot', [...views, view('base:known/absent', 'absent')]);
      return () => {};
    },
    change: (id: string, kind: 'present' | 'absent' | 'corrupt') => update('delta', [view(id, kind)]),
    remove: (id: string) => update('delta', [], [id]),
  };
}

const EMBEDDED: EngineConfig = { kind: 'embedded' };
const offered = (host: ReturnType<typeof hostModels>, modelIds: string[], engine: EngineConfig = EMBEDDED) =>
  createOfferedModels({ config: { engine, modelIds }, models: host, log: QUIET_LOG });

it('offers the models on disk that the host names or the network has requested, and reports the missing ones', async () => {
  const host = hostModels(['base:a/a', 'base:c/c'], { requested: ['base:c/c'] });
  const own = offered(host, ['base:A/a', 'base:known/absent', 'base:un/known']);
  expect(own.modelIds).toEqual(['base:A/a', 'base:c/c']);
  expect(await own.missing()).toEqual(['base:known/absent', 'base:un/known']);
});

it('reports a model that was added, damaged or deleted, and nothing else', () => {
  const host = hostModels(['base:a/a', 'base:b/b']);
  const own = offered(host, ['base:a/a', 'base:b/b', 'base:known/absent']);
  const seen: (readonly string[])[] = [];
  own.onChange(() => seen.push(own.modelIds));
  host.change('base:someone/else', 'present');
  host.change('base:known/absent', 'present');
  host.change('base:b/b', 'corrupt');
  host.remove('base:a/a');
  expect(seen).toEqual([['base:a/a', 'base:b/b', 'base:known/absent'], ['base:a/a', 'base:known/absent'], ['base:known/absent']]);
});

it('does not count the other engine’s files as its own, and trusts another program about its models', async () => {
  const host = hostModels(['base:a/a'], { engine: 'official' });
  expect(await offered(host, ['base:a/a']).missing()).toEqual(['base:a/a']);
  const program: EngineConfig = { kind: 'program', command: 'x', args: [], env: {} };
  expect(await offered(hostModels([]), ['base:a/a'], program).missing()).toEqual([]);
});
