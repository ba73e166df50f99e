/** What was chosen on the way to a node, and what is still to do. Pure. */

import { type FirstRunDraft, type Funding, OFFICIAL_MODEL_IDS } from '../../../contract/first-run.ts';
import type { EngineView, NetworkView } from '../../../contract/host-contract.ts';
import type { ProfileDraftInput } from '../../../contract/profiles.ts';
import { pickSelfTestModel } from '../../../protocol/models/model-kind.ts';
import { formatCnxExact } from '../../../protocol/money/wei.ts';
import { parseAmount } from '../wallet/amounts.ts';

export const STEPS = ['key', 'network', 'gpu', 'checks', 'stake'] as const;
export type Step = (typeof STEPS)[number];

export function isStep(value: string | undefined): value is Step {
  return (STEPS as readonly (string | undefined)[]).includes(value);
}

/** A card that the network accepts without checking it; only local networks do. */
const MADE_UP_CARD = { kind: 'stated', name: 'NVIDIA GeForce RTX 4090+Linux', vramGib: 24 } as const;

export interface Choices {
  readonly address: string | null;
  readonly network: NetworkView | null;
  /** The minimum by the network's contract; null = not asked yet, or no answer. */
  readonly minimumWei: string | null;
  /** What the address has and needs there; null = not asked yet, or nothing to ask. */
  readonly funding: Funding | null;
  readonly engine: EngineView | null;
  readonly madeUpCard: boolean;
  readonly cardIds: readonly string[];
  /** What will be reported to the network about these cards, as shown to the host. */
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
  funding: null,
  engine: null,
  madeUpCard: false,
  cardIds: [],
  report: null,
  modelIds: [],
  name: '',
  stake: '',
  autoStart: false,
};

/** An engine that this network does not accept never runs its tasks, so it is not offered. */
export function acceptedEngines(engines: readonly EngineView[], network: NetworkView | null): readonly EngineView[] {
  return engines.filter(({ config, acceptedBy }) => config !== null && (network === null || acceptedBy.includes(network.id)));
}

/** Engines on this machine that the network would accept if they could be used. */
export function unusableEngines(engines: readonly EngineView[], network: NetworkView | null): readonly EngineView[] {
  const wanted = (kind: EngineView['kind']) => network === null || network.acceptedEngines.includes(kind);
  return engines.filter(({ config, kind, problem }) => config === null && problem !== null && wanted(kind));
}

/** The models that the engine has. For the official worker, which downloads what it is told to offer, also those that every official node preloads. */
export function offeredModels({ kind, modelIds }: EngineView): readonly string[] {
  return kind === 'official' ? [...new Set([...modelIds, ...OFFICIAL_MODEL_IDS])] : modelIds;
}

export type StakeProblem = 'notAnAmount' | 'twoWays' | 'tooLow';

export function stakeProblem({ stake, minimumWei }: Choices): StakeProblem | null {
  const typed = parseAmount(stake);
  if (typed.kind === 'twoWays') return 'twoWays';
  if (typed.kind === 'none' || typed.wei === 0n) return 'notAnAmount';
  return minimumWei !== null && typed.wei < BigInt(minimumWei) ? 'tooLow' : null;
}

export function stakeWei({ stake }: Choices): bigint | null {
  const typed = parseAmount(stake);
  return typed.kind === 'amount' ? typed.wei : null;
}

/** Whether the coins have arrived; on the local network they arrive automatically. Null = not known yet. */
export function isFunded({ network, funding }: Choices): boolean | null {
  if (network === null) return null;
  if (network.origin === 'local') return true;
  return funding === null ? null : BigInt(funding.missingWei) === 0n;
}

/** Completed steps: nothing is missing, and the coins for the stake have arrived. */
export function completedSteps(choices: Choices): readonly Step[] {
  const open = incompleteSteps(choices);
  return STEPS.filter((step) => step !== 'checks' && !open.includes(step) && (step !== 'stake' || isFunded(choices) === true));
}

/** Steps that are missing something, in order. */
export function incompleteSteps(choices: Choices): readonly Step[] {
  const { address, network, engine, modelIds } = choices;
  const open: Step[] = [];
  if (address === null) open.push('key');
  if (network === null) open.push('network');
  if (engine === null || modelIds.length === 0 || gpuDraftOf(choices) === null) open.push('gpu');
  if (stakeProblem(choices) !== null || choices.name.trim() === '') open.push('stake');
  return open;
}

/** The profile that results from the choices; null while a step is incomplete. */
export function profileDraftOf(choices: Choices): ProfileDraftInput | null {
  const { address, network, engine, modelIds, name, autoStart } = choices;
  const gpu = gpuDraftOf(choices);
  const wei = stakeWei(choices);
  if (incompleteSteps(choices).length > 0 || address === null || network === null) return null;
  if (engine === null || engine.config === null || gpu === null || wei === null) return null;
  return {
    name: name.trim(),
    networkId: network.id,
    address,
    engine: engine.config,
    gpu,
    modelIds: [...modelIds],
    stakeWei: wei.toString(),
    autoStart,
  };
}

function gpuDraftOf({ madeUpCard, network, cardIds, report, modelIds }: Choices): ProfileDraftInput['gpu'] | null {
  if (madeUpCard && network?.origin === 'local') return MADE_UP_CARD;
  if (cardIds.length === 0 || report === null) return null;
  return { kind: 'cards', ids: [...cardIds], confirmed: report, selfTestModel: pickSelfTestModel(modelIds) };
}

/** The choices that are saved when the page is left. */
export function firstRunDraftOf(choices: Choices, step: Step): FirstRunDraft {
  const { address, network, engine, madeUpCard, cardIds, modelIds, name, stake, autoStart } = choices;
  return {
    ...{ step, address: address as FirstRunDraft['address'], networkId: network?.id ?? null },
    engine: engine === null ? null : { kind: engine.kind, path: engine.path },
    ...{ madeUpCard, cardIds: [...cardIds], modelIds: [...modelIds], name, stake, autoStart },
  };
}

/**
 * Restores saved choices as far as they are still valid: a key, network or engine that no longer exists must be chosen
 * again. What is reported about the cards is read again.
 */
export function restoreChoices(
  draft: FirstRunDraft,
  present: {
    readonly addresses: readonly string[];
    readonly networks: readonly NetworkView[];
    readonly engines: readonly EngineView[];
  },
): Choices {
  const network = present.networks.find(({ id, comingSoon }) => id === draft.networkId && !comingSoon) ?? null;
  const usable = acceptedEngines(present.engines, network);
  const engine = usable.find(({ kind, path }) => kind === draft.engine?.kind && path === draft.engine.path) ?? null;
  return {
    ...NO_CHOICES,
    ...{ network, engine, modelIds: engine === null ? [] : draft.modelIds },
    address: present.addresses.find((address) => address === draft.address) ?? null,
    madeUpCard: draft.madeUpCard && network?.origin === 'local',
    ...{ cardIds: draft.cardIds, name: draft.name, stake: draft.stake, autoStart: draft.autoStart },
  };
}

/** The minimum stake, to prefill the empty field. */
export function minimumStakeText({ minStakeWei }: NetworkView): string {
  return formatCnxExact(BigInt(minStakeWei));
}
