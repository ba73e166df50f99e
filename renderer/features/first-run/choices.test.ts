import { describe, expect, it } from 'vitest';
import { firstRunDraftSchema } from '../../../contract/first-run.ts';
import type { EngineView, NetworkView } from '../../../contract/host-contract.ts';
import { profileDraftSchema } from '../../../contract/profiles.ts';
import {
  acceptedEngines,
  type Choices,
  completedSteps,
  firstRunDraftOf,
  incompleteSteps,
  NO_CHOICES,
  offeredModels,
  profileDraftOf,
  restoreChoices,
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
  it('has every step to do at first, and ends in a draft that the contract accepts', () => {
    expect(incompleteSteps(NO_CHOICES)).toEqual(['key', 'network', 'gpu', 'stake']);
    expect(profileDraftOf(NO_CHOICES)).toBeNull();
    expect(incompleteSteps(full)).toEqual([]);
    expect(profileDraftSchema.parse(profileDraftOf(full))).toMatchObject({ name: 'Attic', stakeWei: '400000000000000000000' });
  });

  it('confirms exactly the card that was shown, and none before one was shown', () => {
    expect(profileDraftOf(full)?.gpu).toMatchObject({ kind: 'cards', ids: ['GPU-1'], confirmed: full.report });
    expect(incompleteSteps({ ...full, report: null })).toEqual(['gpu']);
  });

  it('accepts a simulated card only on a local network', () => {
    const madeUp: Choices = { ...full, madeUpCard: true, cardIds: [], report: null };
    expect(profileDraftOf(madeUp)?.gpu).toMatchObject({ kind: 'stated' });
    expect(incompleteSteps({ ...madeUp, network: { ...network, origin: 'builtIn' } })).toEqual(['gpu']);
  });

  it('requires the network’s minimum stake, to the wei', () => {
    expect(stakeProblem({ ...full, stake: '399.999999999999999999' })).toBe('tooLow');
    expect(stakeProblem({ ...full, stake: '400.000000000000000001' })).toBeNull();
    expect(stakeProblem({ ...full, stake: 'much' })).toBe('notAnAmount');
  });

  it('offers no engine that the network does not accept, and none that cannot run', () => {
    const broken = { ...engine, config: null };
    expect(acceptedEngines([engine, broken], network)).toEqual([engine]);
    expect(acceptedEngines([engine], { ...network, id: 'crynux-on-base' })).toEqual([]);
  });

  it('refuses an amount that could be read two ways', () => {
    expect(stakeProblem({ ...full, stake: '1,500' })).toBe('twoWays');
    expect(stakeProblem({ ...full, stake: '400,5' })).toBeNull();
  });

  it('completes the last step when the coins have arrived, and without them only on the local network', () => {
    const base = { ...network, id: 'crynux-on-base', origin: 'builtIn' } as NetworkView;
    const funding = (missingWei: string) => ({ missingWei }) as Choices['funding'];
    expect(completedSteps(full)).toContain('stake');
    expect(completedSteps({ ...full, network: base })).not.toContain('stake');
    expect(completedSteps({ ...full, network: base, funding: funding('1') })).not.toContain('stake');
    expect(completedSteps({ ...full, network: base, funding: funding('0') })).toContain('stake');
    // An incomplete step does not block: a node may be created before its coins arrive.
    expect(incompleteSteps({ ...full, network: base })).toEqual([]);
  });

  it('has no dead end with the official worker: before anything is on disk, it offers what every official node does', () => {
    const official = { ...engine, kind: 'official', modelIds: [] } as unknown as EngineView;
    expect(offeredModels(official)).toContain('base:qwen/qwen3-8b');
    expect(incompleteSteps({ ...full, engine: official, modelIds: offeredModels(official) })).toEqual([]);
  });

  it('shows an installation that cannot be used, if the network would accept it', () => {
    const broken = { ...engine, kind: 'official', config: null, problem: { code: 'X' } } as unknown as EngineView;
    const takes = (kinds: string[]) => ({ ...network, acceptedEngines: kinds }) as NetworkView;
    expect(unusableEngines([engine, broken], takes(['official']))).toEqual([broken]);
    expect(unusableEngines([engine, broken], takes(['embedded']))).toEqual([]);
  });

  it('is restored as it was left, without choices that are gone meanwhile', () => {
    const draft = firstRunDraftSchema.parse(firstRunDraftOf(full, 'checks'));
    const present = { addresses: [full.address ?? ''], networks: [network], engines: [engine] };
    expect(draft.step).toBe('checks');
    expect(restoreChoices(draft, present)).toEqual({ ...full, minimumWei: null, report: null });
    expect(incompleteSteps(restoreChoices(draft, { addresses: [], networks: [], engines: [] }))).toEqual([
      'key',
      'network',
      'gpu',
    ]);
  });
});
