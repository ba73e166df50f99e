/** What was chosen on the way to a node, and what of it is still open. Pure. */

import type { EngineView, NetworkView } from '../../../contract/host-contract.ts';
import type { ProfileDraftInput } from '../../../contract/profiles.ts';
import { selfTestModelOf } from '../../../protocol/models/model-kind.ts';
import { parseCnx } from '../../../protocol/money/wei.ts';

export const STEPS = ['key', 'network', 'gpu', 'checks', 'stake'] as const;
export type Step = (typeof STEPS)[number];

export function isStep(value: string | undefined): value is Step {
  return (STEPS as readonly (string | undefined)[]).includes(value);
}

/** A card that the network would take on the host's word; only networks on this machine do. */
const MADE_UP_CARD = { kind: 'stated', name: 'NVIDIA GeForce RTX 4090+Linux', vramGib: 24 } as const;

export interface Choices {
  readonly address: string | null;
  readonly network: NetworkView | null;
  /** What its contract asks for; null = not asked yet, or it does not answer. */
  readonly minimumWei: string | null;
  readonly engine: EngineView | null;
  readonly madeUpCard: boolean;
  readonly cardIds: readonly string[];
  /** What the network will be told of these cards, as it was shown. */
  readonly report: { readonly name: string; readonly vramGib: number } | null;
  readonly modelIds: readonly string[];
  readonly name: string;
  /** As typed, in CNX. */
  readonly stake: string;
  readonly autoStart: boolean;
}

export const NO_CHOICES: Choices = {
  address: null,
  network: null,
  minimumWei: null,
  engine: null,
  madeUpCard: false,
  cardIds: [],
  report: null,
  modelIds: [],
  name: '',
  stake: '',
  autoStart: false,
};

/** An engine that this network does not accept never runs its tasks, so it is not offered either. */
export function acceptedEngines(engines: readonly EngineView[], network: NetworkView | null): readonly EngineView[] {
  return engines.filter(({ config, acceptedBy }) => config !== null && (network === null || acceptedBy.includes(network.id)));
}

export type StakeProblem = 'notAnAmount' | 'tooLow';

export function stakeProblem({ stake, minimumWei }: Choices): StakeProblem | null {
  const wei = weiOf(stake);
  if (wei === null) return 'notAnAmount';
  if (wei === 0n) return 'notAnAmount';
  return minimumWei !== null && wei < BigInt(minimumWei) ? 'tooLow' : null;
}

function weiOf(text: string): bigint | null {
  try {
    return parseCnx(text);
  } catch {
    return null;
  }
}

/** Steps that lack something, in their order. */
export function openSteps(choices: Choices): readonly Step[] {
  const { address, network, engine, modelIds } = choices;
  const open: Step[] = [];
  if (address === null) open.push('key');
  if (network === null) open.push('network');
  if (engine === null || modelIds.length === 0 || gpuOf(choices) === null) open.push('gpu');
  if (stakeProblem(choices) !== null || choices.name.trim() === '') open.push('stake');
  return open;
}

/** The profile that was chosen; null while a step is open. */
export function draftOf(choices: Choices): ProfileDraftInput | null {
  const { address, network, engine, modelIds, name, autoStart } = choices;
  const gpu = gpuOf(choices);
  const wei = weiOf(choices.stake);
  if (openSteps(choices).length > 0 || address === null || network === null) return null;
  if (engine === null || engine.config === null || gpu === null || wei === null) return null;
  const stakeWei = wei.toString();
  return {
    name: name.trim(),
    networkId: network.id,
    address,
    engine: engine.config,
    gpu,
    modelIds: [...modelIds],
    stakeWei,
    autoStart,
  };
}

function gpuOf({ madeUpCard, network, cardIds, report, modelIds }: Choices): ProfileDraftInput['gpu'] | null {
  if (madeUpCard && network?.origin === 'local') return MADE_UP_CARD;
  if (cardIds.length === 0 || report === null) return null;
  return { kind: 'cards', ids: [...cardIds], confirmed: report, selfTestModel: selfTestModelOf(modelIds) };
}
