import { describe, expect, it } from 'vitest';
import { firstRunDraftSchema } from '../../../contract/first-run.ts';
import type { EngineView, NetworkView } from '../../../contract/host-contract.ts';
import { profileDraftSchema } from '../../../contract/profiles.ts';
import {
  acceptedEngines,
  type Choices,
  doneSteps,
  draftOf,
  keptOf,
  NO_CHOICES,
  offeredModels,
  openSteps,
  restored,
  stakeProblem,
  unusableEngines,
} from './choices.ts';

const network = { id: 'devnet', origin: 'local', minStakeWei: '400000000000000000000' } as NetworkView;
const engine = { kind: 'embedded', path: null, config: { kind: 'embedded' }, acceptedBy: ['devnet'] } as unknown as EngineView;
const full: Choices = {
  ...NO_CHOICES,
  address: `0x${'1a'.repeat(20)}`,
  network,
  minimumWei: network.minStakeWei,
  engine,
  cardIds: ['GPU-1'],
  report: { name: 'NVIDIA GeForce RTX 4090+Linux', vramGib: 24 },
  modelIds: ['base:tiny'],
  name: ' Attic ',
  stake: '400',
};

describe('the way to a node', () => {
  it('is open at every step at first, and ends in a draft that the contract takes', () => {
    expect(openSteps(NO_CHOICES)).toEqual(['key', 'network', 'gpu', 'stake']);
    expect(draftOf(NO_CHOICES)).toBeNull();
    expect(openSteps(full)).toEqual([]);
    expect(profileDraftSchema.parse(draftOf(full))).toMatchObject({ name: 'Attic', stakeWei: '400000000000000000000' });
  });

  it('confirms exactly the card that was shown, and has none before it was', () => {
    expect(draftOf(full)?.gpu).toMatchObject({ kind: 'cards', ids: ['GPU-1'], confirmed: full.report });
    expect(openSteps({ ...full, report: null })).toEqual(['gpu']);
  });

  it('takes a made-up card only on a network of this machine', () => {
    const madeUp: Choices = { ...full, madeUpCard: true, cardIds: [], report: null };
    expect(draftOf(madeUp)?.gpu).toMatchObject({ kind: 'stated' });
    expect(openSteps({ ...madeUp, network: { ...network, origin: 'builtIn' } })).toEqual(['gpu']);
  });

  it('asks for the least stake of the network, to the wei', () => {
    expect(stakeProblem({ ...full, stake: '399.999999999999999999' })).toBe('tooLow');
    expect(stakeProblem({ ...full, stake: '400.000000000000000001' })).toBeNull();
    expect(stakeProblem({ ...full, stake: 'much' })).toBe('notAnAmount');
  });

  it('offers no engine that the network does not accept, and none that cannot run', () => {
    const broken = { ...engine, config: null };
    expect(acceptedEngines([engine, broken], network)).toEqual([engine]);
    expect(acceptedEngines([engine], { ...network, id: 'crynux-on-base' })).toEqual([]);
  });

  it('takes no amount that could be read two ways', () => {
    expect(stakeProblem({ ...full, stake: '1,500' })).toBe('twoWays');
    expect(stakeProblem({ ...full, stake: '400,5' })).toBeNull();
  });

  it('ticks the last step when the coin has arrived, and by itself only on this machine', () => {
    const base = { ...network, id: 'crynux-on-base', origin: 'builtIn' } as NetworkView;
    const funding = (missingWei: string) => ({ missingWei }) as Choices['funding'];
    expect(doneSteps(full)).toContain('stake');
    expect(doneSteps({ ...full, network: base })).not.toContain('stake');
    expect(doneSteps({ ...full, network: base, funding: funding('1') })).not.toContain('stake');
    expect(doneSteps({ ...full, network: base, funding: funding('0') })).toContain('stake');
    // What is not ticked does not forbid: a node may be made before its coin is there.
    expect(openSteps({ ...full, network: base })).toEqual([]);
  });

  it('is no dead end with the official worker: it offers what every official node does, before anything is on the disk', () => {
    const official = { ...engine, kind: 'official', modelIds: [] } as unknown as EngineView;
    expect(offeredModels(official)).toContain('base:qwen/qwen3-8b');
    expect(openSteps({ ...full, engine: official, modelIds: offeredModels(official) })).toEqual([]);
  });

  it('shows an installation that cannot be used, where the network would take it', () => {
    const broken = { ...engine, kind: 'official', config: null, problem: { code: 'X' } } as unknown as EngineView;
    const takes = (kinds: string[]) => ({ ...network, acceptedEngines: kinds }) as NetworkView;
    expect(unusableEngines([engine, broken], takes(['official']))).toEqual([broken]);
    expect(unusableEngines([engine, broken], takes(['embedded']))).toEqual([]);
  });

  it('comes back as it was left, without what is gone meanwhile', () => {
    const draft = firstRunDraftSchema.parse(keptOf(full, 'checks'));
    const present = { addresses: [full.address ?? ''], networks: [network], engines: [engine] };
    expect(draft.step).toBe('checks');
    expect(restored(draft, present)).toEqual({ ...full, minimumWei: null, report: null });
    expect(openSteps(restored(draft, { addresses: [], networks: [], engines: [] }))).toEqual(['key', 'network', 'gpu']);
  });
});
