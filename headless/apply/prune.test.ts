import { beforeEach, describe, expect, it } from 'vitest';
import type { ApplyOptions } from './apply.ts';
import { apply, FILE, plantKeys, profiles, rig, startApplyRig, withParts } from './testing/apply-rig.ts';

beforeEach(startApplyRig);

describe('apply --prune', () => {
  it('removes nodes only with --prune, and never a running one', async () => {
    plantKeys();
    await apply(FILE);
    const empty = 'version: 1\n';
    expect(await apply(empty)).toEqual({ steps: [], kept: [] });
    await expect(apply(empty, { prune: true })).rejects.toMatchObject({ code: 'HEADLESS_APPLY_WRONG' });
    expect(profiles()).toHaveLength(2);
    const plan = await apply(`${empty}nodes: []\n`, { prune: true });
    expect(plan.kept).toEqual([{ node: 'card-1', why: 'it is running; stop it first' }]);
    expect(plan.steps).toMatchObject([{ act: 'remove', what: 'node', name: 'card-0' }]);
    expect(profiles().map(({ name }) => name)).toEqual(['card-1']);
    expect(rig.app.parts.keys.addresses()).toHaveLength(2);
  });

  it.each([
    [
      'a stake',
      { networks: { funding: async () => ({ funding: { stakedWei: '400000000000000000000' } }) } },
      'it has 400 CNX staked',
    ],
    [
      'a stake that cannot be read',
      { networks: { funding: () => Promise.reject(new Error('away')) } },
      'its stake could not be read: away',
    ],
  ])('keeps a node with %s', async (_, parts, why) => {
    plantKeys();
    await apply(FILE.replace('autoStart: true', 'autoStart: false'));
    const networks = { ...parts.networks, list: rig.app.client.networks.list };
    const { steps, kept } = await apply('version: 1\nnodes: []\n', { prune: true, host: withParts({ networks }) });
    expect(steps).toEqual([]);
    expect(kept.map((one) => one.why)).toEqual([expect.stringContaining(why), expect.stringContaining(why)]);
  });

  it('keeps a node with an open task', async () => {
    plantKeys();
    await apply(FILE.replace('autoStart: true', 'autoStart: false'));
    const watch = async function* () {
      yield { kind: 'snapshot', open: [{}] };
    };
    const nodeOf = (async () => ({ tasks: { watch: async () => watch() } })) as unknown as ApplyOptions['nodeOf'];
    const { kept } = await apply('version: 1\nnodes: []\n', { prune: true, nodeOf });
    expect(kept.map(({ why }) => why)).toEqual(['it has 1 open task', 'it has 1 open task']);
  });
});
