import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { GpuCard } from '../../contract/gpu.ts';
import { apply, keyOf, PASSPHRASE, profiles, rig, startApplyRig, withParts, write } from './testing/apply-rig.ts';

beforeEach(startApplyRig);

const EXAMPLES = path.join(import.meta.dirname, '../../docs/examples');

describe('the examples', () => {
  const card = (index: number) =>
    ({ id: `GPU-${index}`, uuid: `GPU-${index}`, index, name: 'NVIDIA GeForce RTX 4090', unusable: null }) as GpuCard;
  const machine = (count: number) =>
    withParts({
      gpus: {
        inventory: async () => ({
          inventory: { atMs: 0, cards: Array.from({ length: count }, (_, i) => card(i)), problems: [] },
        }),
        report: async () => ({ reportedName: 'NVIDIA GeForce RTX 4090+Linux', reportedVramGib: 24 }),
      },
      engines: {
        inspect: async ({ path: place }: { path: string }) => ({
          config: { kind: 'official', command: `${place}/venv/bin/python`, args: [], env: {}, patchUrl: '' },
          problem: null,
        }),
      },
    });

  function plant(name: string): string {
    cpSync(path.join(EXAMPLES, name), path.join(rig.folder, name));
    write('crynux-passphrase', `${PASSPHRASE}\n`);
    for (let i = 0; i < 8; i++) write(`keys/${i}`, keyOf(String(1 + i)));
    write('ntfy-url', 'https://ntfy.example/planted-topic\n');
    write('webhook-url', 'https://hooks.example/planted\n');
    return readFileSync(path.join(rig.folder, name), 'utf8');
  }

  it('cover every YAML file of the folder', () => {
    expect(readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml'))).toEqual(['eight-cards.yaml', 'one-box.yaml']);
  });

  it.each([
    ['one-box.yaml', 1, 1],
    ['eight-cards.yaml', 8, 8],
  ])('%s can be applied on a machine with %i cards', async (name, cards, nodes) => {
    const { steps } = await apply(plant(name), { host: machine(cards), dryRun: true });
    expect(steps.filter(({ what }) => what === 'node').map((step) => step.name)).toEqual(
      Array.from({ length: nodes }, (_, i) => `card-${i}`),
    );
    // The single-machine example creates its key along with the node.
    expect(steps.filter(({ what }) => what === 'key')).toHaveLength(nodes === 1 ? 0 : nodes);
    expect(profiles()).toEqual([]);
  });

  it('say what is missing on a machine with other cards', async () => {
    await expect(apply(plant('one-box.yaml'), { host: machine(2), dryRun: true })).rejects.toMatchObject({
      data: { problems: [expect.stringContaining('"only" needs a machine with exactly one usable card, but there are 2')] },
    });
    await expect(apply(plant('eight-cards.yaml'), { host: machine(7), dryRun: true })).rejects.toMatchObject({
      data: { problems: [expect.stringMatching(/nodes\[7\]\.gpu: there is no such card; cards here: 0: NVIDIA/)] },
    });
  });
});
