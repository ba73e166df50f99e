import { describe, expect, it } from 'vitest';
import type { EngineView, NetworkView } from '../../../contract/host-contract.ts';
import { profileDraftSchema } from '../../../contract/profiles.ts';
import { acceptedEngines, type Choices, draftOf, NO_CHOICES, openSteps, stakeProblem } from './choices.ts';

const network = { id: 'devnet', origin: 'local', minStakeWei: '400000000000000000000' } as NetworkView;
const engine = { kind: 'embedded', config: { kind: 'embedded' }, acceptedBy: ['devnet'] } as unknown as EngineView;
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
});
